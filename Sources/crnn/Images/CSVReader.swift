/// RFC 4180: fields with commas between them, in quotes where they hold commas, quotes or line feeds.
enum CSVReader {
  static func rows(_ bytes: [UInt8]) -> [[String]] {
    var rows: [[String]] = []
    var row: [String] = []
    var field: [UInt8] = []
    var isQuoted = false
    var index = 0
    func finishField() {
      row.append(String(decoding: field, as: UTF8.self))
      field = []
    }
    func finishRow() {
      finishField()
      if row != [""] { rows.append(row) }
      row = []
    }
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      switch byte {
      case UInt8(ascii: "\"") where isQuoted && index < bytes.count && bytes[index] == byte:
        field.append(byte)
        index += 1
      case UInt8(ascii: "\""): isQuoted.toggle()
      case UInt8(ascii: ",") where !isQuoted: finishField()
      case UInt8(ascii: "\r") where !isQuoted && index < bytes.count && bytes[index] == UInt8(ascii: "\n"): break
      case UInt8(ascii: "\n") where !isQuoted: finishRow()
      default: field.append(byte)
      }
    }
    if !field.isEmpty || !row.isEmpty { finishRow() }
    return rows
  }
}
