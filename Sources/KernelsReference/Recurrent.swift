import CKernelSet

// One time step of a recurrent layer, unit by unit: from the sums of all gate rows to the new state.

/// An activation function of a recurrent layer; its argument is first clipped where the layer says so.
func gate(_ activation: crnn_activation, _ clip: Float, _ x: Float) -> Float {
  let clipped = clip > 0 ? clamp(x, -clip, clip) : x
  return apply(activation, slope: activation.alpha, to: clipped)
}

/// +0 where |x| < 2⁻¹⁰⁰, so that a state that fades away never becomes subnormal.
func flush(_ x: Float) -> Float { x.magnitude < 0x1p-100 ? 0 : x }

@c @implementation
func crnn_kernel_lstm(_ step: UnsafePointer<crnn_recurrent_step>) {
  let s = step.pointee
  let units = s.units
  var j = 0
  while j < units {
    var input = s.input[j] + s.hidden[j]
    var output = s.input[units &+ j] + s.hidden[units &+ j]
    var forget = s.input[2 &* units &+ j] + s.hidden[2 &* units &+ j]
    let cell = s.input[3 &* units &+ j] + s.hidden[3 &* units &+ j]
    if let peephole = s.peephole {
      input = input + peephole[j] * s.c[j]
      forget = forget + peephole[2 &* units &+ j] * s.c[j]
    }
    let i = gate(s.gate, s.clip, input)
    let f = gate(s.gate, s.clip, forget)
    let n = gate(s.cell, s.clip, cell)
    let c = flush(f * s.c[j] + i * n)
    if let peephole = s.peephole { output = output + peephole[units &+ j] * c }
    let o = gate(s.gate, s.clip, output)
    s.c[j] = c
    s.h[j] = flush(o * gate(s.output, s.clip, c))
    j &+= 1
  }
}

@c @implementation
func crnn_kernel_gru_after(_ step: UnsafePointer<crnn_recurrent_step>) {
  let s = step.pointee
  let units = s.units
  var j = 0
  while j < units {
    let z = gate(s.gate, s.clip, s.input[j] + s.hidden[j])
    let r = gate(s.gate, s.clip, s.input[units &+ j] + s.hidden[units &+ j])
    let n = gate(s.cell, s.clip, s.input[2 &* units &+ j] + r * s.hidden[2 &* units &+ j])
    s.h[j] = flush((1 - z) * n + z * s.h[j])
    j &+= 1
  }
}

@c @implementation
func crnn_kernel_gru_gates(_ step: UnsafePointer<crnn_recurrent_step>, _ resetHidden: UnsafeMutablePointer<Float>) {
  let s = step.pointee
  let units = s.units
  var j = 0
  while j < units {
    let z = gate(s.gate, s.clip, s.input[j] + s.hidden[j])
    let r = gate(s.gate, s.clip, s.input[units &+ j] + s.hidden[units &+ j])
    s.c[j] = z
    resetHidden[j] = r * s.h[j]
    j &+= 1
  }
}

@c @implementation
func crnn_kernel_gru_candidate(_ step: UnsafePointer<crnn_recurrent_step>) {
  let s = step.pointee
  let units = s.units
  guard let candidate = s.candidate else { return }
  var j = 0
  while j < units {
    let n = gate(s.cell, s.clip, s.input[2 &* units &+ j] + candidate[j])
    s.h[j] = flush((1 - s.c[j]) * n + s.c[j] * s.h[j])
    j &+= 1
  }
}

@c @implementation
func crnn_kernel_simple(_ step: UnsafePointer<crnn_recurrent_step>) {
  let s = step.pointee
  var j = 0
  while j < s.units {
    s.h[j] = flush(gate(s.cell, s.clip, s.input[j] + s.hidden[j]))
    j &+= 1
  }
}
