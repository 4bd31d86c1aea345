import CCRNN
import CRNN
import Quantizer

/// Runs a freshly packed file on its self-test input with the reference kernels: what a self-test record holds.
func selfTestChecksum(file: [UInt8], seed: UInt32, frames: UInt32) throws -> UInt32? {
  let alignment = Int(CRNN_SECTION_ALIGNMENT)
  let image = UnsafeMutableRawPointer.allocate(byteCount: max(file.count, 1), alignment: alignment)
  defer { image.deallocate() }
  image.copyMemory(from: file, byteCount: file.count)

  var requirements = crnn_requirements()
  requirements.struct_size = MemoryLayout<crnn_requirements>.size
  try RuntimeCall.check { crnn_file_requirements(image, file.count, nil, &requirements, $0) }
  let memory = UnsafeMutableRawPointer.allocate(byteCount: Int(requirements.model_bytes), alignment: alignment)
  defer { memory.deallocate() }
  var model: OpaquePointer?
  try "reference".withCString { isa in
    var options = crnn_model_options(
      struct_size: MemoryLayout<crnn_model_options>.size, isa: isa, defer_checksum: 0, copy_file: 0)
    try RuntimeCall.check {
      crnn_model_init(memory, Int(requirements.model_bytes), image, file.count, &options, &model, $0)
    }
  }

  var stream = crnn_stream_options(
    struct_size: MemoryLayout<crnn_stream_options>.size, chunk: 1, reserved: 0,
    maximum_frames: crnn_model_is_bounded(model) != 0 ? 64 : 0)
  var streamBytes = 0
  try RuntimeCall.check { crnn_stream_size(model, &stream, &streamBytes, $0) }
  let work = UnsafeMutableRawPointer.allocate(byteCount: streamBytes, alignment: alignment)
  defer { work.deallocate() }
  var checksum: UInt32 = 0
  try RuntimeCall.check { crnn_model_self_test_checksum(model, work, streamBytes, seed, frames, &checksum, $0) }
  return checksum
}
