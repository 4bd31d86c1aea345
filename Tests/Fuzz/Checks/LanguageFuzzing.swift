import CCRNN
import Language

/// Word lists and ARPA files as they are packed, and packed blocks as a decoder reads them.
enum LanguageFuzzing {
  /// Longer texts only take longer.
  private static let mostBytes = 1 << 14

  static func packWords(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count <= mostBytes, let alphabet = try? Alphabet("abc ") else { return }
    let words = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    guard let packed = try? Lexicon(words: words, alphabet: alphabet, separator: " ").bytes() else { return }
    packed.withUnsafeBytes { decode(FuzzedBlock(copying: $0), asLexicon: true) }
  }

  static func packARPA(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count <= mostBytes, let alphabet = try? Alphabet("abc "),
      let packed = try? NgramModel(arpa: String(decoding: bytes, as: UTF8.self), alphabet: alphabet).bytes()
    else { return }
    packed.withUnsafeBytes { decode(FuzzedBlock(copying: $0), asLexicon: false) }
  }

  /// A packed block with its checksum made right, so that only the decoder's own checks look at it.
  static func readBlock(_ bytes: UnsafeRawBufferPointer, asLexicon: Bool) {
    let block = FuzzedBlock(copying: bytes)
    let (place, start) = (8, 12)
    if block.count > start {
      let sum = ~crnn_crc32c(~0, block.start + start, block.count - start)
      block.start.storeBytes(of: sum.littleEndian, toByteOffset: place, as: UInt32.self)
    }
    decode(block, asLexicon: asLexicon)
  }

  /// Some frames through a decoder that is led by the block.
  private static func decode(_ block: FuzzedBlock, asLexicon: Bool) {
    defer { block.free() }
    let alphabet: [CChar] = Array("abc ".utf8CString)
    alphabet.withUnsafeBufferPointer { alphabet in
      var options = crnn_ctc_options()
      options.struct_size = MemoryLayout<crnn_ctc_options>.size
      (options.width, options.maximum_symbols, options.blank) = (8, 16, 4)
      options.values = CRNN_CTC_SCORES
      options.alphabet = alphabet.baseAddress
      options.ngram_weight = 0.5
      if asLexicon {
        (options.lexicon, options.lexicon_bytes) = (UnsafeRawPointer(block.start), block.count)
      } else {
        (options.ngram, options.ngram_bytes) = (UnsafeRawPointer(block.start), block.count)
      }
      var decoder: OpaquePointer?
      guard crnn_ctc_create(nil, &options, &decoder, nil) == CRNN_OK else { return }
      defer { crnn_ctc_destroy(decoder) }
      push(decoder)
      _ = crnn_ctc_finish(decoder, -1, nil)
      for place in 0..<4 {
        var result = crnn_ctc_result()
        result.struct_size = MemoryLayout<crnn_ctc_result>.size
        _ = crnn_ctc_result_at(decoder, Int32(place), &result, nil)
      }
    }
  }

  private static func push(_ decoder: OpaquePointer?) {
    let (frames, classes) = (12, 5)
    var values = (0..<frames * classes).map { Float($0 * 7 % 11) / 2 }
    values.withUnsafeMutableBytes { values in
      var array = crnn_array()
      array.struct_size = MemoryLayout<crnn_array>.size
      array.data = values.baseAddress
      (array.dtype, array.rank) = (CRNN_F32, 2)
      (array.shape.0, array.shape.1) = (Int64(frames), Int64(classes))
      _ = crnn_ctc_push(decoder, &array, nil)
    }
  }
}
