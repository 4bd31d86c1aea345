import CCRNN
import CKernels
import CLinked

/// Nodes that only move codes: concatenate, gather, window, repeat, unstack.
enum Movement: OperationFamily {
  static func isValid(_ node: NodeView) -> Bool {
    guard node.blobCount == (node.operation == CRNN_OP_GATHER ? 1 : 0),
      Int(node.record.pointee.activation) == CRNN_ACTIVATION_IDENTITY
    else { return false }
    let input = node.input(0)
    let output = node.output
    switch node.operation {
    case CRNN_OP_CONCATENATE: return isValidConcatenation(node)
    case CRNN_OP_GATHER: return node.inputCount == 1 && input.hasSameCodes(as: output) && isValidTable(node)
    case CRNN_OP_WINDOW:
      let r = node.record.pointee
      guard node.inputCount == 1, input.hasSameCodes(as: output), r.kernel.0 > 0, r.kernel.0 <= 1 << 24, r.stride.0 > 0,
        r.stride.0 <= 1 << 24, r.dilation.0 == 1, r.pad_before.0.magnitude <= 1 << 24,
        r.pad_after.0.magnitude <= 1 << 24
      else { return false }
      return Int64(r.kernel.0) &* Int64(input.pointee.elements) == Int64(output.pointee.elements)
    case CRNN_OP_REPEAT:
      return (node.inputCount == 2 || (node.inputCount == 1 && node.parameter(0) > 0)) && input.hasSameCodes(as: output)
        && input.pointee.elements == output.pointee.elements
    default:
      return node.inputCount == 1 && node.parameter(0) > 0 && input.hasSameCodes(as: output)
        && output.pointee.elements <= input.pointee.elements && node.parameter(0) <= input.pointee.elements
        && Int64(node.parameter(0)) &* Int64(output.pointee.elements) == Int64(input.pointee.elements)
    }
  }

  private static func isValidConcatenation(_ node: NodeView) -> Bool {
    let output = node.output
    let axis = node.parameter(0)
    guard axis >= 0, axis <= 2 else { return false }
    var sum = 0
    var i = 0
    while i < node.inputCount {
      let input = node.input(i)
      guard input.pointee.isNumeric, output.pointee.isNumeric,
        axis == 0 || input.pointee.height == output.pointee.height,
        axis == 1 || input.pointee.width == output.pointee.width,
        axis == 2 || input.pointee.channels == output.pointee.channels
      else { return false }
      sum &+= Int(axis == 0 ? input.pointee.height : axis == 1 ? input.pointee.width : input.pointee.channels)
      i &+= 1
    }
    return sum == Int(axis == 0 ? output.pointee.height : axis == 1 ? output.pointee.width : output.pointee.channels)
  }

  /// The table's entries lie in WEIGHTS, which a prefix does not hold: they are checked again, one by one, when they are used.
  private static func isValidTable(_ node: NodeView) -> Bool {
    node.blobLength(0) == 4 &* node.output.pointee.elements
  }

  static func scratchBytes(_ node: NodeView, chunk: Int) -> Int {
    var cursor = Cursor()
    if node.operation == CRNN_OP_CONCATENATE { _ = cursor.take(node.output.pointee.elements, of: Float.self) }
    return cursor.offset
  }

  static func run(
    _ execution: Execution, _ node: NodeView, _ state: UnsafeMutableRawPointer, first: Int64, count: Int
  ) {
    let output = node.output
    var f = 0
    while f < count {
      let time = first &+ Int64(f)
      let target = execution.frame(node.outputIndex, output.pointee.frameBytes, time)
      switch node.operation {
      case CRNN_OP_CONCATENATE: concatenate(execution, node, time, target)
      case CRNN_OP_GATHER: gather(execution, node, time, target)
      case CRNN_OP_WINDOW: window(execution, node, time, target)
      case CRNN_OP_REPEAT:
        let source = execution.frame(node.inputIndex(0), output.pointee.frameBytes, 0)
        target.copy(from: source, bytes: output.pointee.elements &* output.pointee.elementSize)
      default:
        let bytes = output.pointee.elements &* output.pointee.elementSize
        let source = execution.frame(node.inputIndex(0), node.input(0).pointee.frameBytes, 0)
        target.copy(from: source + Int(truncatingIfNeeded: time) &* bytes, bytes: bytes)
      }
      f &+= 1
    }
  }

