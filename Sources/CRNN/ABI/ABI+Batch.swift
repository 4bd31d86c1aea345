import CCRNN

/// How the memory of a batch is divided, or a status that says why it cannot be.
@inline(never)
private func plan(
  _ model: UnsafePointer<Model>, _ options: BatchOptions, _ result: inout BatchPlan?,
  _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  let stream = streamBytes(model.pointee.file, options.stream, error)
  guard stream.status == CRNN_OK else { return stream.status }
  result = BatchPlan(model.pointee.file, options, streamBytes: stream.bytes)
  guard result == nil else { return CRNN_OK }
  return Message(error, CRNN_ERROR_MEMORY).text("a batch with these options would not fit into memory").status
}

@_cdecl("crnn_batch_size") @implementation
public func crnn_batch_size(
  _ model: OpaquePointer?, _ options: UnsafePointer<crnn_batch_options>?, _ bytes: UnsafeMutablePointer<Int>?,
  _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  guard let model = view(model) else { return notAModel(error) }
  guard let bytes else { return Message(error, CRNN_ERROR_ARGUMENT).text("bytes is NULL").status }
  var chosen = BatchOptions()
  var status = chosen.read(options, error)
  guard status == CRNN_OK else { return status }
  var plan: BatchPlan?
  status = CRNN.plan(model, chosen, &plan, error)
  if let plan { bytes.pointee = plan.bytes }
  return status
}

@_cdecl("crnn_batch_run") @implementation
public func crnn_batch_run(
  _ model: OpaquePointer?, _ options: UnsafePointer<crnn_batch_options>?, _ memory: UnsafeMutableRawPointer?,
  _ memoryBytes: Int, _ items: UnsafeMutablePointer<crnn_batch_item>?, _ itemCount: Int32,
  _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  guard itemCount >= 0, let items = items ?? UnsafeMutablePointer(bitPattern: itemCount == 0 ? 16 : 0) else {
    return Message(error, CRNN_ERROR_ARGUMENT).text("items is NULL, or item_count negative").status
  }
  let count = Int(itemCount)
  let status = runBatch(view(model), options, memory, memoryBytes, items, count, error)
  // What was not begun has the reason for it.
  var i = 0
  while i < count, status.isForAll {
    items[i].status = status.status
    i &+= 1
  }
  return status.status
}

/// `isForAll`: no item was run.
private func runBatch(
  _ checked: UnsafePointer<Model>?, _ options: UnsafePointer<crnn_batch_options>?, _ memory: UnsafeMutableRawPointer?,
  _ memoryBytes: Int, _ items: UnsafeMutablePointer<crnn_batch_item>, _ count: Int,
  _ error: UnsafeMutablePointer<crnn_error>?
) -> (status: crnn_status, isForAll: Bool) {
  guard let model = checked else { return (notAModel(error), true) }
  let file = model.pointee.file
  var chosen = BatchOptions()
  var status = chosen.read(options, error)
  guard status == CRNN_OK else { return (status, true) }
  if memory == nil {
    chosen.narrow(to: count)
    if chosen.stream.maximumFrames == 0 { chosen.stream.maximumFrames = longest(items, count, file) }
  }
  var made: BatchPlan?
  status = plan(model, chosen, &made, error)
  guard let plan = made else { return (status, true) }
  guard memory == nil || memoryBytes >= plan.bytes else {
    let message = Message(error, CRNN_ERROR_CAPACITY).text("the batch needs ").number(plan.bytes)
    return (message.text(" bytes of memory, not ").number(memoryBytes).status, true)
  }
  if let memory, !isAligned(memory) {
    return (Message(error, CRNN_ERROR_ALIGNMENT).text("a batch's memory must be aligned to 16 bytes").status, true)
  }
  guard count > 0 else { return (CRNN_OK, true) }
  guard let block = memory ?? crnn_host_allocate(plan.bytes) else {
    let message = Message(error, CRNN_ERROR_MEMORY).text("no memory for a batch of ").number(plan.bytes)
    return (message.text(" bytes").status, true)
  }
  chosen.width = min(chosen.width, count)
  var cursor = Cursor(block)
  let shared = BatchPlan.Shared(&cursor)
  shared.batch.initialize(to: Batch(model, items, count, chosen, plan, counters: shared.counters))
  items.sortByLength(count, file)
  shared.batch.run()
  status = shared.batch.firstFailure(error)
  if memory == nil { crnn_host_free(block) }
  return (status, false)
}

/// The frames of the longest item.
private func longest(
  _ items: UnsafeMutablePointer<crnn_batch_item>, _ count: Int, _ file: UnsafePointer<PackedFile>
) -> Int64 {
  var frames: Int64 = 1
  var i = 0
  while i < count {
    frames = max(frames, (items + i).length(file))
    i &+= 1
  }
  return frames
}

extension UnsafeMutablePointer where Pointee == Batch {
  /// The status of the first item that has one, with its number before the sentence.
  fileprivate func firstFailure(_ error: UnsafeMutablePointer<crnn_error>?) -> crnn_status {
    var i = 0
    while i < pointee.count, pointee.records[i].status == CRNN_OK { i &+= 1 }
    guard i < pointee.count else { return CRNN_OK }
    // Its thread had nowhere to write the sentence: the item is looked at again.
    var detail = crnn_error()
    detail.struct_size = MemoryLayout<crnn_error>.size
    let status = BatchWorker(self, pointee.plan.worker(0, self)).refusal(of: i, &detail)
    return withUnsafePointer(to: &detail.message.0) {
      Message(error, status).text("item ").number(i).text(": ").sentence($0).status
    }
  }
}

extension UnsafePointer where Pointee == PackedFile {
  /// Refuses a call that does not give one array for each port.
  @inline(never)
  func oneArrayForEachPort(_ error: UnsafeMutablePointer<crnn_error>?) -> crnn_status {
    Message(error, CRNN_ERROR_ARGUMENT).text("the model has ").number(pointee.inputCount).text(" inputs and ")
      .number(pointee.outputCount).text(" outputs; one array for each is needed").status
  }
}
