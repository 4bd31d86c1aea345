/// Text that stands in the source: the address of its bytes, after which a NUL follows. A `StaticString` is three words, and asks at
/// each use which of its forms it has.
struct Literal: ExpressibleByStringLiteral {
  let bytes: UnsafePointer<UInt8>

  @inline(__always)
  init(stringLiteral text: StaticString) { bytes = text.utf8Start }

  /// As C takes it.
  var characters: UnsafePointer<CChar> { UnsafeRawPointer(bytes).assumingMemoryBound(to: CChar.self) }
}
