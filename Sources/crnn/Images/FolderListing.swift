import Glibc

/// What lies in one folder, in the order of the names' bytes; packed, because it may be a hundred thousand names.
struct FolderListing {
  let path: FileName
  let identity: FileIdentity
  private var names: [CChar] = []
  private var starts: [UInt32] = []
  private var position = 0

  /// Throws with the system's reason.
  init(_ path: FileName, _ identity: FileIdentity) throws {
    self.path = path
    self.identity = identity
    guard let directory = path.withCString({ opendir($0) }) else {
      throw CommandError("cannot open the folder: \(String(cString: strerror(errno)))")
    }
    defer { closedir(directory) }
    var names: [CChar] = []
    while true {
      errno = 0
      guard let entry = readdir(directory) else {
        guard errno == 0 else { throw CommandError("cannot read the folder: \(String(cString: strerror(errno)))") }
        break
      }
      withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        tuple.withMemoryRebound(to: CChar.self, capacity: 256) { name in
          guard strcmp(name, ".") != 0, strcmp(name, "..") != 0 else { return }
          starts.append(UInt32(names.count))
          // The first byte is what the system says of the kind of file.
          names.append(CChar(bitPattern: entry.pointee.d_type))
          names.append(contentsOf: UnsafeBufferPointer(start: name, count: strlen(name) + 1))
        }
      }
    }
    names.withUnsafeBufferPointer { all in
      guard let base = all.baseAddress else { return }
      starts.sort { strcmp(base + Int($0) + 1, base + Int($1) + 1) < 0 }
    }
    self.names = names
  }

  /// The next name, and the kind (`DT_…`) that the system tells with it.
  mutating func next() -> (path: FileName, kind: Int32)? {
    guard position < starts.count else { return nil }
    let start = Int(starts[position])
    position += 1
    return names.withUnsafeBufferPointer { all in
      all.baseAddress.map { (path.appending($0 + start + 1), Int32(UInt8(bitPattern: $0[start]))) }
    }
  }
}

/// Which file it is, whatever leads to it.
struct FileIdentity: Equatable {
  private let device: dev_t
  private let node: ino_t

  init(_ status: stat) { (device, node) = (status.st_dev, status.st_ino) }
}
