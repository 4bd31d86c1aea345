import CCRNN

/// The runtime through its C interface, for tests: thrown errors and Swift arrays.
final class Runtime {
  struct Failure: Error, CustomStringConvertible {
    let status: crnn_status
    let message: String
    var description: String { "\(String(cString: crnn_status_name(status))): \(message)" }
  }

  let model: OpaquePointer
  private let file: UnsafeMutableRawPointer
  private let memory: UnsafeMutableRawPointer

  init(_ bytes: [UInt8], isa: String? = nil) throws {
    let file = UnsafeMutableRawPointer.allocate(byteCount: max(bytes.count, 1), alignment: 64)
    file.copyMemory(from: bytes, byteCount: bytes.count)
    var requirements = crnn_requirements()
    requirements.struct_size = MemoryLayout<crnn_requirements>.size
    var memory: UnsafeMutableRawPointer?
    do {
      try Runtime.check { crnn_file_requirements(file, bytes.count, nil, &requirements, $0) }
      let size = Int(requirements.model_bytes)
      let allocated = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
      memory = allocated
      self.model = try Runtime.initialize(allocated, size, file, bytes.count, isa: isa)
      self.memory = allocated
      self.file = file
    } catch {
      file.deallocate()
      memory?.deallocate()
      throw error
    }
  }

  private static func initialize(
    _ memory: UnsafeMutableRawPointer, _ size: Int, _ file: UnsafeMutableRawPointer, _ bytes: Int, isa: String?
  ) throws -> OpaquePointer {
    var options = crnn_model_options()
    options.struct_size = MemoryLayout<crnn_model_options>.size
    let name = Array((isa ?? "").utf8CString)
    var model: OpaquePointer?
    try name.withUnsafeBufferPointer { name in
      options.isa = isa == nil ? nil : name.baseAddress
      try Runtime.check { crnn_model_init(memory, size, file, bytes, &options, &model, $0) }
    }
    guard let model else { throw Failure(status: CRNN_OK, message: "no model") }
    return model
  }

  deinit {
    memory.deallocate()
    file.deallocate()
  }

  static func check(_ call: (UnsafeMutablePointer<crnn_error>) -> crnn_status) throws {
    var error = crnn_error()
    error.struct_size = MemoryLayout<crnn_error>.size
    let status = call(&error)
    guard status != CRNN_OK else { return }
    let message = withUnsafeBytes(of: error.message) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    throw Failure(status: status, message: message)
  }

  func port(_ direction: crnn_direction, _ index: Int32 = 0) throws -> crnn_port_info {
    var info = crnn_port_info()
    info.struct_size = MemoryLayout<crnn_port_info>.size
    try Runtime.check { crnn_model_port(model, direction, index, &info, $0) }
    return info
  }

  func ports(_ direction: crnn_direction) throws -> [crnn_port_info] {
    try (0..<crnn_model_port_count(model, direction)).map { try port(direction, $0) }
  }

  static func array(_ data: UnsafeMutableRawPointer?, _ frames: Int, _ info: crnn_port_info) -> crnn_array {
    var array = crnn_array()
    array.struct_size = MemoryLayout<crnn_array>.size
    array.data = data
    array.dtype = CRNN_F32
    array.rank = info.rank + 1
    array.shape.0 = Int64(frames)
    (array.shape.1, array.shape.2, array.shape.3, array.shape.4) = info.shape
    return array
  }

  static func streamOptions(chunk: Int, maximumFrames: Int) -> crnn_stream_options {
    crnn_stream_options(
      struct_size: MemoryLayout<crnn_stream_options>.size, chunk: Int32(chunk), reserved: 0,
      maximum_frames: Int64(max(maximumFrames, 1)))
  }

  static func elements(_ info: crnn_port_info) -> Int {
    let shape = [info.shape.0, info.shape.1, info.shape.2, info.shape.3]
    return shape.prefix(Int(info.rank)).reduce(1) { $0 * Int($1) }
  }

