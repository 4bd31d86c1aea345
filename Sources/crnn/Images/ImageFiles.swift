import Glibc

/// The images of a run, one after another, without all of them in memory: those that were named, those of folders and of the
/// folders in them, those that patterns match, and those of a list on standard input.
struct ImageFiles {
  /// One row of the result.
  enum Entry: Equatable {
    case file(FileName)
    /// What could have been images, and why it cannot be read.
    case unreadable(FileName, String)

    var name: FileName {
      switch self {
      case .file(let name), .unreadable(let name, _): name
      }
    }
  }

  private var arguments: ArraySlice<FileName>
  private var list: LineReader?
  private let separator: UInt8
  /// What a pattern stands for.
  private var matches: ArraySlice<FileName> = []
  /// The folders that are being read, each inside the one before.
  private var folders: [FolderListing] = []

  /// - Parameters:
  ///   - arguments: files, folders and patterns; `-` is a list on standard input.
  ///   - separator: what stands behind each name of the list.
  init(_ arguments: [FileName], separator: UInt8) {
    self.arguments = arguments[...]
    self.separator = separator
  }

  /// At most `count` entries: fewer only where the list has no more for now, none at the end. Waits for the first one.
  mutating func take(_ count: Int) -> [Entry] {
    var entries: [Entry] = []
    while entries.count < count, entries.isEmpty || !isWaiting, let entry = next() { entries.append(entry) }
    return entries
  }

  /// The next entry could take as long as whoever writes the list likes.
  private var isWaiting: Bool { folders.isEmpty && matches.isEmpty && list.map { !$0.hasLine } ?? false }

  mutating func next() -> Entry? {
    while true {
      if let last = folders.indices.last {
        if let (path, kind) = folders[last].next() {
          if let entry = found(path, kind) { return entry }
        } else {
          folders.removeLast()
        }
      } else if let name = matches.popFirst() {
        if let entry = named(name) { return entry }
      } else if list != nil {
        do {
          if let name = try list?.next() {
            if let entry = named(name) { return entry }
          } else {
            list = nil
          }
        } catch {
          list = nil
          return .unreadable(FileName([UInt8(ascii: "-")]), "\(error)")
        }
      } else if let argument = arguments.popFirst() {
        if argument.bytes == [UInt8(ascii: "-")] {
          list = LineReader(STDIN_FILENO, separator: separator)
        } else if argument.isPattern, ImageFiles.status(argument, lstat) == nil {
          matches = ImageFiles.matches(argument)[...]
          if matches.isEmpty { return .unreadable(argument, "no file matches this pattern") }
        } else if let entry = named(argument) {
          return entry
        }
      } else {
        return nil
      }
    }
  }

  /// A name that somebody gave: whatever it is but a folder is taken for an image.
  private mutating func named(_ name: FileName) -> Entry? {
    guard let status = ImageFiles.status(name, stat), status.st_mode & S_IFMT == S_IFDIR else { return .file(name) }
    return enter(name, status)
  }

  /// What lies in a folder: images by their names, and folders.
  private mutating func found(_ path: FileName, _ kind: Int32) -> Entry? {
    if kind == Int32(DT_REG) { return path.isImage ? .file(path) : nil }
    guard kind == Int32(DT_DIR) || kind == Int32(DT_LNK) || kind == Int32(DT_UNKNOWN) else { return nil }
    guard let status = ImageFiles.status(path, stat) else {
      // A link to nowhere may be anything. What is there and cannot be looked at might be a folder of images.
      let code = errno
      guard path.isImage || code != ENOENT else { return nil }
      return .unreadable(path, "the image cannot be read: \(String(cString: strerror(code)))")
    }
    if status.st_mode & S_IFMT == S_IFDIR { return enter(path, status) }
    return status.st_mode & S_IFMT == S_IFREG && path.isImage ? .file(path) : nil
  }

  private mutating func enter(_ path: FileName, _ status: stat) -> Entry? {
    let identity = FileIdentity(status)
    guard !folders.contains(where: { $0.identity == identity }) else {
      return .unreadable(path, "a symbolic link to a folder that it lies in")
    }
    do {
      folders.append(try FolderListing(path, identity))
      return nil
    } catch {
      return .unreadable(path, "\(error)")
    }
  }

  private static func status(
    _ name: FileName, _ function: (UnsafePointer<CChar>, UnsafeMutablePointer<stat>) -> Int32
  ) -> stat? {
    var status = stat()
    return name.withCString { function($0, &status) } == 0 ? status : nil
  }

  private static func matches(_ pattern: FileName) -> [FileName] {
    var found = glob_t()
    defer { globfree(&found) }
    guard pattern.withCString({ glob($0, 0, nil, &found) }) == 0 else { return [] }
    return (0..<Int(found.gl_pathc)).compactMap { index in
      found.gl_pathv[index].map { FileName(Array(UnsafeRawBufferPointer(start: $0, count: strlen($0)))) }
    }
  }
}
