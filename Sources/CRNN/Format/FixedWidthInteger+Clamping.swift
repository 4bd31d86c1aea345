import CCRNN

/// Of a number that does not fit, the nearest one that does; of NaN, 0.
///
/// A file and a caller may state anything, and Swift's own conversions end the process where an `Int` of 32 bits is too small, a number
/// negative that must not be, or a fraction too large. These take their place in this module. No check of a size or an index lets the largest `Int` pass. Where
/// everything fits, nothing is compiled for it.
extension Int {
  @inline(__always) init(_ number: UInt32) { self.init(clamping: number) }
  @inline(__always) init(_ number: UInt64) { self.init(clamping: number) }
  @inline(__always) init(_ number: Int64) { self.init(clamping: number) }
  @inline(__always) init(_ number: Float) { self.init(clamping: crnn_whole(Double(number))) }
  @inline(__always) init(_ number: Double) { self.init(clamping: crnn_whole(number)) }
}

extension Int64 {
  @inline(__always) init(_ number: Double) { self = crnn_whole(number) }
}

extension Int32 {
  @inline(__always) init(_ number: UInt32) { self.init(clamping: number) }
  @inline(__always) init(_ number: Float) { self.init(clamping: crnn_whole(Double(number))) }
  @inline(__always) init(_ number: Double) { self.init(clamping: crnn_whole(number)) }
}

extension UInt32 {
  @inline(__always) init(_ number: Int) { self.init(clamping: number) }
  @inline(__always) init(_ number: Int32) { self.init(clamping: number) }
}

extension UInt64 {
  @inline(__always) init(_ number: Int) { self.init(clamping: number) }
  @inline(__always) init(_ number: Int32) { self.init(clamping: number) }
  @inline(__always) init(_ number: Int64) { self.init(clamping: number) }
}
