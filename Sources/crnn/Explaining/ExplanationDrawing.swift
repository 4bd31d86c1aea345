/// An explanation as a picture: the image, over and under it what was read from where, and the map of what moves the answer.
struct ExplanationDrawing {
  /// The longest side of the image in the picture's file, pixels.
  static let mostPixels = 1_600
  /// How wide the image is drawn, and how many times its size at most.
  private static let usualWidth = 760.0
  private static let mostTimes = 10.0
  private static let usualHeight = 300.0
  private static let mostHeight = 1_600.0
  /// What stands to the left of the image says what a row shows.
  private static let gutter = 92.0
  private static let margin = 22.0

  private let explanation: ImageExplanation
  private let image: PixelImage
  private let name: String
  /// Of the image as it is drawn.
  private let width: Double
  private let height: Double
  /// Drawn pixels for one of the image's.
  private let times: Double

  init(_ explanation: ImageExplanation, _ image: PixelImage, _ name: String) {
    (self.explanation, self.image, self.name) = (explanation, image, name)
    let (w, h) = (Double(explanation.width), Double(explanation.height))
    var times = min(ExplanationDrawing.usualWidth / w, ExplanationDrawing.mostTimes)
    // Lines of many characters are as wide as those need.
    times = min(times, ExplanationDrawing.usualHeight / h)
    let needed = min(14 * Double(explanation.symbols.count), 1_600)
    times = min(max(times, needed / w), ExplanationDrawing.mostHeight / h)
    self.times = times
    (width, height) = (w * times, h * times)
  }

  private var left: Double { ExplanationDrawing.margin + ExplanationDrawing.gutter }

  var picture: Picture {
    var picture = Picture(title: title, width: 0, height: 0)
    picture.text(heading, ExplanationDrawing.margin, 36, size: 20, isBold: true)
    picture.text(note, ExplanationDrawing.margin, 57, size: 12, .note)
    var y = 76.0
    if explanation.text != nil {
      y = drawLine(&picture, y)
    }
    let heat = HeatPanel(explanation, image).pixels
    // Beside each other where both have room.
    let isBeside = explanation.text == nil && 2 * width + ExplanationDrawing.margin <= ExplanationDrawing.usualWidth
    if explanation.text == nil {
      label(&picture, "image", y + height / 2 + 4)
      drawImage(&picture, image, left, y)
      y += isBeside ? 0 : height + 18
    }
    if isBeside {
      drawImage(&picture, heat, left + width + ExplanationDrawing.margin, y)
      picture.text(
        "what moves the answer", left + 2 * width + 2 * ExplanationDrawing.margin - 8, y + height / 2 + 4, size: 12,
        .note)
    } else {
      label(&picture, "what moves", y + height / 2 - 4)
      label(&picture, "the answer", y + height / 2 + 12)
      drawImage(&picture, heat, left, y)
    }
    y += height + 16
    y = drawLegend(&picture, y)
    let drawn = isBeside ? 2 * width + ExplanationDrawing.margin + 150 : width
    picture.width = left + max(drawn, 330) + ExplanationDrawing.margin
    picture.width = max(picture.width, ExplanationDrawing.margin * 2 + 0.62 * 12 * Double(note.count))
    picture.height = y + ExplanationDrawing.margin
    return picture
  }

  private var title: String { "\(name): \(heading)" }

  private var heading: String {
    explanation.answer.isEmpty ? "(no text)" : explanation.answer
  }

  private var note: String {
    var parts = [
      "\(explanation.measure) \(ImageExplanation.shown(explanation.confidence))", name,
      "\(explanation.width) × \(explanation.height) pixels",
    ]
    if let text = explanation.text, text != explanation.answer {
      parts.insert(text.isEmpty ? "nothing was read" : "\(text) was read", at: 1)
    }
    return parts.joined(separator: "  ·  ")
  }

  private func label(_ picture: inout Picture, _ text: String, _ y: Double) {
    picture.text(text, left - 14, y, size: 12, anchor: .end, .note)
  }

  private func drawImage(_ picture: inout Picture, _ pixels: PixelImage, _ x: Double, _ y: Double) {
    picture.pixels(pixels, x, y, width, height)
    for (x1, y1, x2, y2) in [
      (0, 0, width, 0), (width, 0, width, height), (width, height, 0, height), (0, height, 0, 0),
    ] {
      picture.line(x + x1, y + y1, x + x2, y + y2, .rule)
    }
  }

  // MARK: A line of text

