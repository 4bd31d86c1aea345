extension String {
  /// The lines of a text file, whatever system wrote it: without their ends, and without the mark of UTF-8 in front of the first.
  var lines: [String] {
    let scalars = unicodeScalars.first == "\u{FEFF}" ? unicodeScalars.dropFirst() : unicodeScalars[...]
    return scalars.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      String(line.last == "\r" ? line.dropLast() : line)
    }
  }
}
