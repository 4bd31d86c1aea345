import CCRNN
import CKernelSet

// One time step of a recurrent layer, a vector of units at a time: from the sums of all gate rows to the new state.
//
// Each kernel's body is compiled twice, for the usual functions, which then stay inline, and for any; where size matters more, once, or
// the second time only in the module that `CRNN_KERNEL_UNUSUAL` names.

/// The activation functions of a step.
private protocol StepFunctions {
  static func gate(_ s: crnn_recurrent_step, _ x: Vector) -> Vector
  static func cell(_ s: crnn_recurrent_step, _ x: Vector) -> Vector
  static func output(_ s: crnn_recurrent_step, _ x: Vector) -> Vector
}

#if !CRNN_UNUSUAL

  /// Those that the step names.
  private enum AnyFunctions: StepFunctions {
    @inline(__always) static func gate(_ s: crnn_recurrent_step, _ x: Vector) -> Vector { call(s.gate, s.clip, x) }
    @inline(__always) static func cell(_ s: crnn_recurrent_step, _ x: Vector) -> Vector { call(s.cell, s.clip, x) }
    @inline(__always) static func output(_ s: crnn_recurrent_step, _ x: Vector) -> Vector { call(s.output, s.clip, x) }

    @inline(__always)
    private static func call(_ activation: crnn_activation, _ clip: Float, _ x: Vector) -> Vector {
      var y = clip > 0 ? clamp(x, all(-clip), all(clip)) : x
      apply(activation, to: &y)
      return y
    }
  }

#endif

#if CRNN_SMALL
  private typealias UsualFunctions = AnyFunctions
#else
  /// Sigmoid for gates, tanh elsewhere, no clip: nearly every trained network.
  private enum UsualFunctions: StepFunctions {
    @inline(__always) static func gate(_ s: crnn_recurrent_step, _ x: Vector) -> Vector { sigmoid(x) }
    @inline(__always) static func cell(_ s: crnn_recurrent_step, _ x: Vector) -> Vector { hyperbolicTangent(x) }
    @inline(__always) static func output(_ s: crnn_recurrent_step, _ x: Vector) -> Vector { hyperbolicTangent(x) }
  }
#endif

@inline(__always)
private func hasUsualGates(_ s: crnn_recurrent_step) -> Bool {
  Int(s.gate.kind) == CRNN_ACTIVATION_SIGMOID && Int(s.cell.kind) == CRNN_ACTIVATION_TANH && !(s.clip > 0)
}

/// +0 where |x| < 2⁻¹⁰⁰, so that a state that fades away never becomes subnormal.
@inline(__always)
private func flush(_ x: Vector) -> Vector { whereGreater(all(0x1p-100), x.magnitude, all(0), x) }

/// In two passes, since tanh of the new cell waits for everything before it: apart, the processor overlaps more units.
/// Between them, h holds the output gate.
@inline(never)
private func lstm<F: StepFunctions>(_ functions: F.Type, _ step: UnsafePointer<crnn_recurrent_step>) {
  let s = step.pointee
  let units = s.units
  var j = 0
  while j < units {
    let remaining = units &- j
    let o = units &+ j
    let f = o &+ units
    let n = f &+ units
    let c = load(s.c + j, remaining)
    var inputSum = load(s.input + j, remaining) + load(s.hidden + j, remaining)
    var outputSum = load(s.input + o, remaining) + load(s.hidden + o, remaining)
    var forgetSum = load(s.input + f, remaining) + load(s.hidden + f, remaining)
    let cellSum = load(s.input + n, remaining) + load(s.hidden + n, remaining)
    if let peephole = s.peephole {
      inputSum = inputSum + load(peephole + j, remaining) * c
      forgetSum = forgetSum + load(peephole + f, remaining) * c
    }
    let newCell = flush(F.gate(s, forgetSum) * c + F.gate(s, inputSum) * F.cell(s, cellSum))
    if let peephole = s.peephole { outputSum = outputSum + load(peephole + o, remaining) * newCell }
    store(newCell, s.c + j, remaining)
    store(F.gate(s, outputSum), s.h + j, remaining)
    j &+= Vector.count
  }
  j = 0
  while j < units {
    let remaining = units &- j
    let result = F.output(s, load(s.c + j, remaining))
    store(flush(load(s.h + j, remaining) * result), s.h + j, remaining)
    j &+= Vector.count
  }
}

@c @implementation
func crnn_kernel_lstm(_ step: UnsafePointer<crnn_recurrent_step>) {
  if hasUsualGates(step.pointee) && Int(step.pointee.output.kind) == CRNN_ACTIVATION_TANH {
    lstm(UsualFunctions.self, step)
  } else {
    #if CRNN_UNUSUAL
      crnn_unusual_lstm(step)
    #else
      lstm(AnyFunctions.self, step)
    #endif
  }
}

