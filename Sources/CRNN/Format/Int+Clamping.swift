/// `Int` of a wider or unsigned number, where it does not fit: the number nearest to it.
///
/// A file and a caller may state anything, and Swift's own conversion ends the process where an `Int` of 32 bits is too small. These take its
/// place in this module. No check of a size or an index lets the largest `Int` pass. With 64 bits everything fits but a `UInt64`, and
/// nothing is compiled for it.
extension Int {
  @inline(__always) init(_ number: UInt32) { self.init(clamping: number) }
  @inline(__always) init(_ number: UInt64) { self.init(clamping: number) }
  @inline(__always) init(_ number: Int64) { self.init(clamping: number) }
}
