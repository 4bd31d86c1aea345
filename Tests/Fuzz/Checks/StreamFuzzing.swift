import CCRNN
import Foundation
import StreamingChecks

/// A sound network and a caller that is not: any calls in any order, and saved streams that were changed.
enum StreamFuzzing {
  /// Frames of more elements than the networks of `RandomModel` have are not pushed.
  private static let mostElements = 1 << 16

  /// The first byte chooses the network and the chunk, each of the others a call.
  static func call(_ bytes: UnsafeRawBufferPointer) {
    withStream(bytes) { model, stream, _, bytes in makeCalls(model, stream, &bytes) }
  }

  private static func makeCalls(_ model: OpaquePointer, _ stream: OpaquePointer, _ bytes: inout FuzzedBytes) {
    while !bytes.isEmpty {
      let call = bytes.next()
      // One port more than there are.
      let port = Int32(call >> 3 & 3)
      let amount = Int(bytes.next())
      switch call & 7 {
      case 0, 1: _ = push(model, stream, port, frames: amount % 9, value: Float(amount) / 64 - 2)
      case 2, 3: _ = pull(model, stream, port, frames: amount % 9)
      case 4: _ = crnn_stream_finish(model, stream, port, nil)
      case 5: process(model, stream, amount)
      case 6: _ = amount < 32 ? crnn_stream_reset(model, stream, nil) : CRNN_OK
      default: _ = crnn_stream_bytes(stream)
      }
    }
  }

  /// The first bytes choose the network, the chunk and how far the stream has come; the others change it where it lies.
  static func restore(_ bytes: UnsafeRawBufferPointer) {
    withStream(bytes) { model, fresh, block, bytes in changeAndRestore(model, fresh, block, &bytes) }
  }

  /// A network that only the number in the first eight bytes knows.
  static func compare(_ bytes: UnsafeRawBufferPointer) {
    var bytes = FuzzedBytes(bytes)
    let seed = (0..<8).reduce(UInt64(0)) { seed, _ in seed << 8 | UInt64(bytes.next()) }
    var run = RandomRun(seed: seed, directory: FileManager.default.temporaryDirectory)
    if let found = run.next() { fatalError("\(found)") }
  }

  /// A fresh stream of the network and with the chunk that the first two bytes choose.
  private static func withStream(
    _ bytes: UnsafeRawBufferPointer, _ body: (OpaquePointer, OpaquePointer, FuzzedBlock, inout FuzzedBytes) -> Void
  ) {
    var bytes = FuzzedBytes(bytes)
    guard let network = network(bytes.next()) else { return }
    defer { network.free() }
    let model = network.model
    var options = streamOptions(bytes.next())
    var size = 0
    guard crnn_stream_size(model, &options, &size, nil) == CRNN_OK else { return }
    let block = FuzzedBlock(size)
    defer { block.free() }
    var stream: OpaquePointer?
    guard crnn_stream_init(model, block.start, block.count, &options, &stream, nil) == CRNN_OK, let stream else {
      return
    }
    body(model, stream, block, &bytes)
  }

  private static func changeAndRestore(
    _ model: OpaquePointer, _ fresh: OpaquePointer, _ block: FuzzedBlock, _ bytes: inout FuzzedBytes
  ) {
    var stream: OpaquePointer?
    for port in 0..<crnn_model_port_count(model, CRNN_INPUT) {
      _ = push(model, fresh, port, frames: Int(bytes.next() % 5), value: 0.25)
    }
    // Three bytes of place, one of change.
    while !bytes.isEmpty {
      let place = Int(bytes.next()) << 16 | Int(bytes.next()) << 8 | Int(bytes.next())
      let change = bytes.next()
      block.start.advanced(by: place % max(block.count, 1)).assumingMemoryBound(to: UInt8.self).pointee ^= change
    }
    guard crnn_stream_restore(model, block.start, block.count, &stream, nil) == CRNN_OK, let restored = stream else {
      return
    }
    for port in 0..<crnn_model_port_count(model, CRNN_INPUT) {
      _ = push(model, restored, port, frames: 2, value: -1)
      _ = crnn_stream_finish(model, restored, port, nil)
    }
    for port in 0..<crnn_model_port_count(model, CRNN_OUTPUT) { _ = pull(model, restored, port, frames: 8) }
  }

