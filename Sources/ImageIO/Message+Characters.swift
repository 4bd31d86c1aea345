import CCRNN

extension Message {
  /// Text from outside: up to `count` bytes, or up to a NUL. What does not print is shown as '?'.
  func characters(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Message {
    var i = 0
    while i < count, bytes[i] != 0 {
      let isControl = bytes[i] < 0x20 || bytes[i] == 0x7F
      append(isControl ? UInt8(ascii: "?") : bytes[i])
      i &+= 1
    }
    return self
  }

  /// A width and a height: "28 x 28".
  func size(_ width: Int, _ height: Int) -> Message { number(width).text(" x ").number(height) }
}
