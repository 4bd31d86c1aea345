/// Reading and writing of NumPy's `.npy` files, versions 1 to 3.
///
/// ```swift
/// let x = try NPYFile.read("x.npy")
/// print(x.shape, try x.floats().count)
/// ```
public enum NPYFile {
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// Reads the array of the file at `path`. Throws `ArrayError` where it is not there, is not a `.npy` file, is shorter or longer
  /// than its header says, or holds what cannot be read (Python objects, records, complex numbers).
  public static func read(_ path: String) throws(ArrayError) -> NumericArray {
    let bytes = try Files.read(path)
    do { return try parse(bytes) } catch { throw error.within(path) }
  }

  /// Reads an array from a file image.
  public static func parse(_ bytes: [UInt8]) throws(ArrayError) -> NumericArray {
    var reader = ByteReader(bytes)
    guard bytes.starts(with: magic) else { throw ArrayError("not a .npy file") }
    try reader.skip(magic.count)
    let version = try reader.unsigned(bytes: 1)
    try reader.skip(1)
    guard (1...3).contains(version) else { throw ArrayError("version \(version) of the .npy format is not known") }
    let headerLength = version == 1 ? try reader.uint16() : try reader.uint32()
    let header = try NPYHeader(parsing: String(decoding: try reader.take(headerLength), as: UTF8.self))
    let count = try NumericArray.elementCount(of: header.shape)
    let (size, overflow) = count.multipliedReportingOverflow(by: header.elementType.size)
    let present = bytes.count - reader.position
    guard !overflow, size == present else {
      throw ArrayError("\(present) bytes do not make an array of shape \(header.shape) of \(header.elementType)")
    }
    var elements = Array(try reader.take(size))
    if header.isBigEndian { reverse(&elements, unit: header.elementType.unit) }
    if header.isFortranOrder {
      elements = cOrder(elements, shape: header.shape, size: header.elementType.size)
    }
    return try NumericArray(shape: header.shape, elementType: header.elementType, bytes: elements)
  }

  /// Writes `array` in version 1, or 2 where the header needs it. The file appears whole or not at all.
  public static func write(_ array: NumericArray, to path: String) throws(ArrayError) {
    try Files.write(serialize(array), to: path)
  }

  /// The file image of `array`.
  public static func serialize(_ array: NumericArray) -> [UInt8] {
    let axes = array.shape.map(String.init).joined(separator: ", ") + (array.shape.count == 1 ? "," : "")
    var header = Array(
      "{'descr': '\(array.elementType.descriptor)', 'fortran_order': False, 'shape': (\(axes)), }".utf8)
    let lengthBytes = header.count + 64 > 0xFFFF ? 4 : 2
    let start = magic.count + 2 + lengthBytes
    // The elements start on a multiple of 64 bytes, and the header ends with a line feed.
    let padding = (64 - (start + header.count + 1) % 64) % 64
    header += [UInt8](repeating: 0x20, count: padding) + [0x0A]
    var bytes = magic + [lengthBytes == 2 ? 1 : 2, 0]
    for index in 0..<lengthBytes { bytes.append(UInt8(truncatingIfNeeded: header.count >> (8 * index))) }
    return bytes + header + array.bytes
  }

  private static func reverse(_ bytes: inout [UInt8], unit: Int) {
    guard unit > 1 else { return }
    for start in stride(from: 0, to: bytes.count, by: unit) { bytes[start..<start + unit].reverse() }
  }

  /// Fortran's order has the first axis innermost.
  private static func cOrder(_ bytes: [UInt8], shape: [Int], size: Int) -> [UInt8] {
    guard shape.count > 1, size > 0, !bytes.isEmpty else { return bytes }
    var strides = [Int](repeating: size, count: shape.count)
    for axis in 1..<shape.count { strides[axis] = strides[axis - 1] * shape[axis - 1] }
    var index = [Int](repeating: 0, count: shape.count)
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var source = 0
    while true {
      result.append(contentsOf: bytes[source..<source + size])
      var axis = shape.count - 1
      while axis >= 0 {
        index[axis] += 1
        source += strides[axis]
        if index[axis] < shape[axis] { break }
        source -= strides[axis] * shape[axis]
        index[axis] = 0
        axis -= 1
      }
      if axis < 0 { return result }
    }
  }
}
