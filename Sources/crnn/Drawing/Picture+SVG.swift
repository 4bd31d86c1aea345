extension Picture {
  /// The picture as an SVG file, readable on light and dark ground; images stand in it as PNG.
  var svg: String {
    var document = SVGDocument(width: width, height: height, title: title)
    document.rectangle(0, 0, width, height, style: Ink.ground.rawValue)
    for shape in shapes {
      switch shape {
      case .rectangle(let x, let y, let width, let height, let ink):
        document.rectangle(x, y, width, height, style: ink.rawValue)
      case .line(let x1, let y1, let x2, let y2, let ink): document.line(x1, y1, x2, y2, style: ink.rawValue)
      case .text(let text, let x, let y, let size, let isBold, let anchor, let ink):
        document.text(
          text, x, y, style: "\(ink.rawValue) \(anchor.rawValue)\(isBold ? " bold" : "")", size: size)
      case .pixels(let image, let x, let y, let width, let height):
        document.image(image.png, x, y, width, height)
      }
    }
    return document.document(style: Picture.css)
  }

  private static let css = """
    text { font-family: system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; stroke: none; white-space: pre }
    .middle { text-anchor: middle }
    .end { text-anchor: end }
    .bold { font-weight: 600 }
    image { image-rendering: pixelated }
    \(Ink.allCases.map { ".\($0.rawValue) { \($0.style($0.light)) }" }.joined(separator: "\n"))
    @media (prefers-color-scheme: dark) {
    \(Ink.allCases.map { "  .\($0.rawValue) { \($0.style($0.dark)) }" }.joined(separator: "\n"))
    }
    """
}

extension Picture.Ink {
  /// sRGB. `first` and `second` are blue and orange, which all kinds of colour vision tell apart, and differ in lightness.
  var light: UInt32 {
    switch self {
    case .text: 0x1F2328
    case .note: 0x59636E
    case .ground: 0xFFFFFF
    case .rule: 0xC3CAD2
    case .first, .firstWash: 0x0A56B0
    case .second, .secondWash: 0xC05A00
    }
  }

  fileprivate var dark: UInt32 {
    switch self {
    case .text: 0xF0F6FC
    case .note: 0x9198A1
    case .ground: 0x0D1117
    case .rule: 0x3D444D
    case .first, .firstWash: 0x58A6FF
    case .second, .secondWash: 0xF0883E
    }
  }

  /// 0 to 1.
  var opacity: Double { self == .firstWash || self == .secondWash ? 0.13 : 1 }

  fileprivate func style(_ color: UInt32) -> String {
    let digits = String(color, radix: 16)
    let name = "#" + String(repeating: "0", count: 6 - digits.count) + digits
    return "fill: \(name); stroke: \(self == .rule ? name : "none")" + (opacity < 1 ? "; opacity: \(opacity)" : "")
  }
}
