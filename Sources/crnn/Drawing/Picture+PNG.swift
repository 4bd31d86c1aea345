extension Picture {
  /// Pixels for one of the picture's: as fine as print and dense screens need.
  private static let scale = 2.0

  /// The picture as a PNG file, on white. Characters that `StrokeFont` has no glyph for are frames with their code points.
  var png: [UInt8] {
    let scale = Picture.scale
    var canvas = Canvas(width: Int((width * scale).rounded(.up)), height: Int((height * scale).rounded(.up)))
    for shape in shapes {
      switch shape {
      case .rectangle(let x, let y, let width, let height, let ink):
        canvas.rectangle(
          x * scale, y * scale, width * scale, height * scale, ink.light, opacity: ink.opacity)
      case .line(let x1, let y1, let x2, let y2, let ink):
        canvas.strokes(
          [[(x: x1 * scale, y: y1 * scale), (x: x2 * scale, y: y2 * scale)]], thickness: scale, ink.light)
      case .text(let text, let x, let y, let size, let isBold, let anchor, let ink):
        let unit = size * scale / StrokeFont.unitsPerSize
        let width = StrokeFont.width(text) * unit
        let start = x * scale - (anchor == .start ? 0 : anchor == .middle ? width / 2 : width)
        canvas.text(text, start, y * scale, unit: unit, thickness: isBold ? 2.2 : 1.45, ink.light)
      case .pixels(let image, let x, let y, let width, let height):
        canvas.pixels(image, x * scale, y * scale, width * scale, height * scale)
      }
    }
    return canvas.image.png
  }
}

extension Canvas {
  /// Writes a text from left to right on a base line.
  /// - Parameters:
  ///   - unit: of the font, in pixels.
  ///   - thickness: of the pen, in units.
  fileprivate mutating func text(
    _ text: String, _ x: Double, _ y: Double, unit: Double, thickness: Double, _ color: UInt32
  ) {
    var x = x
    for scalar in text.unicodeScalars {
      let known = StrokeFont.glyph(scalar)
      let glyph = known ?? StrokeFont.box(scalar)
      let placed = glyph.strokes.map { $0.map { (x: x + unit * $0.x, y: y + unit * ($0.y - 12)) } }
      // The small digits of a frame need a finer pen.
      strokes(placed, thickness: max(1, unit * (known == nil ? 0.9 : thickness)), color)
      x += unit * glyph.advance
    }
  }
}