  private static func concatenate(
    _ execution: Execution, _ node: NodeView, _ time: Int64, _ target: UnsafeMutableRawPointer
  ) {
    let output = node.output
    let axis = node.parameter(0)
    let outer =
      axis == 0 ? 1 : axis == 1 ? Int(output.pointee.height) : Int(output.pointee.height) &* Int(output.pointee.width)
    let row = output.pointee.elements &/ outer
    var cursor = Cursor(execution.scratch)
    let values = cursor.take(output.pointee.elements, of: Float.self)
    var start = 0
    var i = 0
    while i < node.inputCount {
      let input = node.input(i)
      let source = execution.frame(node.inputIndex(i), input.pointee.frameBytes, time)
      let part = input.pointee.elements &/ outer
      let moves = input.hasSameCodes(as: output)
      if !moves { execution.load(source, input, values, input.pointee.elements) }
      var o = 0
      while o < outer {
        let destination = target + (o &* row &+ start) &* output.pointee.elementSize
        if moves {
          destination.copy(
            from: source + o &* part &* input.pointee.elementSize, bytes: part &* input.pointee.elementSize)
        } else {
          execution.store(values + o &* part, output, destination, part)
        }
        o &+= 1
      }
      start &+= part
      i &+= 1
    }
  }

  private static func gather(
    _ execution: Execution, _ node: NodeView, _ time: Int64, _ target: UnsafeMutableRawPointer
  ) {
    let input = node.input(0)
    let table = node.blob(0, as: Int32.self)
    let source = execution.frame(node.inputIndex(0), input.pointee.frameBytes, time)
    let limit = Int32(truncatingIfNeeded: input.pointee.elements)
    let count = node.output.pointee.elements
    let bytes = input.pointee.elementSize
    var i = 0
    while i < count {
      // Most tables are made of runs of neighbours.
      let first = table[i]
      var run = 0
      while i &+ run &+ 8 <= count, crnn_are_consecutive(table + i + run, first &+ Int32(truncatingIfNeeded: run)) != 0
      {
        run &+= 8
      }
      let isInside = run > 0 && run <= Int(limit) && first >= 0 && Int(first) <= Int(limit) &- run
      if run == 0 { run = min(8, count &- i) }
      if isInside {
        (target + i &* bytes).copy(from: source + Int(first) &* bytes, bytes: run &* bytes)
      } else {
        gather(input, table + i, limit, source, target + i &* bytes, run)
      }
      i &+= run
    }
  }

  /// Element by element; 0 for what the table points outside the frame for.
  private static func gather(
    _ input: UnsafePointer<crnn_tensor_record>, _ table: UnsafePointer<Int32>, _ limit: Int32,
    _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int
  ) {
    switch input.pointee.elementSize {
    case 1:
      pick(table, limit, source, target, count, zero: UInt8(truncatingIfNeeded: input.pointee.zero_point))
    case 2: pick(table, limit, source, target, count, zero: Int16(0))
    default: pick(table, limit, source, target, count, zero: Float(0))
    }
  }

  @inline(__always)
  private static func pick<Code>(
    _ table: UnsafePointer<Int32>, _ limit: Int32, _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer,
    _ count: Int, zero: Code
  ) {
    let (from, to) = (source.assumingMemoryBound(to: Code.self), target.assumingMemoryBound(to: Code.self))
    var i = 0
    while i < count {
      let index = table[i]
      to[i] = index >= 0 && index < limit ? from[Int(index)] : zero
      i &+= 1
    }
  }

  private static func window(
    _ execution: Execution, _ node: NodeView, _ time: Int64, _ target: UnsafeMutableRawPointer
  ) {
    let input = node.input(0)
    let r = node.record.pointee
    let bytes = input.pointee.elements &* input.pointee.elementSize
    let state = execution.tensors[node.inputIndex(0)]
    let (final, capacity) = (state.final, state.capacity)
    // Frames without a gap between them, such as samples, are copied together.
    let hasGaps = input.pointee.frameBytes != bytes
    var k = 0
    while k < Int(r.kernel.0) {
      var index = time &* Int64(r.stride.0) &- Int64(r.pad_before.0) &+ Int64(k)
      let destination = target + k &* bytes
      if !hasGaps, index >= 0, final < 0 || index < final {
        let inRing = min(capacity &- index &% capacity, final < 0 ? capacity : final &- index)
        let together = min(Int(r.kernel.0) &- k, Int(truncatingIfNeeded: inRing))
        destination.copy(
          from: execution.frame(node.inputIndex(0), bytes, index), bytes: together &* bytes)
        k &+= together
        continue
      }
      k &+= 1
      if node.hasFlag(CRNN_NODE_EDGE_PADDING) {
        index = max(index, 0)
        if final > 0 { index = min(index, final &- 1) }
      } else if index < 0 || (final >= 0 && index >= final) {
        execution.fillZero(input, destination, input.pointee.elements)
        continue
      }
      destination.copy(
        from: execution.frame(node.inputIndex(0), input.pointee.frameBytes, index), bytes: bytes)
    }
  }
}

@c @implementation
func crnn_family_movement(
  _ request: Int32, _ node: UnsafeRawPointer?, _ execution: UnsafeRawPointer?, _ state: UnsafeMutableRawPointer?,
  _ first: Int64, _ count: Int
) -> Int { Movement.answer(request, node, execution, state, first, count) }
