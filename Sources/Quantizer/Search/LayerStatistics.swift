/// What one run of the float network over the calibration data tells of each matrix and each tensor, and what its outputs are.
///
/// Second moments stand apart for each part of the data (`HeldOut`).
struct LayerStatistics {
  /// Vectors that a matrix is judged by, over all sequences; more tell no more.
  private static let largestSample = 4096
  /// Of deeper matrices no moments are kept, and no correction is tried: their memory grows with the depth's square, the work with
  /// its cube.
  private static let deepest = 1536

  let graph: Graph
  private let heldOut: HeldOut
  private let perSequence: Int
  /// Per part.
  private(set) var moments: [MatrixKey: [SecondMoments]] = [:]
  /// The smallest and the largest value of every element of a frame, of what a matrix is multiplied with.
  private(set) var extents: [TensorID: [ValueRange]] = [:]
  let taps: [Tap]
  /// What the taps of the float network give for each sequence, per port.
  private(set) var outputs: [[[Float]]] = []
  private let readers: [TensorID: [Int]]
  private var sequence = 0
  /// Calls for the hidden state of a node in this sequence.
  private var steps: [Int: Int] = [:]
  /// Frames of the tensors that matrices read, in this sequence.
  private var frames: [TensorID: Int] = [:]

  /// - Parameters:
  ///   - graph: the network; it is the tapped one that is run.
  ///   - keepsMoments: for a search; without them only the extents and the outputs are kept.
  init(_ graph: Graph, taps: [Tap], heldOut: HeldOut, sequences: Int, keepsMoments: Bool = true) {
    self.graph = graph
    self.taps = taps
    self.heldOut = heldOut
    perSequence = max(16, LayerStatistics.largestSample / max(1, sequences))
    var readers: [TensorID: [Int]] = [:]
    for (index, node) in graph.nodes.enumerated() where node.hasMatrix {
      guard let input = node.inputs.first else { continue }
      readers[input, default: []].append(index)
      guard keepsMoments else { continue }
      if case .convolution(let convolution) = node.operation, convolution.groups > 1 { continue }
      for matrix in 0..<node.operation.matrixCount {
        let depth = graph.depth(of: node, matrix)
        if depth > LayerStatistics.deepest { continue }
        moments[MatrixKey(output: node.output, index: matrix)] = [SecondMoments](
          repeating: SecondMoments(depth: depth), count: HeldOut.parts)
      }
    }
    self.readers = readers
  }

  mutating func end(_ outputs: [[Float]]) {
    self.outputs.append(outputs)
    sequence += 1
    steps = [:]
    frames = [:]
  }

  mutating func see(_ site: Interpreter.Site, _ values: UnsafeMutableBufferPointer<Float>) {
    switch site {
    case .tensor(let tensor):
      guard let readers = readers[tensor] else { return }
      frames[tensor] = values.count / max(1, graph.tensors[tensor].frame.elements)
      include(extentsOf: tensor, values)
      for node in readers { includeInput(graph.nodes[node], tensor, values) }
    case .hidden(let index):
      let step = steps[index, default: 0]
      steps[index] = step + 1
      let node = graph.nodes[index]
      // A GRU with reset before shows h and then r · h in every step.
      let matrices = node.operation.matrixCount - 1
      let count = node.inputs.first.flatMap { frames[$0] } ?? 0
      let every = max(1, count / perSequence)
      // A layer with a limited view takes more steps than there are frames.
      var frame = step / matrices % max(count, 1)
      guard frame % every == 0, let base = values.baseAddress else { return }
      if case .recurrent(let recurrent) = node.operation, recurrent.reverse { frame = count - 1 - frame }
      moments[MatrixKey(output: node.output, index: 1 + step % matrices)]?[
        heldOut.part(sequence: sequence, frame: frame, of: count)
      ].include(base, rows: 1)
    }
  }

  private mutating func include(extentsOf tensor: TensorID, _ values: UnsafeMutableBufferPointer<Float>) {
    let elements = graph.tensors[tensor].frame.elements
    var extents = extents.removeValue(forKey: tensor) ?? [ValueRange](repeating: ValueRange(), count: elements)
    extents.withUnsafeMutableBufferPointer { extents in
      for start in stride(from: 0, to: values.count - elements + 1, by: elements) {
        for k in 0..<elements { extents[k].include(values[start + k]) }
      }
    }
    self.extents[tensor] = extents
  }

