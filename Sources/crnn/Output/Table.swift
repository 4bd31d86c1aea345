/// Columns of text for a terminal: the first column to the left, numbers to the right.
struct Table {
  var heads: [String]
  var rows: [[String]] = []
  /// Columns that are set to the left; the others are set to the right.
  var leftColumns: Set<Int> = [0]

  init(_ heads: [String], leftColumns: Set<Int> = [0]) {
    self.heads = heads
    self.leftColumns = leftColumns
  }

  mutating func add(_ cells: [String]) { rows.append(cells) }

  var text: String {
    let lines = [heads] + rows
    let widths = heads.indices.map { column in
      lines.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return lines.map { line in
      var text = ""
      for (column, cell) in line.enumerated() where column < widths.count {
        let space = String(repeating: " ", count: widths[column] - cell.count)
        text += (column == 0 ? "" : "  ") + (leftColumns.contains(column) ? cell + space : space + cell)
      }
      while text.last == " " { text.removeLast() }
      return text
    }.joined(separator: "\n")
  }
}

/// `value` with `digits` places behind the point.
func fixed(_ value: Double, _ digits: Int) -> String {
  guard value.isFinite, value.magnitude < 1e15 else { return "\(value)" }
  var power = 1.0
  for _ in 0..<digits { power *= 10 }
  let scaled = (value.magnitude * power).rounded()
  guard scaled < 9e18 else { return "\(value)" }
  let whole = String(Int64(scaled))
  let padded = String(repeating: "0", count: max(0, digits + 1 - whole.count)) + whole
  let sign = value < 0 && scaled > 0 ? "-" : ""
  guard digits > 0 else { return sign + padded }
  return sign + padded.dropLast(digits) + "." + padded.suffix(digits)
}

/// A small number as 1.2e-05, where `fixed` would show only zeros.
func scientific(_ value: Double) -> String {
  guard value.isFinite, value != 0 else { return "\(value)" }
  var (mantissa, exponent) = (value.magnitude, 0)
  while mantissa >= 10 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
  while mantissa < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
  // What rounds up to 10 has one digit less.
  if mantissa >= 9.95 { (mantissa, exponent) = (1, exponent + 1) }
  let digits = String(abs(exponent))
  return
    "\(value < 0 ? "-" : "")\(fixed(mantissa, 1))e\(exponent < 0 ? "-" : "+")\(digits.count < 2 ? "0" : "")\(digits)"
}
