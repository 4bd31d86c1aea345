import CCRNN

enum Checksum {
  static func crc32c(_ bytes: UnsafeRawPointer, _ count: Int, continuing seed: UInt32 = 0) -> UInt32 {
    ~crnn_crc32c(~seed, bytes, count)
  }
}
