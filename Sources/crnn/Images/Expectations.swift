import Arrays

/// What each image should give, from a CSV file: names and labels.
struct Expectations {
  private var labels: [FileName: String] = [:]

  /// The columns are those that the first line calls `file` and `label` or `text`; without such a line, the first two.
  init(path: String) throws {
    var bytes = try Files.read(path)
    // The mark of UTF-8.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    var rows = CSVReader.rows(bytes)[...]
    var (file, label) = (0, 1)
    if let head = rows.first?.map({ $0.lowercased() }), let named = head.firstIndex(of: "file") {
      guard let second = head.firstIndex(of: "label") ?? head.firstIndex(of: "text") else {
        throw CommandError("\(path) has a column 'file', but none called 'label' or 'text'")
      }
      (file, label) = (named, second)
      rows = rows.dropFirst()
    }
    for (number, row) in rows.enumerated() {
      guard row.indices.contains(file), row.indices.contains(label) else {
        throw CommandError("\(path), row \(number + 1): it has \(row.count) columns; a file and its label are needed")
      }
      labels[FileName(row[file])] = row[label]
    }
    guard !labels.isEmpty else { throw CommandError("\(path) names no file") }
  }

  var count: Int { labels.count }

  /// By the whole name, or else by as much of its end, from a slash on, as the list has.
  func label(_ file: FileName) -> String? {
    var name = FileName(Array(file.title.utf8))
    while true {
      if let label = labels[name] { return label }
      guard let slash = name.bytes.firstIndex(of: UInt8(ascii: "/")) else { return nil }
      name = FileName(Array(name.bytes[(slash + 1)...]))
    }
  }
}
