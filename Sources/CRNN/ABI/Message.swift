import CCRNN

/// Writes a status and a sentence into the caller's `crnn_error`, piece by piece, without a heap and without `String`.
///
/// ```swift
/// return Message(error, CRNN_ERROR_SHAPE).text("port ").name(port).text(" takes rank ").number(2).status
/// ```
struct Message {
  let status: crnn_status
  private let bytes: UnsafeMutablePointer<UInt8>?
  private let capacity: Int
  private var length = 0

  @inline(never)
  init(_ error: UnsafeMutablePointer<crnn_error>?, _ status: crnn_status) {
    self.status = status
    // struct_size and status stand before the message.
    let offset = MemoryLayout<Int>.size + MemoryLayout<crnn_status>.size
    guard let error, error.pointee.struct_size > offset else {
      bytes = nil
      capacity = 0
      return
    }
    error.pointee.status = status
    let size = min(Int(error.pointee.struct_size), MemoryLayout<crnn_error>.size)
    bytes = (UnsafeMutableRawPointer(error) + offset).assumingMemoryBound(to: UInt8.self)
    capacity = size - offset
    bytes?[0] = 0
  }

  mutating func append(_ byte: UInt8) {
    guard let bytes, length &+ 1 < capacity else { return }
    bytes[length] = byte
    length &+= 1
    bytes[length] = 0
  }

  // Calls, not copies: sentences stand in every function, and the library is to be small.
  @inline(never)
  func text(_ text: StaticString) -> Message {
    var result = self
    var i = 0
    while i < text.utf8CodeUnitCount {
      result.append(text.utf8Start[i])
      i &+= 1
    }
    return result
  }

  /// A NUL-terminated name, quoted; an empty one reads "(unnamed)".
  @inline(never)
  func name(_ name: UnsafePointer<CChar>) -> Message {
    guard name[0] != 0 else { return text("(unnamed)") }
    var result = self
    result.append(UInt8(ascii: "'"))
    result.append(name, atMost: 80)
    result.append(UInt8(ascii: "'"))
    return result
  }

  /// A NUL-terminated sentence that another message has made.
  func sentence(_ sentence: UnsafePointer<CChar>) -> Message {
    var result = self
    result.append(sentence, atMost: Int.max)
    return result
  }

  private mutating func append(_ text: UnsafePointer<CChar>, atMost limit: Int) {
    var i = 0
    while text[i] != 0, i < limit {
      append(UInt8(bitPattern: text[i]))
      i &+= 1
    }
  }

  @inline(never)
  func number(_ value: Int64) -> Message {
    var result = self
    if value < 0 { result.append(UInt8(ascii: "-")) }
    let magnitude = value.magnitude
    var divisor: UInt64 = 1
    while magnitude / divisor >= 10 { divisor &*= 10 }
    while divisor > 0 {
      result.append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: magnitude / divisor % 10))
      divisor /= 10
    }
    return result
  }

  func number(_ value: Int) -> Message { number(Int64(truncatingIfNeeded: value)) }
}
