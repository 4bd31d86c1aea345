/// What a recipe makes of an image's colours.
struct Colors {
  /// 0xRRGGBB, behind what is transparent.
  let background: UInt32

  /// Writes `source` (1 to 4 channels) to `target` (1: grey, 3: RGB), of the same size: first laid over the background, then
  /// turned grey or spread over three channels.
  func convert(_ source: Pixels, to target: Pixels) {
    var y = 0
    while y < source.height {
      var input = UnsafePointer(source.row(y))
      var output = target.row(y)
      var x = 0
      while x < source.width {
        var (red, green, blue) = (input[0], input[0], input[0])
        if source.channels >= 3 { (green, blue) = (input[1], input[2]) }
        if source.channels == 2 || source.channels == 4 {
          let alpha = input[source.channels &- 1]
          red = over(red, alpha, UInt8(truncatingIfNeeded: background >> 16))
          green = over(green, alpha, UInt8(truncatingIfNeeded: background >> 8))
          blue = over(blue, alpha, UInt8(truncatingIfNeeded: background))
        }
        if target.channels == 1 {
          output[0] = grey(red, green, blue)
        } else {
          (output[0], output[1], output[2]) = (red, green, blue)
        }
        input += source.channels
        output += target.channels
        x &+= 1
      }
      y &+= 1
    }
  }

  /// The channels of 0xRRGGBB; of grey, the first is what counts.
  func values(of color: UInt32, channels: Int) -> (UInt8, UInt8, UInt8) {
    let red = UInt8(truncatingIfNeeded: color >> 16)
    let green = UInt8(truncatingIfNeeded: color >> 8)
    let blue = UInt8(truncatingIfNeeded: color)
    return channels == 1 ? (grey(red, green, blue), 0, 0) : (red, green, blue)
  }

  private func over(_ color: UInt8, _ alpha: UInt8, _ background: UInt8) -> UInt8 {
    let sum = UInt32(color) &* UInt32(alpha) &+ UInt32(background) &* (255 &- UInt32(alpha))
    return UInt8(truncatingIfNeeded: (sum &+ 127) / 255)
  }

  /// ITU-R BT.601: 0.299 R + 0.587 G + 0.114 B in 16-bit fixed point, whose weights add up to one.
  private func grey(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
    let sum = UInt32(red) &* 19_595 &+ UInt32(green) &* 38_470 &+ UInt32(blue) &* 7_471
    return UInt8(truncatingIfNeeded: (sum &+ 32_768) >> 16)
  }
}
