import ArgumentParser
import Converter

/// How rows are written. In each, the file's name comes first, and a row ends with a line feed that stands in no name.
enum RowFormat: String, ExpressibleByArgument, CaseIterable {
  /// RFC 4180; names byte for byte.
  case csv
  /// A JSON object on each line; bytes of a name that are no UTF-8 as the surrogates that Python gives them (U+DC80 to U+DCFF).
  case jsonl
  /// Columns with tabs between them; what does not print, and `\`, as `\xHH`.
  case text
}

/// The rows of one command in one format.
struct RowWriter {
  enum Columns {
    case classes(top: Int)
    case text(best: Int, spans: Bool)
  }

  let format: RowFormat
  let columns: Columns

  /// What stands before the rows.
  var header: [UInt8] {
    guard format == .csv else { return [] }
    let names = (1...repetitions).flatMap { rank in kinds.map { rank == 1 ? $0 : "\($0)_\(rank)" } }
    return Array((["file"] + names + ["error"]).joined(separator: ",").utf8) + [UInt8(ascii: "\n")]
  }

  /// The columns of one class or text.
  private var kinds: [String] {
    switch columns {
    case .classes: ["label", "confidence"]
    case .text(_, let spans): ["text", "confidence"] + (spans ? ["symbols"] : [])
    }
  }

  private var repetitions: Int {
    switch columns {
    case .classes(let top): top
    case .text(let best, _): best
    }
  }

  func bytes(_ row: ImageRow) -> [UInt8] {
    var bytes = start(row.file)
    let rest =
      switch format {
      case .csv: csv(row.answer)
      case .jsonl: json(row.answer)
      case .text: text(row.answer)
      }
    bytes += rest.utf8
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }

  /// How the row of a file begins, whatever became of it.
  func start(_ file: FileName) -> [UInt8] {
    switch format {
    case .csv: RowWriter.csvField(file.bytes) + [UInt8(ascii: ",")]
    case .jsonl: Array("{\"file\": ".utf8) + JSONValue.quoted(file).utf8 + ", ".utf8
    case .text: RowWriter.printable(file.bytes) + [UInt8(ascii: "\t")]
    }
  }

  // MARK: CSV

  private func csv(_ answer: ImageRow.Answer) -> String {
    let empty = String(repeating: ",", count: kinds.count * repetitions)
    let groups: [[String]]
    switch answer {
    case .failure(let reason): return empty + RowWriter.csvField(reason)
    case .text(let texts):
      groups = texts.map { [$0.text, "\($0.confidence)"] + (hasSpans ? [RowWriter.json($0.symbols)] : []) }
    case .classes(let classes): groups = classes.map { [$0.label, "\($0.confidence)"] }
    }
    return groups.joined().map { RowWriter.csvField($0) + "," }.joined() + empty.dropFirst(kinds.count * groups.count)
  }

  private var hasSpans: Bool {
    if case .text(_, true) = columns { true } else { false }
  }

  private static func csvField(_ text: String) -> String { String(decoding: csvField(Array(text.utf8)), as: UTF8.self) }

  private static func csvField(_ bytes: [UInt8]) -> [UInt8] {
    let mark = UInt8(ascii: "\"")
    let special: [UInt8] = [mark, UInt8(ascii: ","), UInt8(ascii: "\n"), UInt8(ascii: "\r")]
    // A space at an end is easily lost by whoever reads it.
    guard bytes.contains(where: special.contains) || bytes.first == 0x20 || bytes.last == 0x20 else { return bytes }
    return [mark] + bytes.flatMap { $0 == mark ? [mark, mark] : [$0] } + [mark]
  }

  // MARK: JSON

  private func json(_ answer: ImageRow.Answer) -> String {
    switch answer {
    case .failure(let reason): return "\"error\": \(JSONValue.quoted(reason))}"
    case .text(let texts):
      let members = texts.map {
        "\"text\": \(JSONValue.quoted($0.text)), \"confidence\": \(RowWriter.jsonNumber($0.confidence))"
          + (hasSpans ? ", \"symbols\": \(RowWriter.json($0.symbols))" : "")
      }
      let others = repetitions > 1 ? ", \"best\": [\(members.map { "{\($0)}" }.joined(separator: ", "))]" : ""
      return "\(members.first ?? "")\(others)}"
    case .classes(let classes):
      let members = classes.map {
        "\"label\": \(JSONValue.quoted($0.label)), \"confidence\": \(RowWriter.jsonNumber($0.confidence))"
      }
      return "\(members.first ?? ""), \"top\": [\(members.map { "{\($0)}" }.joined(separator: ", "))]}"
    }
  }

  private static func json(_ symbols: [TextReading.Symbol]) -> String {
    let objects = symbols.map { symbol in
      "{\"text\": \(JSONValue.quoted(symbol.text)), \"confidence\": \(jsonNumber(symbol.confidence)), "
        + "\"input\": \([symbol.input.lowerBound, symbol.input.upperBound]), \"box\": \(symbol.box)}"
    }
    return "[\(objects.joined(separator: ", "))]"
  }

  private static func jsonNumber(_ value: Float) -> String { value.isFinite ? "\(value)" : "null" }

  // MARK: Text

  private func text(_ answer: ImageRow.Answer) -> String {
    func printable(_ text: String) -> String {
      String(decoding: RowWriter.printable(Array(text.utf8)), as: UTF8.self)
    }
    func shown(_ value: Float) -> String { "\t" + fixed(Double(value), 4) }
    switch answer {
    case .failure(let reason): return "error: \(printable(reason))"
    case .text(let texts):
      return texts.map {
        printable($0.text) + shown($0.confidence) + (hasSpans ? "\t" + RowWriter.json($0.symbols) : "")
      }.joined(separator: "\t")
    case .classes(let classes):
      return classes.map { printable($0.label) + shown($0.confidence) }.joined(separator: "\t")
    }
  }

  private static func printable(_ bytes: [UInt8]) -> [UInt8] {
    let isText = String(validating: bytes, as: UTF8.self) != nil
    return bytes.flatMap { byte -> [UInt8] in
      guard byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "\\") || (byte >= 0x80 && !isText) else {
        return [byte]
      }
      let digits = String(byte, radix: 16, uppercase: true)
      return Array("\\x\(digits.count < 2 ? "0" : "")\(digits)".utf8)
    }
  }
}
