import CCRNN
import CCRNNImage

/// What a network answers to an image, and what that hangs on: what `crnn_explain_image` tells.
struct ImageExplanation {
  struct Symbol {
    var text: String
    var confidence: Float
    /// Of the network's output, both included.
    var frames: ClosedRange<Int>
    /// Edges, in pixels of the image.
    var left: Int
    var top: Int
    var right: Int
    var bottom: Int
  }

  /// Of the image, pixels.
  var width: Int
  var height: Int
  /// What was read; nil where the network is a classifier.
  var text: String?
  var symbols: [Symbol] = []
  /// What the map is of: a class's number, or nil where it is a text; and what it is called.
  var answerClass: Int?
  var answer: String
  var confidence: Float
  /// Cells of the map.
  var columns: Int
  var rows: Int
  var falls: [Float]
  /// Of a cell, in pixels of the image; of the patch that is hidden, in cells.
  var cellWidth: Float
  var cellHeight: Float
  var patch: Int
  var runs: Int

  init(_ explanation: crnn_explanation, text given: String?, labels: [String]?) {
    (width, height) = (Int(explanation.width), Int(explanation.height))
    (columns, rows) = (Int(explanation.columns), Int(explanation.rows))
    falls = Array(UnsafeBufferPointer(start: explanation.falls, count: columns * rows))
    (cellWidth, cellHeight) = (explanation.cell_width, explanation.cell_height)
    (patch, runs) = (Int(explanation.patch), Int(explanation.runs))
    confidence = explanation.confidence
    let index = Int(explanation.answer)
    guard let read = explanation.text else {
      answerClass = index
      answer = labels.flatMap { $0.indices.contains(index) ? $0[index] : nil } ?? String(index)
      return
    }
    let line = String(cString: read)
    let bytes = Array(line.utf8)
    text = line
    answer = given ?? line
    symbols = UnsafeBufferPointer(start: explanation.symbols, count: Int(explanation.symbol_count)).map { item in
      let start = Int(item.symbol.text_offset)
      let frames = (Int(item.symbol.first_frame), Int(item.symbol.last_frame))
      return Symbol(
        text: String(decoding: bytes.dropFirst(start).prefix(Int(item.symbol.text_bytes)), as: UTF8.self),
        confidence: item.symbol.confidence, frames: frames.0...max(frames.0, frames.1), left: Int(item.box.left),
        top: Int(item.box.top),
        right: Int(item.box.right), bottom: Int(item.box.bottom))
    }
  }

  /// The cell whose hiding lets the confidence fall most, from 0; nil where hiding changes nothing.
  var strongest: (column: Int, row: Int, fall: Float)? {
    let best = falls.indices.filter { !falls[$0].isNaN }.max { (falls[$0], $1) < (falls[$1], $0) }
    guard let best, falls[best] > 0 else { return nil }
    return (best % columns, best / columns, falls[best])
  }

  var lowestFall: Float { falls.reduce(0) { min($0, $1) } }

  /// What the confidence is called.
  var measure: String { text == nil ? "confidence" : "probability" }
}
