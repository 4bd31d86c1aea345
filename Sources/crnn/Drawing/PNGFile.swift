import CZlib

/// An RGB picture as a PNG file (W3C Portable Network Graphics, third edition): 8 bits a channel, no interlacing.
enum PNGFile {
  /// - Parameter pixels: 3 bytes each, row by row from the top.
  static func bytes(_ pixels: [UInt8], width: Int, height: Int) -> [UInt8] {
    let row = 3 * width
    var filtered: [UInt8] = []
    filtered.reserveCapacity((row + 1) * height)
    // Each row as what it differs by from the one above (filter 2): drawings are mostly alike downwards.
    for y in 0..<height {
      filtered.append(2)
      for x in y * row..<(y + 1) * row { filtered.append(pixels[x] &- (y == 0 ? 0 : pixels[x - row])) }
    }
    var header = big(UInt32(width)) + big(UInt32(height))
    header += [8, 2, 0, 0, 0]
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header) + chunk("IDAT", deflated(filtered))
      + chunk("IEND", [])
  }

  private static func deflated(_ bytes: [UInt8]) -> [UInt8] {
    var size = compressBound(uLong(bytes.count))
    var result = [UInt8](repeating: 0, count: Int(size))
    // It fails only where memory or room is missing, and there is as much room as it may take.
    _ = compress2(&result, &size, bytes, uLong(bytes.count), 9)
    return Array(result.prefix(Int(size)))
  }

  private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    let content = Array(name.utf8) + data
    return big(UInt32(data.count)) + content + big(UInt32(crc32(0, content, uInt(content.count))))
  }

  private static func big(_ value: UInt32) -> [UInt8] {
    [UInt8(value >> 24), UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
  }
}
