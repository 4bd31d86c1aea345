import CCRNN

/// Writes a status and a sentence into the caller's `crnn_error`, piece by piece, without a heap and without `String`.
///
/// ```swift
/// return Message(error, CRNN_ERROR_SHAPE).text("port ").name(port).text(" takes rank ").number(2).status
/// ```
///
/// Sentences stand in every function, and the library is to be small: a piece is one call with two arguments, which finds in
/// what is written already where to go on.
struct Message {
  let status: crnn_status
  private let error: SentenceTarget

  @inline(__always)
  init(_ error: UnsafeMutablePointer<crnn_error>?, _ status: crnn_status) {
    self.status = status
    self.error = SentenceTarget(error, status)
  }

  @inline(__always)
  func text(_ text: Literal) -> Message {
    error.append(text.bytes)
    return self
  }

  /// A NUL-terminated name, quoted; an empty one reads "(unnamed)".
  @inline(__always)
  func name(_ name: UnsafePointer<CChar>) -> Message {
    error.append(name: UnsafeRawPointer(name).assumingMemoryBound(to: UInt8.self))
    return self
  }

  /// A NUL-terminated sentence that another message has made.
  @inline(__always)
  func sentence(_ sentence: UnsafePointer<CChar>) -> Message {
    error.append(UnsafeRawPointer(sentence).assumingMemoryBound(to: UInt8.self))
    return self
  }

  @inline(__always)
  func number(_ value: Int64) -> Message {
    error.append(number: value)
    return self
  }

  @inline(__always)
  func number(_ value: Int) -> Message { number(Int64(truncatingIfNeeded: value)) }

  /// One character; where the caller's room ends, so does the sentence.
  func append(_ byte: UInt8) { error.append(byte) }
}

/// The caller's `crnn_error`, or nil where the caller wants no sentence or has no room for one.
private struct SentenceTarget {
  private let error: UnsafeMutablePointer<crnn_error>?

  @inline(never)
  init(_ error: UnsafeMutablePointer<crnn_error>?, _ status: crnn_status) {
    guard let error, error.pointee.struct_size > SentenceTarget.offset else {
      self.error = nil
      return
    }
    self.error = error
    error.pointee.status = status
    bytes(of: error)[0] = 0
  }

  @inline(never)
  func append(_ text: UnsafePointer<UInt8>) { append(text, atMost: Int.max) }

  @inline(never)
  func append(name: UnsafePointer<UInt8>) {
    guard name[0] != 0 else { return append(("(unnamed)" as Literal).bytes) }
    append(UInt8(ascii: "'"))
    append(name, atMost: 80)
    append(UInt8(ascii: "'"))
  }

  @inline(never)
  func append(number: Int64) {
    if number < 0 { append(UInt8(ascii: "-")) }
    let magnitude = number.magnitude
    var divisor: UInt64 = 1
    while magnitude &/ divisor >= 10 { divisor &*= 10 }
    while divisor > 0 {
      append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: magnitude &/ divisor &% 10))
      divisor /= 10
    }
  }

  @inline(never)
  private func append(_ text: UnsafePointer<UInt8>, atMost limit: Int) {
    var i = 0
    while text[i] != 0, i < limit {
      append(text[i])
      i &+= 1
    }
  }

  @inline(never)
  func append(_ byte: UInt8) {
    guard let error else { return }
    let bytes = bytes(of: error)
    let capacity = min(Int(error.pointee.struct_size), MemoryLayout<crnn_error>.size) &- SentenceTarget.offset
    var length = 0
    while length < capacity, bytes[length] != 0 { length &+= 1 }
    guard length &+ 1 < capacity else { return }
    bytes[length] = byte
    bytes[length &+ 1] = 0
  }

  private func bytes(of error: UnsafeMutablePointer<crnn_error>) -> UnsafeMutablePointer<UInt8> {
    (UnsafeMutableRawPointer(error) + SentenceTarget.offset).assumingMemoryBound(to: UInt8.self)
  }

  /// `struct_size` and `status` stand before the sentence.
  private static var offset: Int { MemoryLayout<Int>.size + MemoryLayout<crnn_status>.size }
}
