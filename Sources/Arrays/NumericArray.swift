/// A dense array as NumPy stores them: a shape, an element type, and the bytes.
///
/// `bytes` are always in C order (the last axis runs fastest) and little-endian, whatever the file said. A shape of no axes is
/// a single value.
///
/// ```swift
/// let array = try NumericArray(shape: [2, 3], floats: [1, 2, 3, 4, 5, 6])
/// try NPYFile.write(array, to: "x.npy")
/// ```
public struct NumericArray: Equatable, Sendable {
  public let shape: [Int]
  public let elementType: ElementType
  public let bytes: [UInt8]

  /// Throws where an axis is negative, or where `bytes` is not exactly as long as shape and type say.
  public init(shape: [Int], elementType: ElementType, bytes: [UInt8]) throws(ArrayError) {
    let count = try NumericArray.elementCount(of: shape)
    let (size, overflow) = count.multipliedReportingOverflow(by: elementType.size)
    guard !overflow, size == bytes.count else {
      throw ArrayError("an array of shape \(shape) of \(elementType) cannot have \(bytes.count) bytes")
    }
    self.shape = shape
    self.elementType = elementType
    self.bytes = bytes
  }

  public init(shape: [Int], floats: [Float]) throws(ArrayError) {
    try self.init(shape: shape, elementType: .float32, bytes: floats.withUnsafeBytes { Array($0) })
  }

  public init(shape: [Int], integers: [Int32]) throws(ArrayError) {
    try self.init(shape: shape, elementType: .int32, bytes: integers.withUnsafeBytes { Array($0) })
  }

  /// Number of elements.
  public var count: Int { elementType.size == 0 ? 0 : bytes.count / elementType.size }

  /// The longest that an array's other axes may be together where one is 0: such an array has no bytes, and so none that
  /// stand for the time which a caller takes with each of its empty rows.
  private static let longestEmpty = 1 << 20

  /// The product of the axes; throws where one is negative, the product does not fit, or those beside a 0 are endless.
  static func elementCount(of shape: [Int]) throws(ArrayError) -> Int {
    var (count, isEmpty) = (1, false)
    for axis in shape {
      guard axis >= 0 else { throw ArrayError("shape \(shape) has a negative axis") }
      isEmpty = isEmpty || axis == 0
      let (product, overflow) = count.multipliedReportingOverflow(by: max(axis, 1))
      guard !overflow else { throw ArrayError("shape \(shape) is too large") }
      count = product
    }
    guard isEmpty else { return count }
    guard count <= longestEmpty else { throw ArrayError("shape \(shape) is too large for an array without elements") }
    return 0
  }

  /// The same elements under another shape of equal count.
  public func reshaped(_ shape: [Int]) throws(ArrayError) -> NumericArray {
    try NumericArray(shape: shape, elementType: elementType, bytes: bytes)
  }

  /// The entries `range` of the first axis. Throws where they do not exist.
  public func rows(_ range: Range<Int>) throws(ArrayError) -> NumericArray {
    guard let first = shape.first, range.lowerBound >= 0, range.upperBound <= first else {
      throw ArrayError("entries \(range.lowerBound)..<\(range.upperBound) lie outside an array of shape \(shape)")
    }
    let rowBytes = first == 0 ? 0 : bytes.count / first
    return try NumericArray(
      shape: [range.count] + shape.dropFirst(), elementType: elementType,
      bytes: Array(bytes[range.lowerBound * rowBytes..<range.upperBound * rowBytes]))
  }
}