/// In two passes like the LSTM; between them, the hidden sums give way to update gates and arguments of the candidates.
@inline(never)
private func gruAfter<F: StepFunctions>(
  _ functions: F.Type, _ step: UnsafePointer<crnn_recurrent_step>
) {
  let s = step.pointee
  let units = s.units
  var j = 0
  while j < units {
    let remaining = units &- j
    let r = units &+ j
    let n = r &+ units
    let update = F.gate(s, load(s.input + j, remaining) + load(s.hidden + j, remaining))
    let reset = F.gate(s, load(s.input + r, remaining) + load(s.hidden + r, remaining))
    store(load(s.input + n, remaining) + reset * load(s.hidden + n, remaining), s.hidden + n, remaining)
    store(update, s.hidden + j, remaining)
    j &+= Vector.count
  }
  j = 0
  while j < units {
    let remaining = units &- j
    let candidate = F.cell(s, load(s.hidden + 2 &* units + j, remaining))
    store(mix(load(s.hidden + j, remaining), candidate, load(s.h + j, remaining)), s.h + j, remaining)
    j &+= Vector.count
  }
}

@inline(__always)
private func mix(_ update: Vector, _ candidate: Vector, _ h: Vector) -> Vector {
  flush((all(1) - update) * candidate + update * h)
}

@c @implementation
func crnn_kernel_gru_after(_ step: UnsafePointer<crnn_recurrent_step>) {
  if hasUsualGates(step.pointee) {
    gruAfter(UsualFunctions.self, step)
  } else {
    #if CRNN_UNUSUAL
      crnn_unusual_gru_after(step)
    #else
      gruAfter(AnyFunctions.self, step)
    #endif
  }
}

@inline(never)
private func gruGates<F: StepFunctions>(
  _ functions: F.Type, _ step: UnsafePointer<crnn_recurrent_step>, _ resetHidden: UnsafeMutablePointer<Float>
) {
  let s = step.pointee
  let units = s.units
  var j = 0
  while j < units {
    let remaining = units &- j
    let r = units &+ j
    let update = F.gate(s, load(s.input + j, remaining) + load(s.hidden + j, remaining))
    let reset = F.gate(s, load(s.input + r, remaining) + load(s.hidden + r, remaining))
    store(update, s.c + j, remaining)
    store(reset * load(s.h + j, remaining), resetHidden + j, remaining)
    j &+= Vector.count
  }
}

@c @implementation
func crnn_kernel_gru_gates(_ step: UnsafePointer<crnn_recurrent_step>, _ resetHidden: UnsafeMutablePointer<Float>) {
  if hasUsualGates(step.pointee) {
    gruGates(UsualFunctions.self, step, resetHidden)
  } else {
    #if CRNN_UNUSUAL
      crnn_unusual_gru_gates(step, resetHidden)
    #else
      gruGates(AnyFunctions.self, step, resetHidden)
    #endif
  }
}

@inline(never)
private func gruCandidate<F: StepFunctions>(
  _ functions: F.Type, _ step: UnsafePointer<crnn_recurrent_step>, _ candidateSums: UnsafePointer<Float>
) {
  let s = step.pointee
  let units = s.units
  var j = 0
  while j < units {
    let remaining = units &- j
    let sum = load(s.input + 2 &* units + j, remaining) + load(candidateSums + j, remaining)
    store(mix(load(s.c + j, remaining), F.cell(s, sum), load(s.h + j, remaining)), s.h + j, remaining)
    j &+= Vector.count
  }
}

@c @implementation
func crnn_kernel_gru_candidate(_ step: UnsafePointer<crnn_recurrent_step>) {
  guard let candidate = step.pointee.candidate else { return }
  if hasUsualGates(step.pointee) {
    gruCandidate(UsualFunctions.self, step, candidate)
  } else {
    #if CRNN_UNUSUAL
      crnn_unusual_gru_candidate(step)
    #else
      gruCandidate(AnyFunctions.self, step, candidate)
    #endif
  }
}

@c @implementation
func crnn_kernel_simple(_ step: UnsafePointer<crnn_recurrent_step>) {
  #if CRNN_UNUSUAL
    crnn_unusual_simple(step)
  #else
    let s = step.pointee
    var j = 0
    while j < s.units {
      let remaining = s.units &- j
      let sum = load(s.input + j, remaining) + load(s.hidden + j, remaining)
      store(flush(AnyFunctions.cell(s, sum)), s.h + j, remaining)
      j &+= Vector.count
    }
  #endif
}
