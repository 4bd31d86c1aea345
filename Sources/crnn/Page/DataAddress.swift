/// A file as an address that holds it whole, for pages that load nothing (RFC 2397).
func dataAddress(_ bytes: [UInt8], type: String) -> String {
  let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  var text: [UInt8] = []
  text.reserveCapacity(bytes.count / 3 * 4 + 4)
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let group = bytes[start..<min(start + 3, bytes.count)]
    let word = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
    for place in 0..<4 {
      text.append(place > group.count ? UInt8(ascii: "=") : digits[word >> (18 - 6 * place) & 63])
    }
  }
  return "data:\(type);base64,\(String(decoding: text, as: UTF8.self))"
}
