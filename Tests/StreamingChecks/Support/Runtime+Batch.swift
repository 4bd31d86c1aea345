import CCRNN

extension Runtime {
  /// What became of one sequence of a batch; outputs that were not written are NaN.
  struct Result {
    let status: crnn_status
    let outputs: [[Float]]
  }

  /// Sequences in one call of `crnn_batch_run`, in exactly the memory that it asks for. `counts`: frames of each output of each.
  func runBatch(_ sequences: [[[Float]]], counts: [[Int]], together: Int, chunk: Int) throws -> [Result] {
    let (sources, targets) = (try ports(CRNN_INPUT), try ports(CRNN_OUTPUT))
    var memory: [UnsafeMutableRawPointer] = []
    var arrays: [[crnn_array]] = []
    defer { memory.forEach { $0.deallocate() } }
    func array(_ words: [UInt32], _ info: crnn_port_info, frames: Int) -> crnn_array {
      let block = UnsafeMutableRawPointer.allocate(byteCount: max(4 * words.count, 4), alignment: 4)
      block.copyMemory(from: words, byteCount: 4 * words.count)
      memory.append(block)
      var array = Runtime.array(block, frames, info)
      if info.native_dtype == CRNN_S32 { array.dtype = CRNN_S32 }
      return array
    }
    var longest = 1
    for (sequence, counts) in zip(sequences, counts) {
      var all: [crnn_array] = []
      for (values, info) in zip(sequence, sources) {
        let words = values.map { info.native_dtype == CRNN_S32 ? UInt32(bitPattern: Int32($0)) : $0.bitPattern }
        all.append(array(words, info, frames: values.count / Runtime.elements(info)))
        longest = max(longest, values.count / Runtime.elements(info))
      }
      for (count, info) in zip(counts, targets) {
        let nothing = [UInt32](repeating: Float.nan.bitPattern, count: count * Runtime.elements(info))
        all.append(array(nothing, info, frames: count))
      }
      arrays.append(all)
    }
    let places = arrays.map { all in
      let place = UnsafeMutablePointer<crnn_array>.allocate(capacity: all.count)
      place.initialize(from: all, count: all.count)
      return place
    }
    defer { places.forEach { $0.deallocate() } }
    var items = places.map { place in
      crnn_batch_item(
        struct_size: MemoryLayout<crnn_batch_item>.size, inputs: place, outputs: place + sources.count,
        input_count: Int32(sources.count), output_count: Int32(targets.count), status: -1, order: -1)
    }
    try run(&items, together: together, chunk: chunk, maximumFrames: longest)
    return items.enumerated().map { index, item in
      Result(
        status: item.status,
        outputs: zip(arrays[index].dropFirst(sources.count), targets).map { array, info in
          let count = Int(array.shape.0) * Runtime.elements(info)
          return Array(UnsafeBufferPointer(start: array.data?.assumingMemoryBound(to: Float.self), count: count))
        })
    }
  }

  /// On two threads of which the second comes when the first has done everything.
  private func run(_ items: inout [crnn_batch_item], together: Int, chunk: Int, maximumFrames: Int) throws {
    var executor = crnn_executor(
      struct_size: MemoryLayout<crnn_executor>.size, context: nil,
      run: { _, task, argument, count in (0..<count).forEach { task?(argument, $0) } }, width: 2, reserved: 0)
    try withUnsafePointer(to: &executor) { executor in
      var options = crnn_batch_options(
        struct_size: MemoryLayout<crnn_batch_options>.size, executor: executor, maximum_frames: Int64(maximumFrames),
        chunk: Int32(chunk), together: Int32(together))
      var bytes = 0
      try Runtime.check { crnn_batch_size(model, &options, &bytes, $0) }
      let memory = GuardedMemory(bytes)
      defer { memory.release() }
      let status = crnn_batch_run(model, &options, memory.start, bytes, &items, Int32(items.count), nil)
      // A sequence that is refused is compared with what it gives alone; the call itself must not be.
      if status != CRNN_OK, !items.contains(where: { $0.status == CRNN_OK || $0.status == status }) {
        throw Failure(status: status, message: "crnn_batch_run")
      }
    }
  }
}
