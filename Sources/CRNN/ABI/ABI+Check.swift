import CCRNN
import CKernels

@_cdecl("crnn_model_check") @implementation
public func crnn_model_check(
  _ model: OpaquePointer?, _ memory: UnsafeMutableRawPointer?, _ memoryBytes: Int,
  _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  guard let checked = view(model) else { return notAModel(error) }
  let file = checked.pointee.file
  let payload = PackedFile.checkPayload(file.pointee.base, file.pointee.header, error)
  guard payload == CRNN_OK else { return payload }
  guard let test = file.pointee.selfTest else { return CRNN_OK }
  guard let memory else { return Message(error, CRNN_ERROR_ARGUMENT).text("memory is NULL").status }
  var checksum: UInt32 = 0
  let status = SelfTest(seed: test.pointee.seed, frames: Int64(test.pointee.frames))
    .run(model, memory, memoryBytes, &checksum, error)
  guard status == CRNN_OK else { return status }
  guard checksum == test.pointee.checksum else {
    return Message(error, CRNN_ERROR_FILE_SELF_TEST)
      .text("the self-test gives other results than when the file was packed").status
  }
  return CRNN_OK
}

@_cdecl("crnn_model_self_test_checksum") @implementation
public func crnn_model_self_test_checksum(
  _ model: OpaquePointer?, _ memory: UnsafeMutableRawPointer?, _ memoryBytes: Int, _ seed: UInt32, _ frames: UInt32,
  _ checksum: UnsafeMutablePointer<UInt32>?, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  guard let memory, let checksum else {
    return Message(error, CRNN_ERROR_ARGUMENT).text("memory or checksum is NULL").status
  }
  var result: UInt32 = 0
  let status = SelfTest(seed: seed, frames: Int64(frames)).run(model, memory, memoryBytes, &result, error)
  if status == CRNN_OK { checksum.pointee = result }
  return status
}

/// Runs a sequence of pseudo-random codes and takes the checksum of everything that comes out (docs/model-format.md).
struct SelfTest {
  let seed: UInt32
  let frames: Int64
  /// Elements that go in and come out before a test ends by itself: a hostile file cannot keep its reader busy.
  static let limit = 1 << 22

  func run(
    _ model: OpaquePointer?, _ memory: UnsafeMutableRawPointer, _ memoryBytes: Int, _ checksum: inout UInt32,
    _ error: UnsafeMutablePointer<crnn_error>?
  ) -> crnn_status {
    guard let checked = view(model) else { return notAModel(error) }
    let file = checked.pointee.file
    var options = crnn_stream_options(
      struct_size: MemoryLayout<crnn_stream_options>.size, chunk: 1, reserved: 0,
      maximum_frames: file.pointee.isBounded ? 64 : 0)
    var handle: OpaquePointer?
    let status = crnn_stream_init(model, memory, memoryBytes, &options, &handle, error)
    guard status == CRNN_OK else { return status }
    let stream = StreamView(checked, memory)
    var state = seed == 0 ? 1 : seed
    checksum = 0
    var frame: Int64 = 0
    var left = SelfTest.limit
    while left > 0, feed(stream, frame, &state, &checksum, &left) { frame &+= 1 }
    return CRNN_OK
  }

  /// Gives frame `frame` to every port whose sequence has it, ends the ports whose last it was, and drains every output; false
  /// where no port has such a frame.
  private func feed(
    _ stream: StreamView, _ frame: Int64, _ state: inout UInt32, _ checksum: inout UInt32, _ left: inout Int
  ) -> Bool {
    var any = false
    var port = 0
    while port < stream.file.pointee.inputCount {
      let index = Int(stream.file.pointee.input(port).pointee.tensor)
      let tensor = stream.file.pointee.tensors[index]
      let count = tensor.isPerSequence ? 1 : tensor.fixed_frames > 0 ? Int64(tensor.fixed_frames) : frames
      // A port that runs far ahead of another has no room: both ends of every port are then still tested.
      if frame < count {
        any = true
        left &-= tensor.elements
        if stream.room(port: port) > 0 {
          fill(stream.execution.frame(index, tensor.frameBytes, stream.tensors[index].produced), tensor, &state)
          stream.tensors[index].produced &+= 1
        }
      }
      if frame &+ 1 >= count { stream.end(port: port) }
      stream.advance()
      while drain(stream, &checksum, &left) {}
      port &+= 1
    }
    return any
  }

  private func fill(_ frame: UnsafeMutableRawPointer, _ tensor: crnn_tensor_record, _ state: inout UInt32) {
    var i = 0
    while i < tensor.elements {
      state ^= state &<< 13
      state ^= state &>> 17
      state ^= state &<< 5
      let span = UInt32(bitPattern: tensor.code_maximum &- tensor.code_minimum &+ 1)
      let code = tensor.code_minimum &+ Int32(bitPattern: span == 0 ? 0 : state &% span)
      switch Int(tensor.store) {
      case CRNN_STORE_U8: frame.storeBytes(of: UInt8(truncatingIfNeeded: code), toByteOffset: i, as: UInt8.self)
      case CRNN_STORE_S16:
        frame.storeBytes(of: Int16(truncatingIfNeeded: code), toByteOffset: 2 &* i, as: Int16.self)
      case CRNN_STORE_S32: frame.storeBytes(of: code, toByteOffset: 4 &* i, as: Int32.self)
      default:
        let value = Float(Int(state >> 8) &- 8_388_608) * 0x1p-23
        frame.storeBytes(of: value, toByteOffset: 4 &* i, as: Float.self)
      }
      i &+= 1
    }
  }

  /// Adds the ready frames of all outputs to the checksum; false where there were none.
  private func drain(_ stream: StreamView, _ checksum: inout UInt32, _ left: inout Int) -> Bool {
    var any = false
    var port = 0
    while port < stream.file.pointee.outputCount {
      let index = Int(stream.file.pointee.output(port).pointee.tensor)
      let bytes = 4 &* stream.file.pointee.tensors[index].elements
      while left > 0, stream.ready(port: port) > 0 {
        left &-= bytes &/ 4
        checksum = Checksum.crc32c(stream.nextValues(port: port), bytes, continuing: checksum)
        stream.tensors[index].pulled &+= 1
        any = true
      }
      port &+= 1
    }
    if any { stream.advance() }
    return any
  }
}
