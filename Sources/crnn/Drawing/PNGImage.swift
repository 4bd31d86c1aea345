import CZlib

/// A picture of bytes as a PNG file (W3C Portable Network Graphics, third edition): grey or red, green and blue, 8 bits, no interlacing.
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
    // Each row as what it differs by from the one above (filter 2): drawings are mostly alike downwards.
    let row = width * channels
    for start in stride(from: 0, to: pixels.count, by: row) {
      rows.append(2)
      for i in start..<start + row { rows.append(pixels[i] &- (start == 0 ? 0 : pixels[i - row])) }
    }
    var packed = [UInt8](repeating: 0, count: Int(compressBound(uLong(rows.count))))
    var count = uLong(packed.count)
    guard compress2(&packed, &count, rows, uLong(rows.count), 9) == Z_OK else { return nil }
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