  /// A sample of the vectors that a node makes of its input, evenly spread.
  private mutating func includeInput(_ node: Node, _ tensor: TensorID, _ values: UnsafeMutableBufferPointer<Float>) {
    let key = MatrixKey(output: node.output, index: 0)
    guard var moments = moments.removeValue(forKey: key) else { return }
    defer { self.moments[key] = moments }
    let input = graph.tensors[tensor].frame
    let frames = values.count / max(1, input.elements)
    guard frames > 0 else { return }
    var blocks = [[Float]](repeating: [], count: HeldOut.parts)
    switch node.operation {
    case .convolution(let convolution):
      let shape = graph.tensors[node.output].frame
      let results = Graph.outputFrames(convolution.geometry, ceiling: false, frames: frames)
      let positions = results * shape.height * shape.width
      guard positions > 0 else { return }
      // An odd step walks over all columns of a frame.
      let step = max(1, positions / perSequence) | 1
      for position in stride(from: 0, to: positions, by: step) {
        let (frame, place) = position.quotientAndRemainder(dividingBy: shape.height * shape.width)
        convolution.geometry.append(
          frame: frame, height: place / shape.width, width: place % shape.width, of: values, frames: frames, input,
          to: &blocks[heldOut.part(sequence: sequence, frame: frame, of: results)])
      }
    default:
      for frame in stride(from: 0, to: frames, by: max(1, frames / perSequence)) {
        blocks[heldOut.part(sequence: sequence, frame: frame, of: frames)] +=
          values[frame * input.elements..<(frame + 1) * input.elements]
      }
    }
    for part in blocks.indices {
      LayerStatistics.balance(&blocks[part], depth: moments[part].depth)
      moments[part].include(blocks[part], rows: blocks[part].count / max(1, moments[part].depth))
    }
  }

  /// Loud and quiet vectors count alike: each is divided by √(0.1 + its power / the mean power). Without that the few loudest of a
  /// recording would decide how all are rounded.
  private static func balance(_ block: inout [Float], depth: Int) {
    let rows = block.count / max(1, depth)
    let powers = (0..<rows).map { row in block[row * depth..<(row + 1) * depth].reduce(0) { $0 + $1 * $1 } }
    let mean = powers.reduce(0, +) / Float(max(1, rows))
    guard mean > 0 else { return }
    for row in 0..<rows {
      let factor = 1 / (0.1 + powers[row] / mean).squareRoot()
      for k in row * depth..<(row + 1) * depth { block[k] *= factor }
    }
  }
}

extension LayerStatistics {
  /// Of all parts but `heldOut`; nil for matrices of groups.
  func moments(_ key: MatrixKey, heldOut: Int?) -> SecondMoments? {
    guard let parts = moments[key], let first = parts.first else { return nil }
    var sum = SecondMoments(depth: first.depth)
    for (index, part) in parts.enumerated() where index != heldOut { sum.include(part) }
    return sum
  }
}

extension Graph {
  /// Columns of a node's matrix.
  func depth(of node: Node, _ matrix: Int) -> Int {
    switch node.operation {
    case .convolution(let convolution): convolution.weights.count / max(1, convolution.outputChannels)
    case .dense(let dense): dense.weights.count / max(1, dense.bias.count)
    case .recurrent(let recurrent):
      matrix == 0 ? recurrent.inputWeights.count / max(1, recurrent.gates * recurrent.units) : recurrent.units
    default: 0
    }
  }
}

extension WindowGeometry {
  /// The inputs that one output position of a convolution without groups sees, in the order of its weights.
  fileprivate func append(
    frame: Int, height: Int, width: Int, of values: UnsafeMutableBufferPointer<Float>, frames: Int, _ shape: FrameShape,
    to block: inout [Float]
  ) {
    for i in 0..<kernel.time {
      let t = frame * stride.time + i * dilation.time - padBefore.time
      for j in 0..<kernel.height {
        let h = height * stride.height + j * dilation.height - padBefore.height
        for l in 0..<kernel.width {
          let w = width * stride.width + l * dilation.width - padBefore.width
          if t >= 0, t < frames, h >= 0, h < shape.height, w >= 0, w < shape.width {
            let start = ((t * shape.height + h) * shape.width + w) * shape.channels
            block += values[start..<start + shape.channels]
          } else {
            block += repeatElement(0, count: shape.channels)
          }
        }
      }
    }
  }
}
