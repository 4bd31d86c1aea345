import CCRNN

/// CRC-32C (Castagnoli), four bits at a time: a table of 64 bytes suits a microcontroller, and a file is read once.
enum Checksum {
  static func crc32c(_ bytes: UnsafeRawPointer, _ count: Int, continuing seed: UInt32 = 0) -> UInt32 {
    var crc = ~seed
    var i = 0
    while i < count {
      crc ^= UInt32(bytes.load(fromByteOffset: i, as: UInt8.self))
      crc = (crc &>> 4) ^ crnn_crc32c_nibble(crc)
      crc = (crc &>> 4) ^ crnn_crc32c_nibble(crc)
      i &+= 1
    }
    return ~crc
  }
}
