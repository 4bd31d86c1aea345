/// Builds the text of an SVG picture. Everything that comes from a file is escaped.
struct SVGDocument {
  private var lines: [String] = []
  private let width: Int
  private let height: Int
  private let title: String

  init(width: Double, height: Double, title: String) {
    self.width = Int(width.rounded(.up))
    self.height = Int(height.rounded(.up))
    self.title = title
  }

  mutating func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, radius: Double = 0, style: String
  ) {
    lines.append(
      "<rect x=\"\(short(x))\" y=\"\(short(y))\" width=\"\(short(width))\" height=\"\(short(height))\" "
        + "rx=\"\(short(radius))\" class=\"\(style)\"/>")
  }

  /// - Parameter size: nil: as the style has it.
  mutating func text(_ text: String, _ x: Double, _ y: Double, style: String, size: Double? = nil) {
    let size = size.map { " font-size=\"\(short($0))\"" } ?? ""
    lines.append(
      "<text x=\"\(short(x))\" y=\"\(short(y))\" class=\"\(style)\"\(size)>\(SVGDocument.escaped(text))</text>")
  }

  mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, style: String) {
    lines.append("<path d=\"M\(short(x1)) \(short(y1))L\(short(x2)) \(short(y2))\" class=\"\(style)\"/>")
  }

  /// `png` is the content of such a file.
  mutating func image(_ png: [UInt8], _ x: Double, _ y: Double, _ width: Double, _ height: Double) {
    lines.append(
      "<image x=\"\(short(x))\" y=\"\(short(y))\" width=\"\(short(width))\" height=\"\(short(height))\" "
        + "preserveAspectRatio=\"none\" href=\"data:image/png;base64,\(SVGDocument.base64(png))\"/>")
  }

  /// RFC 4648.
  private static func base64(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var result: [UInt8] = []
    result.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for place in 0..<4 {
        result.append(place > group.count ? UInt8(ascii: "=") : digits[bits >> (18 - 6 * place) & 63])
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// A curve through the points, straight up and down at each of them.
  mutating func curve(_ points: [GraphLayout.Point], style: String) {
    guard let first = points.first else { return }
    var path = "M\(short(first.x)) \(short(first.y))"
    for (a, b) in zip(points, points.dropFirst()) {
      let middle = (a.y + b.y) / 2
      path +=
        a.x == b.x
        ? "V\(short(b.y))"
        : "C\(short(a.x)) \(short(middle)) \(short(b.x)) \(short(middle)) \(short(b.x)) \(short(b.y))"
    }
    lines.append("<path d=\"\(path)\" class=\"\(style)\"/>")
  }

  /// Text that shows while the pointer rests on what `content` draws.
  mutating func group(hint: String, _ content: (inout SVGDocument) -> Void) {
    lines.append("<g><title>\(SVGDocument.escaped(hint))</title>")
    content(&self)
    lines.append("</g>")
  }

  /// The whole file. `style` is CSS.
  func document(style: String) -> String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" width="\(width)" height="\(height)" role="img">
    <title>\(SVGDocument.escaped(title))</title>
    <style>
    \(style)
    </style>
    <defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">\
    <path d="M0 0L8 4L0 8Z" class="head"/></marker></defs>
    \(lines.joined(separator: "\n"))
    </svg>

    """
  }

  /// XML's own characters are named; what XML cannot hold at all becomes U+FFFD.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\t", "\n", "\r": result += " "
      case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private func short(_ value: Double) -> String {
    let text = fixed(value, 1)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
