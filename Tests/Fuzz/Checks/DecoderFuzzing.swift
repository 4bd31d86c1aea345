import CCRNN
import Foundation

/// A CTC decoder and a caller that is not sound: any options, any floats as frames, calls in any order.
enum DecoderFuzzing {
  private static let characters = "abcdefghijklmnopqrstuvwxyz \u{DF}\u{5B57}"
  private static let mostFrames = 40

  /// The first bytes are the options, each of the others begins a call.
  static func call(_ bytes: UnsafeRawBufferPointer) {
    var bytes = FuzzedBytes(bytes)
    let classes = Int(bytes.next() % 30) + 1
    let alphabet: [CChar] = Array(String(characters.prefix(classes - 1)).utf8CString)
    alphabet.withUnsafeBufferPointer { alphabet in
      var options = crnn_ctc_options()
      options.struct_size = MemoryLayout<crnn_ctc_options>.size
      options.width = Int32(bytes.next() % 34) - 1
      options.maximum_symbols = Int32(bytes.next()) - 1
      options.values = crnn_ctc_values(bytes.next() % 6)
      options.blank = Int32(bytes.next() % 32) - 1
      options.alphabet = alphabet.baseAddress
      options.ngram_weight = Float(bytes.next()) / 2 - 1
      options.insertion_bonus = Float(bytes.next()) - 128
      var size = 0
      guard crnn_ctc_size(nil, &options, &size, nil) == CRNN_OK else { return }
      let block = FuzzedBlock(size)
      defer { block.free() }
      var decoder: OpaquePointer?
      guard crnn_ctc_init(nil, block.start, block.count, &options, &decoder, nil) == CRNN_OK else { return }
      while !bytes.isEmpty { call(decoder, &bytes, classes: classes) }
    }
  }

  private static func call(_ decoder: OpaquePointer?, _ bytes: inout FuzzedBytes, classes: Int) {
    let kind = bytes.next()
    switch kind & 7 {
    case 0: _ = crnn_ctc_finish(decoder, Int64(Int8(bitPattern: bytes.next())), nil)
    case 1: _ = crnn_ctc_reset(decoder, nil)
    case 2:
      var result = crnn_ctc_result()
      result.struct_size = MemoryLayout<crnn_ctc_result>.size
      guard crnn_ctc_result_at(decoder, Int32(Int8(bitPattern: bytes.next())), &result, nil) == CRNN_OK else { return }
      // What is told must be there to read.
      var sum = result.text.map { strlen($0) } ?? 0
      for index in 0..<Int(result.symbol_count) { sum &+= Int(result.symbols[index].text_bytes) }
      precondition(sum >= result.text_bytes)
    default: push(decoder, &bytes, frames: Int(kind >> 3) % mostFrames, classes: classes)
    }
  }

  private static func push(_ decoder: OpaquePointer?, _ bytes: inout FuzzedBytes, frames: Int, classes: Int) {
    let block = FuzzedBlock(4 * frames * classes)
    defer { block.free() }
    let values = block.start.assumingMemoryBound(to: Float.self)
    // Half of the values are any four bytes, the others what networks give.
    let isWild = bytes.next() & 1 == 1
    for index in 0..<frames * classes {
      values[index] =
        isWild
        ? Float(bitPattern: (0..<4).reduce(UInt32(0)) { bits, _ in bits << 8 | UInt32(bytes.next()) })
        : Float(bytes.next()) / 255
    }
    var array = crnn_array()
    array.struct_size = MemoryLayout<crnn_array>.size
    array.data = block.start
    (array.dtype, array.rank) = (CRNN_F32, 2)
    (array.shape.0, array.shape.1) = (Int64(frames), Int64(classes))
    _ = crnn_ctc_push(decoder, &array, nil)
  }
}