  /// Whether the frames were taken. Their values rise from `value` on; an infinity and a NaN are among those of some.
  static func push(
    _ model: OpaquePointer, _ stream: OpaquePointer, _ port: Int32, frames: Int, value: Float
  ) -> Bool {
    withArray(model, CRNN_INPUT, port, frames: frames) { array, values in
      for i in values.indices { values[i] = value + Float(i % 17) / 8 }
      if value > 1, values.count > 3 { (values[1], values[3]) = (.infinity, .nan) }
      return crnn_stream_push(model, stream, port, &array, nil) == CRNN_OK
    } ?? false
  }

  /// Frames that came out, or -1.
  static func pull(_ model: OpaquePointer, _ stream: OpaquePointer, _ port: Int32, frames: Int) -> Int64 {
    withArray(model, CRNN_OUTPUT, port, frames: frames) { array, _ in
      var written: Int64 = 0
      return crnn_stream_pull(model, stream, port, &array, &written, nil) == CRNN_OK ? written : -1
    } ?? -1
  }

  private static func process(_ model: OpaquePointer, _ stream: OpaquePointer, _ amount: Int) {
    _ = withArray(model, CRNN_INPUT, 0, frames: amount % 7) { input, _ in
      withArray(model, CRNN_OUTPUT, 0, frames: 16) { output, _ in
        var written: Int64 = 0
        return crnn_stream_process(model, stream, &input, amount > 200 ? 1 : 0, &output, &written, nil)
      }
    }
  }

  /// Nil where the port does not exist, or has frames that no network of these checks has.
  private static func withArray<Result>(
    _ model: OpaquePointer, _ direction: crnn_direction, _ port: Int32, frames: Int,
    _ body: (inout crnn_array, UnsafeMutableBufferPointer<Float>) -> Result
  ) -> Result? {
    var info = crnn_port_info()
    info.struct_size = MemoryLayout<crnn_port_info>.size
    guard crnn_model_port(model, direction, port, &info, nil) == CRNN_OK else { return nil }
    var elements: Int64 = 1
    for (axis, extent) in [info.shape.0, info.shape.1, info.shape.2, info.shape.3].enumerated() where axis < info.rank {
      guard extent > 0, extent <= mostElements, elements * extent <= mostElements else { return nil }
      elements *= extent
    }
    let count = frames * Int(elements)
    let block = FuzzedBlock(4 * count)
    defer { block.free() }
    var array = crnn_array()
    array.struct_size = MemoryLayout<crnn_array>.size
    array.data = block.start
    array.dtype = info.native_dtype == CRNN_S32 ? CRNN_S32 : CRNN_F32
    array.rank = info.rank + 1
    array.shape.0 = Int64(frames)
    (array.shape.1, array.shape.2, array.shape.3, array.shape.4) = info.shape
    return body(
      &array, UnsafeMutableBufferPointer(start: block.start.assumingMemoryBound(to: Float.self), count: count))
  }

  private static func streamOptions(_ byte: UInt8) -> crnn_stream_options {
    crnn_stream_options(
      struct_size: MemoryLayout<crnn_stream_options>.size, chunk: Int32(byte % 13) + 1, reserved: 0, maximum_frames: 40)
  }

  /// Converted once each, by whichever check asks first.
  private static let files: [[UInt8]] = (0..<16).compactMap { try? RandomModel.bytes(seed: 7_000 + UInt64($0)) }

  private static func network(_ byte: UInt8) -> FuzzedModel? {
    files.isEmpty ? nil : FuzzedModel(files[Int(byte) % files.count])
  }
}