  /// The text, the image, where each character was seen, and the confidences. Returns where that ends.
  private func drawLine(_ picture: inout Picture, _ top: Double) -> Double {
    let marks = SymbolMarks(
      explanation.symbols.map { Double($0.left + $0.right) / 2 * times },
      spans: explanation.symbols.map { (Double($0.left) * times, Double($0.right) * times) })
    var y = top
    let size = min(max(0.95 * marks.gap, 9), 24)
    label(&picture, "read", y + size - 2)
    for (index, symbol) in explanation.symbols.enumerated() {
      picture.text(
        symbol.text == " " ? "␣" : symbol.text, left + marks.centers[index], y + size - 2, size: size, isBold: true,
        anchor: .middle,
        SymbolMarks.ink(index))
    }
    y += size + 8
    label(&picture, "image", y + height / 2 + 4)
    drawImage(&picture, image, left, y)
    for (index, span) in marks.spans.enumerated() {
      picture.rectangle(left + span.start, y, span.end - span.start, height, SymbolMarks.wash(index))
    }
    y += height + 8
    label(&picture, "seen in", y + 9)
    for (index, span) in marks.spans.enumerated() {
      let lane = y + 9 * Double(marks.lanes[index])
      picture.rectangle(left + span.start, lane + 2, max(span.end - span.start, 1), 3, SymbolMarks.ink(index))
      picture.rectangle(left + span.start, lane, 1.5, 7, SymbolMarks.ink(index))
      picture.rectangle(left + max(span.end - 1.5, span.start), lane, 1.5, 7, SymbolMarks.ink(index))
    }
    y += 9 * Double((marks.lanes.max() ?? 0) + 1) + 12
    return drawConfidences(&picture, marks, y) + 20
  }

  private func drawConfidences(_ picture: inout Picture, _ marks: SymbolMarks, _ top: Double) -> Double {
    let (y, full) = (top + 12, 46.0)
    label(&picture, "confidence", y + full / 2 + 4)
    for (value, text) in [(0.0, "0"), (0.5, ""), (1.0, "1")] {
      let line = y + full * (1 - value)
      picture.line(left, line, left + width, line, .rule)
      picture.text(text, left - 4, line + 3.5, size: 9, anchor: .end, .note)
    }
    let bar = min(0.62 * marks.gap, 22)
    for (index, symbol) in explanation.symbols.enumerated() {
      let value = Double(min(max(symbol.confidence, 0), 1))
      let center = left + marks.centers[index]
      picture.rectangle(center - bar / 2, y + full * (1 - value), bar, full * value, SymbolMarks.ink(index))
      if marks.gap >= 24 {
        picture.text(
          fixed(Double(symbol.confidence), 2), center, y + full * (1 - value) - 3, size: 9, anchor: .middle, .text)
      }
    }
    return y + full
  }

  // MARK: The legend

  private func drawLegend(_ picture: inout Picture, _ top: Double) -> Double {
    let (x, length, thickness) = (left, 240.0, 13.0)
    let strongest = explanation.strongest?.fall ?? 0
    let steps = 120
    let scale = PixelImage(
      width: steps, height: 1,
      bytes: (0..<steps).flatMap { step -> [UInt8] in
        let (red, green, blue) = HeatScale.color(Double(step) / Double(steps - 1))
        return [red, green, blue]
      })
    picture.pixels(scale, x, top, length, thickness)
    for edge in [top, top + thickness] { picture.line(x, edge, x + length, edge, .rule) }
    for share in [0, 0.5, 1] {
      let place = x + share * length
      picture.line(place, top, place, top + thickness + 4, .rule)
      picture.text(
        ImageExplanation.shown(Float(share) * strongest), place, top + thickness + 16, size: 11, anchor: .middle, .text)
    }
    var y = top + thickness + 35
    for line in caption(strongest) {
      picture.text(line, x, y, size: 11, .note)
      y += 15
    }
    return y - 15
  }

  private func caption(_ strongest: Float) -> [String] {
    func side(_ cell: Float) -> String {
      let side = Double(cell * Float(explanation.patch))
      return fixed(side, side == side.rounded() ? 0 : 1)
    }
    let size = "\(side(explanation.cellWidth)) × \(side(explanation.cellHeight)) pixels"
    guard strongest > 0 else { return ["no hidden patch of \(size)", "lowers the \(explanation.measure)"] }
    var lines = ["by so much the \(explanation.measure) of the answer falls", "where a patch of \(size) is hidden"]
    if explanation.lowestFall < -0.005 * strongest {
      lines.append("(white, too, where it rises: by \(ImageExplanation.shown(-explanation.lowestFall)) at most)")
    }
    return lines
  }
}
