import CCRNN
import CKernels
import Testing

@Suite("Recurrent steps")
struct RecurrentTests {
  /// The arrays of one step, each against a page that may not be touched.
  final class Step {
    let input: GuardedMemory<Float>
    let hidden: GuardedMemory<Float>
    /// What stands in `hidden` before each step: a kernel may write to it.
    private let hiddenSums: [Float]
    let candidate: GuardedMemory<Float>
    let peephole: GuardedMemory<Float>?
    let h: GuardedMemory<Float>
    let c: GuardedMemory<Float>
    let resetHidden: GuardedMemory<Float>
    var description: crnn_recurrent_step

    init(units: Int, gates: Int, peephole hasPeephole: Bool, wild: Bool, seed: Int) {
      var random = RandomValues(seed: UInt64(seed))
      func memory(_ count: Int) -> GuardedMemory<Float> {
        GuardedMemory(wild ? random.wildFloats(count: count) : random.floats(-4...4, count: count))
      }
      input = memory(gates * units)
      hidden = memory(gates * units)
      hiddenSums = (0..<gates * units).map { [hidden] in hidden.base[$0] }
      candidate = memory(units)
      peephole = hasPeephole ? memory(3 * units) : nil
      h = memory(units)
      c = memory(units)
      resetHidden = memory(units)
      description = crnn_recurrent_step(
        units: units, gate: ActivationTests.activation(CRNN_ACTIVATION_SIGMOID),
        cell: ActivationTests.activation(CRNN_ACTIVATION_TANH),
        output: ActivationTests.activation(CRNN_ACTIVATION_TANH),
        clip: 0, input: UnsafePointer(input.base), hidden: hidden.base,
        candidate: UnsafePointer(candidate.base), peephole: peephole.map { UnsafePointer($0.base) }, h: h.base,
        c: c.base)
    }

    func restoreHiddenSums() { hidden.base.update(from: hiddenSums, count: hiddenSums.count) }
  }

  private struct Variant {
    var gate = ActivationTests.activation(CRNN_ACTIVATION_SIGMOID)
    var cell = ActivationTests.activation(CRNN_ACTIVATION_TANH)
    var output = ActivationTests.activation(CRNN_ACTIVATION_TANH)
    var clip: Float = 0
  }

  private static var variants: [Variant] {
    [
      Variant(), Variant(clip: 1.5),
      Variant(gate: ActivationTests.activation(CRNN_ACTIVATION_HARD_SIGMOID, 0.2, 0.5)),
      Variant(
        gate: ActivationTests.activation(CRNN_ACTIVATION_AFFINE, 0.25, 0.5),
        cell: ActivationTests.activation(CRNN_ACTIVATION_RELU),
        output: ActivationTests.activation(CRNN_ACTIVATION_SOFTSIGN)),
      Variant(
        cell: ActivationTests.activation(CRNN_ACTIVATION_LEAKY_RELU, 0.1),
        output: ActivationTests.activation(CRNN_ACTIVATION_SCALED_TANH, 1.7159, 0.6667), clip: 3),
    ]
  }

  private typealias Body = (crnn_kernels, UnsafePointer<crnn_recurrent_step>, UnsafeMutablePointer<Float>) -> Void

  /// Runs a step with both sets on equal arrays, several times over, and compares the states.
  private func check(_ set: KernelSet, gates: Int, peephole: Bool = false, _ body: Body) {
    for (seed, units) in awkwardCounts.enumerated() {
      for variant in Self.variants {
        for wild in [false, true] {
          func run(_ kernels: crnn_kernels) -> Step {
            let step = Step(units: units, gates: gates, peephole: peephole, wild: wild, seed: seed)
            step.description.gate = variant.gate
            step.description.cell = variant.cell
            step.description.output = variant.output
            step.description.clip = variant.clip
            for _ in 0..<2 {
              step.restoreHiddenSums()
              withUnsafePointer(to: step.description) { body(kernels, $0, step.resetHidden.base) }
            }
            return step
          }
          let actual = run(set.kernels)
          let expected = run(KernelSet.reference.kernels)
          let context = "units \(units), \(variant), wild \(wild)"
          expectSame(actual.h, expected.h, "h, " + context)
          expectSame(actual.c, expected.c, "c, " + context)
          expectSame(actual.resetHidden, expected.resetHidden, "r h, " + context)
        }
      }
    }
  }

  @Test("LSTM", arguments: KernelSet.optimized, [false, true])
  func lstm(_ set: KernelSet, peephole: Bool) {
    check(set, gates: 4, peephole: peephole) { kernels, step, _ in kernels.lstm(step) }
  }

  @Test("GRU, reset after", arguments: KernelSet.optimized)
  func gruAfter(_ set: KernelSet) { check(set, gates: 3) { kernels, step, _ in kernels.gru_after(step) } }

  @Test("GRU, reset before", arguments: KernelSet.optimized)
  func gruBefore(_ set: KernelSet) {
    check(set, gates: 3) { kernels, step, resetHidden in kernels.gru_gates(step, resetHidden) }
    check(set, gates: 3) { kernels, step, _ in kernels.gru_candidate(step) }
  }

  @Test("Simple", arguments: KernelSet.optimized)
  func simple(_ set: KernelSet) { check(set, gates: 1) { kernels, step, _ in kernels.simple(step) } }
}
