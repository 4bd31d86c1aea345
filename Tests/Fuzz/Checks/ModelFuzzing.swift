import CCRNN
import Quantizer

/// A file that claims to be a model: asked what it needs, opened, asked about itself, and run.
enum ModelFuzzing {
  /// Files that want more memory are left alone: a host would refuse them by their requirements.
  static let mostBytes = 1 << 22

  static func check(_ bytes: UnsafeRawBufferPointer, repairs: Bool) {
    let file = FuzzedBlock(copying: bytes)
    defer { file.free() }
    if repairs { repairChecksums(file) }
    var options = crnn_stream_options(
      struct_size: MemoryLayout<crnn_stream_options>.size, chunk: 3, reserved: 0, maximum_frames: 6)
    var needs = crnn_requirements()
    needs.struct_size = MemoryLayout<crnn_requirements>.size
    guard crnn_file_requirements(file.start, file.count, &options, &needs, nil) == CRNN_OK,
      needs.model_bytes <= UInt64(mostBytes)
    else { return }
    let memory = FuzzedBlock(Int(needs.model_bytes))
    defer { memory.free() }
    var model: OpaquePointer?
    guard crnn_model_init(memory.start, memory.count, file.start, file.count, nil, &model, nil) == CRNN_OK, let model
    else { return }
    ask(model)
    var size = 0
    guard crnn_stream_size(model, &options, &size, nil) == CRNN_OK, size <= mostBytes else { return }
    let block = FuzzedBlock(size)
    defer { block.free() }
    var stream: OpaquePointer?
    if crnn_stream_init(model, block.start, block.count, &options, &stream, nil) == CRNN_OK, let stream {
      run(model, stream)
    }
    _ = crnn_model_check(model, block.start, block.count, nil)
  }

  /// What the tool reads of a file, and proves of it, with checksums and the SHA-256 made right.
  static func verify(_ bytes: UnsafeRawBufferPointer) {
    let file = FuzzedBlock(copying: bytes)
    defer { file.free() }
    repairContentID(file)
    repairChecksums(file)
    let content = Array(UnsafeRawBufferPointer(start: file.start, count: file.count))
    guard let model = try? PackedModel(bytes: content) else { return }
    _ = try? model.verify()
    for tensor in model.tensors { _ = tensor.elements }
    for node in model.nodes { _ = node.parameter(0) }
  }

  private static func repairContentID(_ file: FuzzedBlock) {
    let size = MemoryLayout<crnn_file_header>.size
    guard file.count >= size else { return }
    let digest = SHA256.digest(Array(UnsafeRawBufferPointer(start: file.start, count: file.count))[size...])
    let place = MemoryLayout<crnn_file_header>.offset(of: \.content_id) ?? 0
    UnsafeMutableRawBufferPointer(start: file.start + place, count: digest.count).copyBytes(from: digest)
  }

  private static func ask(_ model: OpaquePointer) {
    for key in ["labels", "alphabet", "preprocess", "ctc.blank"] { _ = crnn_model_text(model, key) }
    for output in 0..<crnn_model_port_count(model, CRNN_OUTPUT) {
      for input in 0..<crnn_model_port_count(model, CRNN_INPUT) {
        var timing = crnn_timing()
        timing.struct_size = MemoryLayout<crnn_timing>.size
        var (first, last): (Int64, Int64) = (0, 0)
        _ = crnn_model_timing(model, output, input, &timing, nil)
        _ = crnn_model_span(model, output, input, 1 << 40, 9, &first, &last, nil)
        _ = crnn_model_span(model, output, input, 3, -1, &first, &last, nil)
      }
      let lengths = [Int64](repeating: 9, count: Int(crnn_model_port_count(model, CRNN_INPUT)))
      var frames: Int64 = 0
      _ = crnn_model_output_frames(model, output, lengths, Int32(lengths.count), &frames, nil)
    }
  }

  /// Six frames into each input, the end, and everything out of each output.
  private static func run(_ model: OpaquePointer, _ stream: OpaquePointer) {
    for port in 0..<crnn_model_port_count(model, CRNN_INPUT) {
      for _ in 0..<2 where !StreamFuzzing.push(model, stream, port, frames: 3, value: 0.5) { break }
      _ = crnn_stream_finish(model, stream, port, nil)
    }
    for port in 0..<crnn_model_port_count(model, CRNN_OUTPUT) {
      for _ in 0..<4 where StreamFuzzing.pull(model, stream, port, frames: 4) <= 0 { break }
    }
  }

  private static func repairChecksums(_ file: FuzzedBlock) {
    let size = MemoryLayout<crnn_file_header>.size
    guard file.count >= size else { return }
    func checksum(_ range: Range<Int>) -> UInt32 { ~crnn_crc32c(~0, file.start + range.lowerBound, range.count) }
    let header = file.start.assumingMemoryBound(to: crnn_file_header.self)
    let all = min(Int(clamping: header.pointee.file_size), file.count)
    let prefix = Int(clamping: header.pointee.prefix_size)
    if prefix >= size, prefix <= all {
      header.pointee.prefix_checksum = checksum(size..<prefix)
      header.pointee.payload_checksum = checksum(prefix..<all)
    }
    header.pointee.header_checksum = checksum(0..<size - MemoryLayout<UInt32>.size)
  }
}
