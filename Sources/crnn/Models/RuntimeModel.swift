import CCRNN
import CRNN
import Converter
import Quantizer

/// A packed model, opened through the C interface of the runtime.
final class RuntimeModel: SequenceModel {
  let pointer: OpaquePointer
  private(set) var inputs: [PortDescription] = []
  private(set) var outputs: [PortDescription] = []
  /// Frames that a stream takes in one step; nil: as many as the sequence has.
  var chunk: Int? = nil
  /// Threads that run many sequences.
  var threads = 1

  /// What the model lies in, where it was not opened from a file.
  private let loaded: LoadedModel?

  init(_ loaded: LoadedModel) throws {
    self.loaded = loaded
    pointer = loaded.pointer
    inputs = try ports(CRNN_INPUT)
    outputs = try ports(CRNN_OUTPUT)
  }

  /// Opens the file at `path` with the kernels called `isa`, or the best.
  init(path: String, isa: String? = nil) throws {
    var pointer: OpaquePointer?
    var options = crnn_model_options(
      struct_size: MemoryLayout<crnn_model_options>.size, isa: nil, defer_checksum: 0, copy_file: 0)
    do {
      try RuntimeModel.check { error in
        guard let isa else { return crnn_model_open(path, &options, &pointer, error) }
        return isa.withCString { name in
          options.isa = name
          return crnn_model_open(path, &options, &pointer, error)
        }
      }
    } catch let error as RuntimeError {
      throw CommandError(naming: path, error)
    }
    guard let pointer else { throw CommandError("\(path) could not be opened") }
    self.pointer = pointer
    loaded = nil
    inputs = try ports(CRNN_INPUT)
    outputs = try ports(CRNN_OUTPUT)
  }

  deinit {
    if loaded == nil { crnn_model_destroy(pointer) }
    preparedWeights?.deallocate()
  }

  private var preparedWeights: UnsafeMutableRawPointer?

  /// Transforms weights once, for as long as the model lives; returns how many bytes that takes.
  func prepareWeights() throws -> Int {
    var bytes = 0
    try RuntimeModel.check { crnn_model_prepare_size(pointer, &bytes, $0) }
    guard bytes > 0, preparedWeights == nil else { return bytes }
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: 64)
    preparedWeights = memory
    try RuntimeModel.check { crnn_model_prepare(pointer, memory, bytes, $0) }
    return bytes
  }

  /// Names of the instruction sets that this processor runs; "reference" is the first.
  static var supportedInstructionSets: [String] {
    (0..<crnn_isa_count()).filter { crnn_isa_supported($0) != 0 }.compactMap { index in
      crnn_isa_name(index).map { String(cString: $0) }
    }
  }

  var instructionSet: String { crnn_model_isa(pointer).map { String(cString: $0) } ?? "" }
  var isBounded: Bool { crnn_model_is_bounded(pointer) != 0 }

  func text(_ key: String) -> String? { crnn_model_text(pointer, key).map { String(cString: $0) } }

  /// Bytes of a stream that takes `chunk` frames a step and, where that matters, sequences of up to `maximumFrames`.
  func streamBytes(chunk: Int, maximumFrames: Int) throws -> Int {
    var bytes = 0
    var options = streamOptions(chunk: chunk, maximumFrames: maximumFrames)
    try RuntimeModel.check { crnn_stream_size(pointer, &options, &bytes, $0) }
    return bytes
  }

  func streamOptions(chunk: Int, maximumFrames: Int) -> crnn_stream_options {
    crnn_stream_options(
      struct_size: MemoryLayout<crnn_stream_options>.size, chunk: Int32(clamping: chunk), reserved: 0,
      maximum_frames: isBounded ? Int64(maximumFrames) : 0)
  }

  /// Checks the weights' checksum and runs the file's self-test, where it has one.
  func check() throws {
    try withStreamMemory { memory, bytes in
      try RuntimeModel.check { crnn_model_check(pointer, memory, bytes, $0) }
    }
  }

  /// Memory for a stream as self-tests use it.
  func withStreamMemory<Result>(_ body: (UnsafeMutableRawPointer, Int) throws -> Result) throws -> Result {
    let bytes = try streamBytes(chunk: 1, maximumFrames: 64)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: max(bytes, 1), alignment: Int(CRNN_MEMORY_ALIGNMENT))
    defer { memory.deallocate() }
    return try body(memory, bytes)
  }

  /// Calls the runtime and throws what it refuses.
  static func check(_ call: (UnsafeMutablePointer<crnn_error>) -> crnn_status) throws {
    try RuntimeCall.check(call)
  }

  private func ports(_ direction: crnn_direction) throws -> [PortDescription] {
    try (0..<crnn_model_port_count(pointer, direction)).map { index in
      var info = crnn_port_info()
      info.struct_size = MemoryLayout<crnn_port_info>.size
      try RuntimeModel.check { crnn_model_port(pointer, direction, index, &info, $0) }
      let name = info.name.map { String(cString: $0) } ?? ""
      let shape = withUnsafeBytes(of: info.shape) { Array($0.bindMemory(to: Int64.self)) }
      return PortDescription(
        name: name, shape: shape.prefix(Int(info.rank)).map { Int($0) }, isPerSequence: info.per_sequence != 0,
        fixedFrames: info.fixed_frames > 0 ? Int(info.fixed_frames) : nil, isIndex: info.native_dtype == CRNN_S32,
        integerScale: info.integer_scale == 0 ? nil : info.integer_scale, networkLayout: layout("layout.\(name)"),
        statedLayout: layout("array-layout.\(name)"))
    }
  }

  private func layout(_ key: String) -> ArrayLayout? { text(key).flatMap { try? ArrayLayout(output: $0) } }
}
