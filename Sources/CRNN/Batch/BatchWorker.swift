import CCRNN

/// A place for one sequence among those that a thread runs together.
struct BatchLane {
  var item: Int
  var sequence: WholeSequence
}

/// One thread's work: several sequences at a time, each on a stream of its own, in step. Where one has ended, the next begins.
struct BatchWorker {
  private let batch: UnsafeMutablePointer<Batch>
  private let memory: BatchPlan.Worker
  private let group: StreamGroup

  init(_ batch: UnsafeMutablePointer<Batch>, _ memory: BatchPlan.Worker) {
    self.batch = batch
    self.memory = memory
    group = StreamGroup(lanes: memory.lanes, recurrent: memory.recurrent, rows: memory.rows)
  }

  func run() {
    batch.pointee.plan.clearRows(memory)
    // Lanes that have had a stream, and those, before all others, that have a sequence now.
    var (made, active) = (0, 0)
    var waiting = true
    while true {
      fill(&made, &active)
      if active == 0 { return }
      var progress = false
      var i = 0
      while i < active {
        progress = memory.lanes[i].sequence.feed() || progress
        i &+= 1
      }
      group.advance(active, waiting: waiting)
      i = 0
      while i < active {
        progress = memory.lanes[i].sequence.drain() || progress
        if memory.lanes[i].sequence.isOver {
          leave(i, &active)
        } else {
          i &+= 1
        }
      }
      // Nothing moves while streams wait for each other: now they do not wait. Where even then nothing does, a file has promised
      // more frames than it gives.
      if !progress, !waiting {
        while active > 0 { leave(0, &active) }
      }
      waiting = progress
    }
  }

  /// Takes items, but not more than this thread's share of what is left, so that the others have something to do.
  private func fill(_ made: inout Int, _ active: inout Int) {
    var share = batch.pointee.share()
    while share > 0, active < batch.pointee.plan.together {
      guard let item = batch.pointee.takeItem() else { return }
      if made == active {
        makeStream(made)
        made &+= 1
      }
      let status = begin(active, item, nil)
      batch.pointee.records[item].status = status
      if status == CRNN_OK {
        active &+= 1
        share &-= 1
      }
    }
  }

  private func makeStream(_ lane: Int) {
    let bytes = batch.pointee.plan.streamBytes
    let stream = UnsafeMutableRawPointer(memory.streams) + lane &* bytes
    crnn_fill(stream, 0, bytes)
    let (model, options) = (batch.pointee.model, batch.pointee.options.stream)
    _ = model.pointee.file.layOut(.writing(stream), chunk: options.chunk, maximumFrames: options.maximumFrames)
    // Not yet a sequence: `begin` gives it its arrays.
    let nothing = UnsafeRawPointer(stream).assumingMemoryBound(to: crnn_array.self)
    (memory.lanes + lane).initialize(
      to: BatchLane(item: 0, sequence: WholeSequence(StreamView(model, stream), nothing, nothing)))
  }

  /// Why an item cannot be run, once all threads have ended: this one may have taken none, and have no stream.
  func refusal(of item: Int, _ error: UnsafeMutablePointer<crnn_error>) -> crnn_status {
    makeStream(0)
    return begin(0, item, error)
  }

  /// Begins an item in a lane, or says why it cannot be run.
  @inline(never)
  private func begin(_ lane: Int, _ item: Int, _ error: UnsafeMutablePointer<crnn_error>?) -> crnn_status {
    let record = batch.pointee.records + item
    let view = memory.lanes[lane].sequence.view
    guard record.hasArrays(view.file), let inputs = record.pointee.inputs, let outputs = record.pointee.outputs else {
      return view.file.oneArrayForEachPort(error)
    }
    view.reset()
    memory.lanes[lane] = BatchLane(item: item, sequence: WholeSequence(view, inputs, outputs))
    return memory.lanes[lane].sequence.check(error)
  }

  /// The lane's sequence is over; the last one that is not takes its place.
  @inline(never)
  private func leave(_ lane: Int, _ active: inout Int) {
    active &-= 1
    let last = memory.lanes[active]
    memory.lanes[active] = memory.lanes[lane]
    memory.lanes[lane] = last
  }
}