  /// Runs a whole sequence in pieces of the given sizes (repeated), through a stream of chunk `chunk`.
  func run(_ input: [Float], chunk: Int, pieces: [Int]) throws -> [Float] {
    let (source, target) = (try port(CRNN_INPUT), try port(CRNN_OUTPUT))
    let width = Runtime.elements(source)
    let frames = input.count / width
    var options = Runtime.streamOptions(chunk: chunk, maximumFrames: frames)
    var bytes = 0
    try Runtime.check { crnn_stream_size(model, &options, &bytes, $0) }
    let memory = GuardedMemory(bytes)
    var stream: OpaquePointer?
    try Runtime.check { crnn_stream_init(model, memory.start, bytes, &options, &stream, $0) }
    var output: [Float] = []
    var values = input
    var (done, turn) = (0, 0)
    repeat {
      let count = min(pieces[turn % pieces.count], frames - done)
      turn += 1
      let isLast = done + count == frames
      var room = 0
      var written: Int64 = 0
      // The first call asks how much room is needed.
      for _ in 0..<2 {
        var result = [Float](repeating: 0, count: room * Runtime.elements(target))
        do {
          try values.withUnsafeMutableBytes { values in
            var from = Runtime.array(values.baseAddress.map { $0 + 4 * done * width }, count, source)
            try result.withUnsafeMutableBytes { result in
              var to = Runtime.array(result.baseAddress, room, target)
              try Runtime.check {
                crnn_stream_process(model, stream, &from, isLast ? 1 : 0, &to, &written, $0)
              }
            }
          }
          output += result.prefix(Int(written) * Runtime.elements(target))
          break
        } catch let failure as Failure where failure.status == CRNN_ERROR_CAPACITY && room == 0 {
          room = Int(written)
        }
      }
      done += count
    } while done < frames
    memory.release()
    return output
  }

  /// What the runtime says that sequences of such lengths will give at each output.
  func outputFrames(_ lengths: [Int]) throws -> [Int] {
    try (0..<crnn_model_port_count(model, CRNN_OUTPUT)).map { port in
      var frames: Int64 = 0
      let counts = lengths.map { Int64($0) }
      try Runtime.check { crnn_model_output_frames(model, port, counts, Int32(counts.count), &frames, $0) }
      return Int(frames)
    }
  }

  /// The whole-sequence call, with room for what it will say it needs.
  func runWhole(_ inputs: [[Float]], counts: [Int]) throws -> [[Float]] {
    let (sources, targets) = (try ports(CRNN_INPUT), try ports(CRNN_OUTPUT))
    let words = zip(inputs, sources).map { values, info in
      info.native_dtype == CRNN_S32 ? values.map { UInt32(bitPattern: Int32($0)) } : values.map(\.bitPattern)
    }
    let buffers = words.map { words in
      let buffer = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: words.count)
      _ = buffer.initialize(from: words)
      return buffer
    }
    let results = zip(targets, counts).map { info, count in
      let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: count * Runtime.elements(info))
      buffer.initialize(repeating: .nan)
      return buffer
    }
    defer {
      buffers.forEach { $0.deallocate() }
      results.forEach { $0.deallocate() }
    }
    let from = zip(buffers, sources).map { buffer, info in
      var array = Runtime.array(buffer.baseAddress, buffer.count / Runtime.elements(info), info)
      if info.native_dtype == CRNN_S32 { array.dtype = CRNN_S32 }
      return array
    }
    let to = zip(zip(results, targets), counts).map { Runtime.array($0.0.baseAddress, $1, $0.1) }
    try Runtime.check { crnn_run(model, from, Int32(from.count), to, Int32(to.count), $0) }
    return results.map(Array.init)
  }

  static let instructionSets: [String] = (0..<crnn_isa_count()).compactMap { index in
    crnn_isa_supported(index) == 1 ? crnn_isa_name(index).map { String(cString: $0) } : nil
  }
}
