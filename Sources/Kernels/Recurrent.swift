import CCRNN
import CKernelSet

// One time step of a recurrent layer, eight units at a time: from the sums of all gate rows to the new state.
//
// Each kernel's body is compiled twice: `usual` (a literal) stands for sigmoid gates, tanh elsewhere and no clip, which nearly
// every trained network has and which then stays inline.

@inline(__always)
private func isUsual(_ s: crnn_recurrent_step) -> Bool {
  Int(s.gate.kind) == CRNN_ACTIVATION_SIGMOID && Int(s.cell.kind) == CRNN_ACTIVATION_TANH
    && Int(s.output.kind) == CRNN_ACTIVATION_TANH && !(s.clip > 0)
}

@inline(__always)
private func general(_ activation: crnn_activation, _ clip: Float, _ x: Vector) -> Vector {
  let clipped = clip > 0 ? clamp(x, all(-clip), all(clip)) : x
  return apply(activation, slope: all(activation.alpha), to: clipped)
}

@inline(__always)
private func gate(_ usual: Bool, _ s: crnn_recurrent_step, _ x: Vector) -> Vector {
  usual ? sigmoid(x) : general(s.gate, s.clip, x)
}

@inline(__always)
private func cell(_ usual: Bool, _ s: crnn_recurrent_step, _ x: Vector) -> Vector {
  usual ? hyperbolicTangent(x) : general(s.cell, s.clip, x)
}

@inline(__always)
private func output(_ usual: Bool, _ s: crnn_recurrent_step, _ x: Vector) -> Vector {
  usual ? hyperbolicTangent(x) : general(s.output, s.clip, x)
}

/// +0 where |x| < 2⁻¹⁰⁰, so that a state that fades away never becomes subnormal.
@inline(__always)
private func flush(_ x: Vector) -> Vector { crnn_where_greater(all(0x1p-100), magnitude(x), all(0), x) }

@inline(__always)
private func lstm(_ usual: Bool, _ s: crnn_recurrent_step) {
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
    let newCell = flush(gate(usual, s, forgetSum) * c + gate(usual, s, inputSum) * cell(usual, s, cellSum))
    if let peephole = s.peephole { outputSum = outputSum + load(peephole + o, remaining) * newCell }
    store(newCell, s.c + j, remaining)
    store(flush(gate(usual, s, outputSum) * output(usual, s, newCell)), s.h + j, remaining)
    j &+= 8
  }
}

@c @implementation
func crnn_kernel_lstm(_ step: UnsafePointer<crnn_recurrent_step>) {
  if isUsual(step.pointee) { lstm(true, step.pointee) } else { lstm(false, step.pointee) }
}

@inline(__always)
private func gruAfter(_ usual: Bool, _ s: crnn_recurrent_step) {
  let units = s.units
  var j = 0
  while j < units {
    let remaining = units &- j
    let r = units &+ j
    let n = r &+ units
    let update = gate(usual, s, load(s.input + j, remaining) + load(s.hidden + j, remaining))
    let reset = gate(usual, s, load(s.input + r, remaining) + load(s.hidden + r, remaining))
    let candidate = cell(usual, s, load(s.input + n, remaining) + reset * load(s.hidden + n, remaining))
    store(mix(update, candidate, load(s.h + j, remaining)), s.h + j, remaining)
    j &+= 8
  }
}

@inline(__always)
private func mix(_ update: Vector, _ candidate: Vector, _ h: Vector) -> Vector {
  flush((all(1) - update) * candidate + update * h)
}

@c @implementation
func crnn_kernel_gru_after(_ step: UnsafePointer<crnn_recurrent_step>) {
  if isUsual(step.pointee) { gruAfter(true, step.pointee) } else { gruAfter(false, step.pointee) }
}

@inline(__always)
private func gruGates(_ usual: Bool, _ s: crnn_recurrent_step, _ resetHidden: UnsafeMutablePointer<Float>) {
  let units = s.units
  var j = 0
  while j < units {
    let remaining = units &- j
    let r = units &+ j
    let update = gate(usual, s, load(s.input + j, remaining) + load(s.hidden + j, remaining))
    let reset = gate(usual, s, load(s.input + r, remaining) + load(s.hidden + r, remaining))
    store(update, s.c + j, remaining)
    store(reset * load(s.h + j, remaining), resetHidden + j, remaining)
    j &+= 8
  }
}

@c @implementation
func crnn_kernel_gru_gates(_ step: UnsafePointer<crnn_recurrent_step>, _ resetHidden: UnsafeMutablePointer<Float>) {
  if isUsual(step.pointee) {
    gruGates(true, step.pointee, resetHidden)
  } else {
    gruGates(false, step.pointee, resetHidden)
  }
}

@inline(__always)
private func gruCandidate(_ usual: Bool, _ s: crnn_recurrent_step, _ candidateSums: UnsafePointer<Float>) {
  let units = s.units
  var j = 0
  while j < units {
    let remaining = units &- j
    let sum = load(s.input + 2 &* units + j, remaining) + load(candidateSums + j, remaining)
    store(mix(load(s.c + j, remaining), cell(usual, s, sum), load(s.h + j, remaining)), s.h + j, remaining)
    j &+= 8
  }
}

@c @implementation
func crnn_kernel_gru_candidate(_ step: UnsafePointer<crnn_recurrent_step>) {
  guard let candidate = step.pointee.candidate else { return }
  if isUsual(step.pointee) {
    gruCandidate(true, step.pointee, candidate)
  } else {
    gruCandidate(false, step.pointee, candidate)
  }
}

@c @implementation
func crnn_kernel_simple(_ step: UnsafePointer<crnn_recurrent_step>) {
  let s = step.pointee
  var j = 0
  while j < s.units {
    let remaining = s.units &- j
    let sum = load(s.input + j, remaining) + load(s.hidden + j, remaining)
    store(flush(general(s.cell, s.clip, sum)), s.h + j, remaining)
    j &+= 8
  }
}
