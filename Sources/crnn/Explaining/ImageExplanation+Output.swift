import Converter

extension ImageExplanation {
  /// The document for machines. Columns and rows are edges in pixels of the image, from its upper left corner.
  func json(model: String, file: String) -> JSONValue {
    .members([
      ("model", .text(model)),
      ("file", .text(file)),
      ("image", .members([("width", .integer(width)), ("height", .integer(height))])),
      ("text", text.map { .text($0) }),
      ("symbols", text == nil ? nil : .array(symbols.map(\.json))),
      ("answer", .text(answer)),
      ("class", answerClass.map { .integer($0) }),
      (measure, ImageExplanation.number(confidence)),
      (
        "map",
        .members([
          ("columns", .integer(columns)), ("rows", .integer(rows)),
          ("cell", ImageExplanation.size(cellWidth, cellHeight)),
          ("patch", ImageExplanation.size(cellWidth * Float(patch), cellHeight * Float(patch))),
          (
            "falls",
            .array(
              (0..<rows).map { row in .array(falls[row * columns..<(row + 1) * columns].map(ImageExplanation.number)) })
          ),
        ])
      ),
      ("runs", .integer(runs)),
    ])
  }

  private static func size(_ width: Float, _ height: Float) -> JSONValue {
    .members([("width", number(width)), ("height", number(height))])
  }

  /// With as many digits as tell it from other floats; null where JSON has no number for it.
  fileprivate static func number(_ value: Float) -> JSONValue { .number(Double("\(value)") ?? .nan) }

  /// For people.
  var summary: String {
    var lines = ["\(answer)  \(measure) \(fixed(Double(confidence), 4))"]
    if let text {
      if text != answer { lines[0] += ", while \(text.isEmpty ? "nothing" : text) was read" }
      var table = Table(["symbol", "confidence", "columns", "rows"])
      for symbol in symbols {
        table.add([
          symbol.text, fixed(Double(symbol.confidence), 4),
          ImageExplanation.span(Float(symbol.left), Float(symbol.right)),
          ImageExplanation.span(Float(symbol.top), Float(symbol.bottom)),
        ])
      }
      lines.append(table.text)
    }
    lines.append(hidden)
    return lines.joined(separator: "\n")
  }

  private var hidden: String {
    guard let strongest else { return "no hidden part lowers the \(measure) (\(runs) runs)" }
    let (x, y) = (cellWidth * Float(strongest.column), cellHeight * Float(strongest.row))
    return "falls most, by \(ImageExplanation.shown(strongest.fall)), where columns "
      + "\(ImageExplanation.span(x, min(x + cellWidth, Float(width)))), rows "
      + "\(ImageExplanation.span(y, min(y + cellHeight, Float(height)))) are hidden (\(runs) runs)"
  }

  private static func span(_ start: Float, _ end: Float) -> String {
    "\(fixed(Double(start), 0))–\(fixed(Double(end), 0))"
  }

  /// A fall, with the digits that count.
  static func shown(_ value: Float) -> String {
    value == 0 || value.magnitude >= 0.01 ? fixed(Double(value), 2) : scientific(Double(value))
  }
}

extension ImageExplanation.Symbol {
  fileprivate var json: JSONValue {
    func pair(_ start: Int, _ end: Int) -> JSONValue { .array([.integer(start), .integer(end)]) }
    return .members([
      ("text", .text(text)), ("confidence", ImageExplanation.number(confidence)), ("columns", pair(left, right)),
      ("rows", pair(top, bottom)), ("frames", pair(frames.lowerBound, frames.upperBound)),
    ])
  }
}
