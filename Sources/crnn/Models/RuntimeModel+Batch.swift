import CCRNN

extension RuntimeModel {
  /// With one thread, each sequence goes through a stream, as `run` feeds it; with more, many go through `crnn_batch_run`.
  func run(all sequences: [[[Float]]], progress title: String) throws -> [[[Float]]] {
    guard threads > 1 else { return try runEach(sequences, progress: title) }
    let progress = Progress(title)
    var results: [[[Float]]] = []
    // In pieces: enough for the threads to balance, few enough for the progress to be seen and for little memory.
    let piece = 64 * threads
    while results.count < sequences.count {
      progress.update(results.count + 1, of: sequences.count)
      results += try runTogether(Array(sequences[results.count..<min(results.count + piece, sequences.count)]))
    }
    progress.finish()
    return results
  }

  private func runTogether(_ sequences: [[[Float]]]) throws -> [[[Float]]] {
    let arrays = try sequences.map { try SequenceArrays(self, $0) }
    var items = arrays.map(\.item)
    var executor = LentThreads.executor(threads)
    try withUnsafePointer(to: &executor) { executor in
      var options = crnn_batch_options(
        struct_size: MemoryLayout<crnn_batch_options>.size, executor: executor, maximum_frames: 0,
        chunk: Int32(clamping: chunk ?? 0), together: 0)
      do {
        try RuntimeModel.check { crnn_batch_run(pointer, &options, nil, 0, &items, Int32(clamping: items.count), $0) }
      } catch {
        // The sentence that one thread gives, without the number of an item in this piece.
        if let failed = items.firstIndex(where: { $0.status != CRNN_OK }) { _ = try run(sequences[failed]) }
        throw error
      }
    }
    return arrays.map(\.results)
  }
}

/// The arrays of one sequence in memory of their own: those of the inputs, then those of the outputs.
final class SequenceArrays {
  private let arrays: UnsafeMutableBufferPointer<crnn_array>
  private let inputs: Int

  init(_ model: RuntimeModel, _ sequence: [[Float]]) throws {
    let frames = zip(sequence, model.inputs).map { values, port in values.count / max(1, port.elements) }
    let counts = try model.resultCounts(frames)
    let given = try zip(sequence, model.inputs).map { values, port in
      port.isIndex
        ? try RuntimeModel.indices(values[...], port).map { UInt32(bitPattern: $0) } : values.map(\.bitPattern)
    }
    arrays = .allocate(capacity: sequence.count + counts.count)
    inputs = sequence.count
    for (index, port) in (model.inputs + model.outputs).enumerated() {
      let isInput = index < inputs
      let values = isInput ? given[index] : [UInt32](repeating: 0, count: counts[index - inputs])
      let words = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: values.count)
      _ = words.initialize(from: values)
      let length = isInput ? frames[index] : words.count / max(1, port.elements)
      arrays.initializeElement(
        at: index,
        to: RuntimeModel.array(
          words.baseAddress, isInput && port.isIndex ? CRNN_S32 : CRNN_F32, [length] + port.shape))
    }
  }

  /// Puts the whole sequence through a fresh stream in one call, of a model with one input and one output.
  func process(_ model: RuntimeModel, _ stream: OpaquePointer) throws {
    guard let base = arrays.baseAddress else { return }
    var frames: Int64 = 0
    try RuntimeModel.check { crnn_stream_process(model.pointer, stream, base, 1, base + inputs, &frames, $0) }
  }

  var item: crnn_batch_item {
    crnn_batch_item(
      struct_size: MemoryLayout<crnn_batch_item>.size, inputs: arrays.baseAddress,
      outputs: arrays.baseAddress.map { $0 + inputs }, input_count: Int32(inputs),
      output_count: Int32(arrays.count - inputs), status: CRNN_OK, order: 0)
  }

  var results: [[Float]] {
    arrays[inputs...].map { array in
      let sizes = withUnsafeBytes(of: array.shape) { Array($0.bindMemory(to: Int64.self)) }
      let count = sizes.prefix(Int(array.rank)).reduce(1) { $0 * Int($1) }
      return Array(UnsafeBufferPointer(start: array.data?.assumingMemoryBound(to: Float.self), count: count))
    }
  }

  deinit {
    for array in arrays { array.data?.deallocate() }
    arrays.deallocate()
  }
}
