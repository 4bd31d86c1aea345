import CCRNN
import CKernels

@_cdecl("crnn_run") @implementation
public func crnn_run(
  _ model: OpaquePointer?, _ inputs: UnsafePointer<crnn_array>?, _ inputCount: Int32,
  _ outputs: UnsafePointer<crnn_array>?, _ outputCount: Int32, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  guard let checked = view(model) else { return notAModel(error) }
  let file = checked.pointee.file
  guard let inputs, let outputs, Int(inputCount) == file.pointee.inputCount,
    Int(outputCount) == file.pointee.outputCount
  else {
    return file.oneArrayForEachPort(error)
  }
  var longest: Int64 = 1
  var i = 0
  while i < file.pointee.inputCount {
    guard inputs[i].rank > 0 else {
      return Message(error, CRNN_ERROR_SHAPE).text("an array needs a time axis").status
    }
    longest = max(longest, inputs[i].shape.0)
    i &+= 1
  }
  // Enough for tiles of a strip side by side, and for most sequences few steps.
  var options = crnn_stream_options(
    struct_size: MemoryLayout<crnn_stream_options>.size, chunk: Int32(truncatingIfNeeded: min(longest, 64)),
    reserved: 0,
    maximum_frames: min(longest, 1 << 40))
  var handle: OpaquePointer?
  let created = crnn_stream_create(model, &options, &handle, error)
  guard created == CRNN_OK else { return created }
  guard let handle else { return CRNN_ERROR_MEMORY }
  let sequence = WholeSequence(StreamView(checked, UnsafeMutableRawPointer(handle)), inputs, outputs)
  let status = sequence.check(error)
  if status == CRNN_OK { sequence.run() }
  crnn_stream_destroy(handle)
  return status
}
