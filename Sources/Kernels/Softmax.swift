import CKernelSet

// The maximum is searched in all lanes of a vector at once, all of which start with the first value: the order matters only where
// the first value is NaN, which no comparison then replaces in any lane, or between zeros of both signs, which give the
// same bits. The sum is taken from the first to the last, as docs/numerics.md says.

@c @implementation
func crnn_kernel_softmax(_ y: UnsafeMutablePointer<Float>, _ count: Int, _ logarithmic: Int32) {
  if count < 1 { return }
  let largest = all(largestValue(y, count))
  var sum: Float = 0
  var i = 0
  while i < count {
    let remaining = count &- i
    let difference = load(y + i, remaining) - largest
    let power = exponential(difference)
    sum = crnn_add_in_order(sum, power.lanes, remaining)
    store(logarithmic != 0 ? difference : power, y + i, remaining)
    i &+= Vector.count
  }
  i = 0
  if logarithmic != 0 {
    let logarithmOfSum = logarithm(all(sum))
    while i < count {
      let remaining = count &- i
      store(load(y + i, remaining) - logarithmOfSum, y + i, remaining)
      i &+= Vector.count
    }
  } else {
    while i < count {
      let remaining = count &- i
      store(load(y + i, remaining) / all(sum), y + i, remaining)
      i &+= Vector.count
    }
  }
}

@inline(__always)
private func largestValue(_ y: UnsafeMutablePointer<Float>, _ count: Int) -> Float {
  var lanes = all(y[0])
  var i = 0
  while i &+ Vector.count <= count {
    lanes = maximum(load(y + i, Vector.count), lanes)
    i &+= Vector.count
  }
  var largest = crnn_largest_lane(lanes.lanes)
  while i < count {
    largest = y[i] > largest ? y[i] : largest
    i &+= 1
  }
  return largest
}
