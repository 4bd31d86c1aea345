import Glibc

/// Colours for values from 0 to 1: one hue, ever darker, from white on. Equal steps look equal, also in a grey print: lightness and chroma
/// grow evenly in Oklab (B. Ottosson, A perceptual color space for image processing, 2020), whose formulas these are.
enum HeatScale {
  private static let lightest = 1.0
  private static let darkest = 0.52
  private static let chroma = 0.155
  /// Degrees: between red and orange.
  private static let hue = 38.0

  /// Linear sRGB is rounded into its range.
  static func color(_ value: Double) -> (red: UInt8, green: UInt8, blue: UInt8) {
    let share = min(max(value, 0), 1)
    let lightness = lightest + share * (darkest - lightest)
    let (a, b) = (share * chroma * cos(hue * .pi / 180), share * chroma * sin(hue * .pi / 180))
    let long = cube(lightness + 0.3963377774 * a + 0.2158037573 * b)
    let medium = cube(lightness - 0.1055613458 * a - 0.0638541728 * b)
    let short = cube(lightness - 0.0894841775 * a - 1.2914855480 * b)
    return (
      byte(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
      byte(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
      byte(-0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short)
    )
  }

  private static func cube(_ value: Double) -> Double { value * value * value }

  /// The transfer function of sRGB (IEC 61966-2-1).
  private static func byte(_ linear: Double) -> UInt8 {
    let value = min(max(linear, 0), 1)
    let encoded = value <= 0.0031308 ? 12.92 * value : 1.055 * pow(value, 1 / 2.4) - 0.055
    return UInt8(min(max(255 * encoded, 0), 255).rounded())
  }
}
