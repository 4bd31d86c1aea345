import CZlib

/// A picture of bytes as a PNG file (RFC 2083): grey or red, green and blue, 8 bits, no filter.
struct PNGImage {
  let width: Int
  let height: Int
  /// `[height × width × channels]`, 1 or 3 channels.
  let pixels: [UInt8]

  /// nil where the numbers do not fit each other.
  var bytes: [UInt8]? {
    guard width > 0, height > 0, pixels.count % (width * height) == 0 else { return nil }
    let channels = pixels.count / (width * height)
    guard channels == 1 || channels == 3 else { return nil }
    var rows: [UInt8] = []
    rows.reserveCapacity(pixels.count + height)
    for start in stride(from: 0, to: pixels.count, by: width * channels) {
      rows.append(0)
      rows += pixels[start..<start + width * channels]
    }
    var packed = [UInt8](repeating: 0, count: Int(compressBound(uLong(rows.count))))
    var count = uLong(packed.count)
    guard compress(&packed, &count, rows, uLong(rows.count)) == Z_OK else { return nil }
    let head = PNGImage.big(UInt32(width)) + PNGImage.big(UInt32(height)) + [8, channels == 3 ? 2 : 0, 0, 0, 0]
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + PNGImage.chunk("IHDR", head)
      + PNGImage.chunk("IDAT", Array(packed.prefix(Int(count)))) + PNGImage.chunk("IEND", [])
  }

  private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let named = Array(type.utf8) + data
    return big(UInt32(data.count)) + named + big(UInt32(truncatingIfNeeded: crc32(0, named, uInt(named.count))))
  }

  private static func big(_ value: UInt32) -> [UInt8] {
    stride(from: 24, through: 0, by: -8).map { UInt8(value >> $0 & 255) }
  }
}

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
