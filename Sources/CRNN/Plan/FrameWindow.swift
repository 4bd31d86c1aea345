import CCRNN

/// Which frames of an input one frame of an output comes from: output frame i sees input frames i · stride + low …
/// i · stride + high, and is complete, at the latest, once frame i · stride + ready has come.
///
/// What recurrent layers remember and what is reduced over time lies outside the window; that such a thing stands in between is
/// said beside it. Where every way leads through a reduction there is no window: `stride` is 0.
///
/// Files that contradict common sense may make these numbers wrap around; nothing in the runtime relies on them.
struct FrameWindow {
  var stride: Int64 = 0
  var low: Int64 = 0
  var high: Int64 = 0
  var ready: Int64 = 0
  /// The input has a part in the output at all.
  var depends = false
  /// All earlier frames of the input have a part in it too.
  var hasPast = false
  /// Nothing comes out before the input has ended.
  var needsEnd = false

  /// Output frame i comes from input frame i alone.
  static var same: FrameWindow { FrameWindow(stride: 1, depends: true) }

  /// All that comes out comes from the whole sequence.
  static var whole: FrameWindow { FrameWindow(depends: true, hasPast: true, needsEnd: true) }

  /// The window of an output of which this is the window over a tensor that has the window `tensor` over the input.
  func over(_ tensor: FrameWindow) -> FrameWindow {
    guard tensor.depends else { return tensor }
    var result = FrameWindow(
      depends: true, hasPast: hasPast || tensor.hasPast, needsEnd: needsEnd || tensor.needsEnd)
    guard stride != 0, tensor.stride != 0 else { return result }
    result.stride = stride &* tensor.stride
    result.low = low &* tensor.stride &+ tensor.low
    result.high = high &* tensor.stride &+ tensor.high
    result.ready = ready &* tensor.stride &+ tensor.ready
    return result
  }

  /// Takes in another way from the input to the output.
  mutating func join(_ other: FrameWindow) {
    guard other.depends else { return }
    depends = true
    hasPast = hasPast || other.hasPast
    needsEnd = needsEnd || other.needsEnd
    guard other.stride != 0 else { return }
    if stride == 0 {
      (stride, low, high, ready) = (other.stride, other.low, other.high, other.ready)
    } else {
      low = min(low, other.low)
      high = max(high, other.high)
      ready = max(ready, other.ready)
    }
  }
}

extension UnsafePointer where Pointee == PackedFile {
  /// Fills in `windows`: of tensor t over input port p at t · inputCount + p.
  func findWindows(_ windows: UnsafeMutablePointer<FrameWindow>) {
    let ports = pointee.inputCount
    var window = 0
    while window < pointee.tensorCount &* ports {
      (windows + window).initialize(to: FrameWindow())
      window &+= 1
    }
    var port = 0
    while port < ports {
      windows[Int(pointee.input(port).pointee.tensor) &* ports &+ port] = .same
      port &+= 1
    }
    var n = 0
    while n < pointee.nodeCount {
      let node = self.node(n)
      let timing = NodeTiming(node.record)
      let output = windows + node.outputIndex &* ports
      var i = 0
      while i < node.inputCount {
        let window = timing.window(input: i)
        let input = windows + node.inputIndex(i) &* ports
        port = 0
        while port < ports {
          output[port].join(window.over(input[port]))
          port &+= 1
        }
        i &+= 1
      }
      n &+= 1
    }
  }
}
