/// A drawing of a few kinds of shapes, from which an SVG or a PNG file is made. Lengths are CSS pixels.
struct Picture {
  /// What a shape is for; what colour that is, the file's writer knows.
  enum Ink: String, CaseIterable {
    case text, note, ground, rule, first, second, firstWash, secondWash
  }

  enum Anchor: String {
    case start, middle, end
  }

  enum Shape {
    case rectangle(x: Double, y: Double, width: Double, height: Double, ink: Ink)
    case line(x1: Double, y1: Double, x2: Double, y2: Double, ink: Ink)
    /// `y` is the base line.
    case text(String, x: Double, y: Double, size: Double, isBold: Bool, anchor: Anchor, ink: Ink)
    case pixels(PixelImage, x: Double, y: Double, width: Double, height: Double)
  }

  let title: String
  var width: Double
  var height: Double
  private(set) var shapes: [Shape] = []

  init(title: String, width: Double, height: Double) {
    (self.title, self.width, self.height) = (title, width, height)
  }

  mutating func rectangle(_ x: Double, _ y: Double, _ width: Double, _ height: Double, _ ink: Ink) {
    shapes.append(.rectangle(x: x, y: y, width: width, height: height, ink: ink))
  }

  mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ ink: Ink) {
    shapes.append(.line(x1: x1, y1: y1, x2: x2, y2: y2, ink: ink))
  }

  mutating func text(
    _ text: String, _ x: Double, _ y: Double, size: Double = 12, isBold: Bool = false, anchor: Anchor = .start,
    _ ink: Ink = .text
  ) {
    shapes.append(.text(text, x: x, y: y, size: size, isBold: isBold, anchor: anchor, ink: ink))
  }

  mutating func pixels(_ image: PixelImage, _ x: Double, _ y: Double, _ width: Double, _ height: Double) {
    shapes.append(.pixels(image, x: x, y: y, width: width, height: height))
  }
}

/// RGB pixels, 3 bytes each, row by row from the top.
struct PixelImage {
  var width: Int
  var height: Int
  var bytes: [UInt8]

  var png: [UInt8] { PNGImage(width: width, height: height, pixels: bytes).bytes ?? [] }
}
