import Glibc

/// A file's name as the system has it: bytes without a zero, mostly UTF-8.
struct FileName: Hashable {
  var bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  init(_ text: String) { bytes = Array(text.utf8) }

  /// For messages; what is no UTF-8 is replaced.
  var title: String { String(decoding: bytes, as: UTF8.self) }

  func withCString<Result>(_ body: (UnsafePointer<CChar>) throws -> Result) rethrows -> Result {
    try body(bytes.map { CChar(bitPattern: $0) } + [0])
  }

  /// Inside the folder `self`.
  func appending(_ name: UnsafePointer<CChar>) -> FileName {
    var path = bytes
    if path.last != UInt8(ascii: "/") { path.append(UInt8(ascii: "/")) }
    path.append(contentsOf: UnsafeRawBufferPointer(start: name, count: strlen(name)))
    return FileName(path)
  }

  /// The name ends like that of a PNG or JPEG file.
  var isImage: Bool {
    let end = String(decoding: bytes.suffix(5), as: UTF8.self).lowercased()
    return [".png", ".jpg", ".jpeg"].contains { end.hasSuffix($0) }
  }

  var isPattern: Bool {
    bytes.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "[") }
  }
}

/// The words of the command line as the system gave them. Swift's are repaired where they are no UTF-8.
enum RawArguments {
  /// The bytes of arguments that the parser gave as text, found again by that text, in their order.
  static func names(_ texts: [String]) -> [FileName] {
    var raw: [FileName] = []
    for index in 1..<max(1, Int(CommandLine.argc)) {
      guard let argument = CommandLine.unsafeArgv[index] else { continue }
      raw.append(FileName(Array(UnsafeRawBufferPointer(start: argument, count: strlen(argument)))))
    }
    return texts.map { text in
      guard text.unicodeScalars.contains("\u{FFFD}"), let index = raw.firstIndex(where: { $0.title == text }) else {
        return FileName(text)
      }
      return raw.remove(at: index)
    }
  }
}
