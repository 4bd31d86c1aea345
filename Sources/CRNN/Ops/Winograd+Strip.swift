import CCRNN
import CKernels

extension Winograd {
  /// Some columns of tiles.
  struct Strip {
    let execution: Execution
    let node: NodeView
    let kernels: UnsafePointer<crnn_winograd>
    let matrix: Matrix
    /// All transformed weights, or nil.
    let expansion: UnsafePointer<Int16>?
    let scratch: Scratch
    let first: Int64
    let frames: Int

    private var columns: Int { (frames &+ edge &- 1) &/ edge }
    private var channels: Int { scratch.shape.pointee.channels }
    /// Rows of a frame in `scratch.outputs`, whole tiles.
    private var rowsPerFrame: Int { edge &* scratch.tilesPerColumn }

    func transformInputs() {
      var tile = 0
      while tile < columns &* scratch.tilesPerColumn {
        pointToInputs(
          first &+ Int64(edge &* (tile &/ scratch.tilesPerColumn)), edge &* (tile &% scratch.tilesPerColumn))
        var run = scratch.runs.first
        while run.groups > 0 {
          kernels.pointee.input(
            scratch.table, run.channels, values(run) + tile &* scratch.runs.longest, scratch.valuesPoint)
          var i = 0
          while i < points {
            scratch.table[i] += run.channels
            i &+= 1
          }
          run = scratch.runs.after(run)
        }
        tile &+= 1
      }
    }

    /// The 36 inputs of the tile from output frame `frame` and row `y` on. What is not needed, or not there yet, counts as 0.
    private func pointToInputs(_ frame: Int64, _ y: Int) {
      let shape = scratch.shape
      let index = node.inputIndex(0)
      let final = execution.tensors[index].final
      let start = frame &- Int64(shape.pointee.padTime)
      let needed = first &+ Int64(frames) &+ 2 &- Int64(shape.pointee.padTime)
      let end = final < 0 ? needed : min(needed, final)
      var i = 0
      while i < 6 {
        let time = start &+ Int64(i)
        let isInside = time >= 0 && time < end
        let source = UnsafeRawPointer(execution.frame(index, node.input(0).pointee.frameBytes, isInside ? time : 0))
          .assumingMemoryBound(to: UInt8.self)
        var j = 0
        while j < 6 {
          let row = y &- shape.pointee.padWidth &+ j
          scratch.table[6 &* i &+ j] =
            isInside && row >= 0 && row < shape.pointee.width
            ? source + row &* channels : UnsafePointer(scratch.zeros)
          j &+= 1
        }
        i &+= 1
      }
    }

    /// All output channels, two panels at a time.
    func multiply() {
      let outputs = Int(node.output.pointee.channels)
      var row = 0
      while row < matrix.rowsPerGroup {
        let slice = matrix.slice(first: row, count: min(rowsAtOnce, matrix.rowsPerGroup &- row))
        var panel = 0
        while panel < slice.rowsPerGroup {
          multiply(slice, panel, expansion.map { $0 + (row &+ panel) &* points &* channels })
          panel &+= Int(CRNN_PANEL_ROWS)
        }
        store(
          MatrixOutput(execution, node, slice, first: row, outputs: min(slice.rowsPerGroup, outputs &- row)), outputs)
        row &+= rowsAtOnce
      }
    }

    private func values(_ run: Run) -> UnsafeMutablePointer<Int16> {
      scratch.values + run.index &* points &* scratch.valuesPoint
    }

    /// The panel of `slice` whose rows begin at `panel`.
    private func multiply(_ slice: Matrix, _ panel: Int, _ expanded: UnsafePointer<Int16>?) {
      let weights = slice.weights + panel &* Int(CRNN_GROUP_DEPTH) &* slice.depthGroups
      var isFirstPart = true
      var run = scratch.runs.first
      while run.groups > 0 {
        var pair = 0
        while pair < 3 {
          let six = 6 &* Int(CRNN_PANEL_ROWS) &* run.channels
          var transformed = UnsafePointer(scratch.weights)
          if let expanded {
            transformed = expanded + (points &* Int(CRNN_PANEL_ROWS) &* run.start &+ 2 &* pair &* six)
          } else {
            kernels.pointee.transform(weights, run, channels, pair, scratch.weights)
          }
          multiply(run, panel, i: pair == 0 ? 0 : 2 &* pair &- 1, transformed)
          multiply(run, panel, i: pair == 0 ? 5 : 2 &* pair, transformed + six)
          pair &+= 1
        }
        if run.endsPart {
          transformOutputs(slice, panel, isFirst: isFirstPart)
          isFirstPart = false
        }
        run = scratch.runs.after(run)
      }
    }

    private func multiply(_ run: Run, _ panel: Int, i: Int, _ weights: UnsafePointer<Int16>) {
      kernels.pointee.multiply(
        values(run) + 6 &* i &* scratch.valuesPoint, scratch.valuesPoint, scratch.runs.longest,
        columns &* scratch.tilesPerColumn, weights, run.groups,
        scratch.sums + (6 &* i &* scratch.sumsPoint &+ panel), scratch.sumsPoint, rowsAtOnce, run.startsPart ? 0 : -1)
    }

    private func transformOutputs(_ slice: Matrix, _ panel: Int, isFirst: Bool) {
      let frameStride = rowsPerFrame &* slice.rowsPerGroup
      var tile = 0
      while tile < columns &* scratch.tilesPerColumn {
        let target =
          tile &/ scratch.tilesPerColumn &* frameStride &+ tile &% scratch.tilesPerColumn &* slice.rowsPerGroup
        kernels.pointee.output(
          scratch.sums + (tile &* rowsAtOnce &+ panel), scratch.sumsPoint, isFirst ? slice.offsets + panel : nil,
          scratch.outputs.accumulators + (edge &* target &+ panel), frameStride, slice.rowsPerGroup)
        tile &+= 1
      }
    }

    private func store(_ output: MatrixOutput, _ stride: Int) {
      var frame = 0
      while frame < frames {
        output.write(
          scratch.outputs, row: frame &* rowsPerFrame, count: scratch.shape.pointee.outputWidth,
          execution.frame(node.outputIndex, node.output.pointee.frameBytes, first &+ Int64(frame)), stride: stride)
        frame &+= 1
      }
    }
  }
}

extension crnn_winograd {
  /// Twelve of the points of one panel's run; `weights` are the panel's.
  func transform(
    _ weights: UnsafePointer<Int8>, _ run: Winograd.Run, _ channels: Int, _ pair: Int,
    _ target: UnsafeMutablePointer<Int16>
  ) {
    self.weights(
      weights + Int(CRNN_PANEL_ROWS) &* run.start, Int(CRNN_PANEL_ROWS) &* channels, run.groups,
      Int32(truncatingIfNeeded: pair), target)
  }
}
