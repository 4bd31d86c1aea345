import CCRNN
import Converter

extension RuntimeModel {
  /// Runs one sequence through a stream of its own.
  func run(_ sequence: [[Float]]) throws -> [[Float]] {
    try withStream(for: sequence) { stream, chunk in try run(sequence, stream, chunk: chunk) }
  }

  /// Opens a stream that takes sequences as long as this one.
  func withStream<Result>(
    for sequence: [[Float]], _ body: (_ stream: OpaquePointer, _ chunk: Int) throws -> Result
  ) throws -> Result {
    let longest = max(1, frames(sequence).max() ?? 1)
    let chunk = min(chunk ?? longest, 65_536)
    var options = streamOptions(chunk: chunk, maximumFrames: longest)
    var stream: OpaquePointer?
    try RuntimeModel.check { crnn_stream_create(pointer, &options, &stream, $0) }
    guard let stream else { throw CommandError("the runtime gave no stream") }
    defer { crnn_stream_destroy(stream) }
    return try body(stream, chunk)
  }

  func frames(_ sequence: [[Float]]) -> [Int] {
    zip(sequence, inputs).map { values, port in values.count / max(1, port.elements) }
  }

  /// Runs one sequence through a fresh stream: pushes chunks to whatever port takes them and pulls what is ready, until the end.
  func run(_ sequence: [[Float]], _ stream: OpaquePointer, chunk: Int) throws -> [[Float]] {
    let frames = frames(sequence)
    var results = try resultBuffers(frames)
    var pulled = [Int](repeating: 0, count: outputs.count)
    var pushed = [Int](repeating: 0, count: inputs.count)
    var isFinished = [Bool](repeating: false, count: inputs.count)
    while true {
      var hasMoved = false
      // The port that is furthest behind comes first, so that ports of different rates stay abreast.
      for port in inputs.indices.sorted(by: { share(pushed[$0], frames[$0]) < share(pushed[$1], frames[$1]) }) {
        if pushed[port] < frames[port] {
          // A port that is slower than another takes less than a chunk at a time.
          var count = min(chunk, frames[port] - pushed[port])
          while count > 0, !(try push(stream, port, sequence[port], pushed[port], count)) { count /= 2 }
          if count > 0 {
            pushed[port] += count
            hasMoved = true
            break
          }
        } else if !isFinished[port] {
          try RuntimeModel.check { crnn_stream_finish(pointer, stream, Int32(port), $0) }
          isFinished[port] = true
          hasMoved = true
        }
      }
      for port in outputs.indices {
        let count = try pull(stream, port, &results[port], pulled[port])
        pulled[port] += count
        if count > 0 { hasMoved = true }
      }
      if !hasMoved { break }
    }
    guard isFinished.allSatisfy({ $0 }) else { throw CommandError("the stream takes no more frames before its end") }
    for (output, port) in outputs.enumerated() where pulled[output] * port.elements != results[output].count {
      throw CommandError(
        "output \(port.name) gave \(pulled[output]) frames, not the \(results[output].count / port.elements) it announced"
      )
    }
    return results
  }

  /// Of one output of one sequence, 16 GiB: what is more comes from a file that is not to be trusted.
  private static let maximumValues = 1 << 32

  private func share(_ done: Int, _ all: Int) -> Double { all == 0 ? 1 : Double(done) / Double(all) }

  private func resultBuffers(_ frames: [Int]) throws -> [[Float]] {
    try resultCounts(frames).map { [Float](repeating: 0, count: $0) }
  }

  /// How many values each output gives for a sequence with so many frames at each input.
  func resultCounts(_ frames: [Int]) throws -> [Int] {
    let counts = frames.map { Int64($0) }
    return try outputs.indices.map { output in
      var expected: Int64 = 0
      try RuntimeModel.check {
        crnn_model_output_frames(pointer, Int32(output), counts, Int32(counts.count), &expected, $0)
      }
      let (count, isTooLarge) = Int(expected).multipliedReportingOverflow(by: outputs[output].elements)
      guard !isTooLarge, count <= RuntimeModel.maximumValues else {
        throw CommandError("output \(outputs[output].name) gives \(expected) frames, more than this tool holds at once")
      }
      return count
    }
  }

  static func indices(_ values: ArraySlice<Float>, _ port: PortDescription) throws -> [Int32] {
    try values.map { value in
      guard let index = Int32(exactly: value) else {
        throw CommandError("input \(port.name) takes indices, which \(value) is not")
      }
      return index
    }
  }

  /// False where the stream wants something else first.
  private func push(_ stream: OpaquePointer, _ port: Int, _ values: [Float], _ first: Int, _ count: Int) throws -> Bool
  {
    let elements = inputs[port].elements
    let range = first * elements..<(first + count) * elements
    do {
      if inputs[port].isIndex {
        var indices = try RuntimeModel.indices(values[range], inputs[port])
        try push(stream, port, &indices, CRNN_S32, count)
      } else {
        var chunk = Array(values[range])
        try push(stream, port, &chunk, CRNN_F32, count)
      }
      return true
    } catch let error as RuntimeError where error.status == CRNN_ERROR_OUTPUT_PENDING {
      return false
    }
  }

  private func push<Element>(
    _ stream: OpaquePointer, _ port: Int, _ values: inout [Element], _ type: crnn_dtype, _ count: Int
  ) throws {
    try values.withUnsafeMutableBytes { memory in
      var array = RuntimeModel.array(memory.baseAddress, type, [count] + inputs[port].shape)
      try RuntimeModel.check { crnn_stream_push(pointer, stream, Int32(port), &array, $0) }
    }
  }

  /// Takes what is ready behind the `first` frames that are already there.
  private func pull(_ stream: OpaquePointer, _ port: Int, _ result: inout [Float], _ first: Int) throws -> Int {
    let elements = outputs[port].elements
    let room = result.count / max(1, elements) - first
    guard room > 0 else { return 0 }
    var count: Int64 = 0
    try result.withUnsafeMutableBytes { memory in
      let start = memory.baseAddress?.advanced(by: first * elements * MemoryLayout<Float>.size)
      var array = RuntimeModel.array(start, CRNN_F32, [room] + outputs[port].shape)
      try RuntimeModel.check { crnn_stream_pull(pointer, stream, Int32(port), &array, &count, $0) }
    }
    return Int(count)
  }

  static func array(_ data: UnsafeMutableRawPointer?, _ type: crnn_dtype, _ shape: [Int]) -> crnn_array {
    var array = crnn_array()
    array.struct_size = MemoryLayout<crnn_array>.size
    array.data = data
    array.dtype = type
    array.rank = Int32(shape.count)
    withUnsafeMutableBytes(of: &array.shape) { bytes in
      let sizes = bytes.bindMemory(to: Int64.self)
      for (axis, size) in shape.enumerated() where axis < sizes.count { sizes[axis] = Int64(size) }
    }
    return array
  }
}
