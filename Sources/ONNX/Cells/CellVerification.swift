import Quantizer

/// The proof of a recognition: the nodes of the step, computed as they stand in the file, against the cell.
struct CellVerification {
  /// Numbers that stand for inputs: reproducible, between −1 and 1.
  struct Noise {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> Float {
      // Knuth's linear congruential generator (MMIX).
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Int32(truncatingIfNeeded: state >> 32)) * 0x1p-31
    }
    mutating func values(_ count: Int) -> [Float] { (0..<count).map { _ in next() } }
  }

  /// What of the file and the cell may differ by, of the largest value.
  static let tolerance: Float = 1e-4

  /// Computes nodes whose inputs are all in `values`, and puts their outputs there.
  static func compute(_ nodes: [SourceNode], _ values: inout [String: Constant], opset: Int) throws {
    for node in nodes {
      let arguments = node.inputs.map { $0.isEmpty ? nil : values[$0] }
      guard zip(node.inputs, arguments).allSatisfy({ $0.isEmpty || $1 != nil }),
        let results = try? Folder(node: node, inputs: arguments, opset: opset).fold()
      else { continue }
      for (name, result) in zip(node.outputs, results) where !name.isEmpty { values[name] = result }
    }
  }

  /// h after each frame, by the float interpreter.
  static func hidden(
    of cell: RecognisedCell, frames: [[Float]], initialHidden: [Float], initialCell: [Float]
  ) throws -> [[Float]] {
    var graph = Graph()
    let width = cell.inputs.count
    let input = graph.addInput("x", frame: FrameShape(channels: width))
    var recurrent = cell.recurrent(columns: Array(0..<width), width: width)
    recurrent.initialHidden = initialHidden
    recurrent.initialCell = cell.kind == .lstm ? initialCell : nil
    graph.addOutput("h", try graph.add(.recurrent(recurrent), [input], name: "cell"))
    let result = try Interpreter(graph: graph).run([frames.flatMap { $0 }])[0]
    return frames.indices.map { Array(result[$0 * cell.units..<($0 + 1) * cell.units]) }
  }

  static func agree(_ a: [Float], _ b: [Float]) -> Bool {
    guard a.count == b.count else { return false }
    let scale = b.reduce(Float(1)) { max($0, abs($1)) }
    return zip(a, b).allSatisfy { abs($0 - $1) <= tolerance * scale }
  }
}
