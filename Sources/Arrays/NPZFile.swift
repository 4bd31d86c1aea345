/// A `.npz` file: named arrays in a zip file, stored or deflated.
///
/// ```swift
/// let file = try NPZFile("test.npz")
/// if let x = try file["x"] { print(x.shape) }
/// ```
public struct NPZFile: Sendable {
  private let archive: ZIPArchive
  private let path: String
  /// The arrays' names, without `.npy`, in the file's order.
  public let names: [String]
  /// Where each array stands in the list: the first of those whose names differ in `.npy` alone.
  private let places: [String: Int]

  /// Reads the file's list of arrays; each array is unpacked when it is asked for. Throws `ArrayError` where the file is not
  /// there or not a zip file.
  public init(_ path: String) throws(ArrayError) {
    do { try self.init(parsing: try Files.read(path), path: path) } catch {
      throw error.message.hasPrefix(path) ? error : error.within(path)
    }
  }

  /// Reads a file image.
  public init(parsing bytes: [UInt8]) throws(ArrayError) { try self.init(parsing: bytes, path: "") }

  private init(parsing bytes: [UInt8], path: String) throws(ArrayError) {
    archive = try ZIPArchive(bytes)
    self.path = path
    names = archive.entries.map { NPZFile.arrayName($0.name) }
    places = Dictionary(zip(names, names.indices)) { first, _ in first }
  }

  private static func arrayName(_ entry: String) -> String {
    entry.hasSuffix(".npy") ? String(entry.dropLast(4)) : entry
  }

  /// The array called `name`, or nil where there is none. Throws where it is damaged or of a kind that cannot be read.
  public subscript(name: String) -> NumericArray? {
    get throws(ArrayError) {
      guard let entry = places[name].map({ archive.entries[$0] }) else { return nil }
      do { return try NPYFile.parse(try archive.contents(of: entry)) } catch {
        throw error.within(path.isEmpty ? name : "\(path), \(name)")
      }
    }
  }

  /// Writes named arrays, stored without compression. The file appears whole or not at all.
  public static func write(_ arrays: [(name: String, array: NumericArray)], to path: String) throws(ArrayError) {
    try Files.write(try serialize(arrays), to: path)
  }

  /// The file image of named arrays, each below 4 GiB.
  public static func serialize(_ arrays: [(name: String, array: NumericArray)]) throws(ArrayError) -> [UInt8] {
    var bytes: [UInt8] = []
    var directory: [UInt8] = []
    func append(_ value: Int, _ count: Int, to target: inout [UInt8]) {
      for index in 0..<count { target.append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
    }
    for (name, array) in arrays {
      let entry = Array((name + ".npy").utf8)
      let contents = NPYFile.serialize(array)
      let offset = bytes.count
      guard offset + contents.count < Int(UInt32.max), entry.count <= 0xFFFF, arrays.count < 0xFFFF else {
        throw ArrayError("'\(name)' makes the .npz file larger than 4 GiB: write .npy files instead")
      }
      // Version 2.0, no flags, stored, 1 January 1980; then checksum, sizes and the name's length.
      var common: [UInt8] = []
      for value in [20, 0, 0, 0, 0x21] { append(value, 2, to: &common) }
      append(Int(ZIPArchive.checksum(contents)), 4, to: &common)
      append(contents.count, 4, to: &common)
      append(contents.count, 4, to: &common)
      append(entry.count, 2, to: &common)
      append(0, 2, to: &common)
      append(0x0403_4B50, 4, to: &bytes)
      bytes += common + entry + contents
      append(0x0201_4B50, 4, to: &directory)
      append(20, 2, to: &directory)
      // No comment, first disk, no attributes.
      directory += common + [UInt8](repeating: 0, count: 10)
      append(offset, 4, to: &directory)
      directory += entry
    }
    let start = bytes.count
    bytes += directory
    append(0x0605_4B50, 4, to: &bytes)
    append(0, 4, to: &bytes)
    append(arrays.count, 2, to: &bytes)
    append(arrays.count, 2, to: &bytes)
    append(directory.count, 4, to: &bytes)
    append(start, 4, to: &bytes)
    append(0, 2, to: &bytes)
    return bytes
  }
}
