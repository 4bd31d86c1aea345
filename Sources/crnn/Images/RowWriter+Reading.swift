import Converter

/// Rows that this tool has written, read again where a run goes on.
extension RowWriter {
  /// The end of the first row of `bytes`, behind its line feed; nil where it is not whole.
  func rowEnd(_ bytes: ArraySlice<UInt8>) -> Int? {
    var isQuoted = false
    for index in bytes.indices {
      if format == .csv, bytes[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
      if bytes[index] == UInt8(ascii: "\n"), !isQuoted { return index + 1 }
    }
    return nil
  }

  /// What the row, of which `start` has been taken away, says: the prediction, or that the image could not be read.
  func answer(_ rest: ArraySlice<UInt8>) -> (prediction: String?, isFailure: Bool) {
    let text = String(decoding: rest.dropLast(), as: UTF8.self)
    switch format {
    case .csv:
      // The last column is the error.
      guard text.hasSuffix(",") else { return (nil, true) }
      return (CSVReader.rows(Array(text.utf8)).first?.first, false)
    case .jsonl:
      guard !text.hasPrefix("\"error\": ") else { return (nil, true) }
      guard let colon = text.firstIndex(of: ":") else { return (nil, false) }
      return (JSONValue.unquoted(text[colon...].dropFirst(2)), false)
    case .text:
      guard !text.hasPrefix("error: ") else { return (nil, true) }
      return (RowWriter.unprintable(text.prefix { $0 != "\t" }), false)
    }
  }

  /// `\xHH` as the byte that it stands for.
  private static func unprintable(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\\"), rest.count >= 3,
        let value = UInt8(String(decoding: rest.dropFirst().prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
