import CCRNN
import CRNN
import Quantizer

/// Runs a freshly packed file on its self-test input with the reference kernels: what a self-test record holds.
func selfTestChecksum(file: [UInt8], seed: UInt32, frames: UInt32) throws -> UInt32? {
  let loaded = try LoadedModel(file: file, isa: "reference")
  var stream = crnn_stream_options(
    struct_size: MemoryLayout<crnn_stream_options>.size, chunk: 1, reserved: 0,
    maximum_frames: crnn_model_is_bounded(loaded.pointer) != 0 ? 64 : 0)
  var streamBytes = 0
  try RuntimeCall.check { crnn_stream_size(loaded.pointer, &stream, &streamBytes, $0) }
  let work = UnsafeMutableRawPointer.allocate(byteCount: streamBytes, alignment: Int(CRNN_SECTION_ALIGNMENT))
  defer { work.deallocate() }
  var checksum: UInt32 = 0
  try RuntimeCall.check {
    crnn_model_self_test_checksum(loaded.pointer, work, streamBytes, seed, frames, &checksum, $0)
  }
  return checksum
}
