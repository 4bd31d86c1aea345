import CCRNN

extension UnsafeMutablePointer where Pointee == crnn_batch_item {
  /// Numbers the items in `order` by falling length: what is begun last should be short, so that all threads come to their end at
  /// about the same time, and sequences that run beside each other should be alike. A heap sort, which needs no memory.
  func sortByLength(_ count: Int, _ file: UnsafePointer<PackedFile>) {
    var i = 0
    while i < count {
      self[i].order = Int32(truncatingIfNeeded: i)
      i &+= 1
    }
    // items[order] of the first `end` places is a heap whose root is the shortest; from `end` on they are sorted.
    var (start, end) = (count &/ 2, count)
    while end > 1 {
      if start > 0 {
        start &-= 1
      } else {
        end &-= 1
        exchange(0, end)
      }
      var root = start
      while 2 &* root &+ 1 < end {
        var child = 2 &* root &+ 1
        if child &+ 1 < end, length(at: child &+ 1, file) < length(at: child, file) { child &+= 1 }
        if length(at: root, file) <= length(at: child, file) { break }
        exchange(root, child)
        root = child
      }
    }
  }

  private func exchange(_ a: Int, _ b: Int) {
    let order = self[a].order
    self[a].order = self[b].order
    self[b].order = order
  }

  @inline(never)
  private func length(at place: Int, _ file: UnsafePointer<PackedFile>) -> Int64 {
    (self + Int(self[place].order)).length(file)
  }

  /// Frames at the longest port; 0 of what cannot be run.
  func length(_ file: UnsafePointer<PackedFile>) -> Int64 {
    guard hasArrays(file), let inputs = pointee.inputs else { return 0 }
    var frames: Int64 = 0
    var port = 0
    while port < file.pointee.inputCount {
      guard inputs[port].struct_size >= MemoryLayout<crnn_array>.size,
        Int(inputs[port].rank) == Int(file.pointee.input(port).pointee.rank) &+ 1, inputs[port].shape.0 <= 1 << 40
      else { return 0 }
      frames = max(frames, inputs[port].shape.0)
      port &+= 1
    }
    return frames
  }

  /// There is an array for each port.
  func hasArrays(_ file: UnsafePointer<PackedFile>) -> Bool {
    pointee.struct_size >= MemoryLayout<crnn_batch_item>.size && pointee.inputs != nil && pointee.outputs != nil
      && Int(pointee.input_count) == file.pointee.inputCount && Int(pointee.output_count) == file.pointee.outputCount
  }
}
