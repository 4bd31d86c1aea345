import CCRNN

/// A caller's array, checked against a port: time × frame.
struct ArrayView {
  let data: UnsafeMutableRawPointer
  let dtype: crnn_dtype
  let frames: Int64
  /// Bytes from frame to frame, and from element to element along the frame's axes.
  let frameStride: Int
  let shape: (Int, Int, Int, Int)
  let stride: (Int, Int, Int, Int)
  let rank: Int
  /// The elements of a frame lie side by side.
  let isDense: Bool
  let elements: Int
  let elementSize: Int
  /// The frames, too.
  var isContiguous: Bool { isDense && (frames <= 1 || frameStride == elements &* elementSize) }

  /// Checks an array; `result` becomes the view of it. An optional view would be copied from hand to hand.
  static func make(
    _ array: UnsafePointer<crnn_array>?, _ port: UnsafePointer<crnn_port_record>, _ name: UnsafePointer<CChar>,
    _ result: inout ArrayView, _ error: UnsafeMutablePointer<crnn_error>?
  ) -> crnn_status {
    guard let array, array.pointee.struct_size >= MemoryLayout<crnn_array>.size else {
      return Message(error, CRNN_ERROR_ARGUMENT).text("port ").name(name)
        .text(": the array is NULL or its struct_size is not set").status
    }
    let rank = Int(port.pointee.rank)
    guard Int(array.pointee.rank) == rank &+ 1 else {
      return Message(error, CRNN_ERROR_SHAPE).text("port ").name(name).text(" takes arrays of rank ").number(rank &+ 1)
        .text(" (time, then the frame), not ").number(Int(array.pointee.rank)).status
    }
    let size: Int
    switch array.pointee.dtype {
    case CRNN_U8: size = 1
    case CRNN_S16: size = 2
    case CRNN_F32, CRNN_S32: size = 4
    default:
      return Message(error, CRNN_ERROR_TYPE).text("port ").name(name).text(": unknown element type ").number(
        Int(array.pointee.dtype)
      )
      .status
    }
    let s = port.pointee.shape
    let shape = (
      rank > 0 ? Int(s.0) : 1, rank > 1 ? Int(s.1) : 1, rank > 2 ? Int(s.2) : 1, rank > 3 ? Int(s.3) : 1
    )
    let given = array.pointee.shape
    let axes = frameAxes((given.1, given.2, given.3, given.4), rank, otherwise: 1)
    guard given.0 >= 0, given.0 <= 1 << 40 else {
      return Message(error, CRNN_ERROR_SHAPE).text("port ").name(name).text(": an array cannot have ").number(given.0)
        .text(" frames along its first axis, time").status
    }
    guard axes == shape else {
      var message = Message(error, CRNN_ERROR_SHAPE).text("port ").name(name).text(" takes frames of shape (")
      if rank > 0 { message = message.number(shape.0) }
      if rank > 1 { message = message.text(", ").number(shape.1) }
      if rank > 2 { message = message.text(", ").number(shape.2) }
      if rank > 3 { message = message.text(", ").number(shape.3) }
      return message.text("); the array's axes after time differ").status
    }
    let elements = shape.0 &* shape.1 &* shape.2 &* shape.3
    guard let data = array.pointee.data ?? (given.0 == 0 ? UnsafeMutableRawPointer(bitPattern: 16) : nil) else {
      return Message(error, CRNN_ERROR_ARGUMENT).text("port ").name(name).text(": the array's data are NULL").status
    }
    let dense = (
      shape.1 &* shape.2 &* shape.3 &* size, shape.2 &* shape.3 &* size, shape.3 &* size, size
    )
    let t = array.pointee.stride
    let isDefault = t.0 == 0 && t.1 == 0 && t.2 == 0 && t.3 == 0 && t.4 == 0
    let stride = isDefault ? dense : frameAxes((t.1, t.2, t.3, t.4), rank, otherwise: 0)
    let frameStride = isDefault ? elements &* size : Int(truncatingIfNeeded: t.0)
    let isAligned =
      (UInt(bitPattern: data) | UInt(bitPattern: frameStride | stride.0 | stride.1 | stride.2 | stride.3))
      & UInt(size &- 1) == 0
    guard isAligned else {
      return Message(error, CRNN_ERROR_ALIGNMENT).text("port ").name(name)
        .text(": the array's data or strides are not aligned to its element").status
    }
    let isDense =
      (shape.0 == 1 || stride.0 == dense.0) && (shape.1 == 1 || stride.1 == dense.1)
      && (shape.2 == 1 || stride.2 == dense.2) && (shape.3 == 1 || stride.3 == dense.3)
    result = ArrayView(
      data: data, dtype: array.pointee.dtype, frames: given.0, frameStride: frameStride, shape: shape, stride: stride,
      rank: rank, isDense: isDense, elements: elements, elementSize: size)
    return CRNN_OK
  }

  /// What an array says of the axes after time; `otherwise` for those that the port does not have.
  @inline(never)
  private static func frameAxes(
    _ values: (Int64, Int64, Int64, Int64), _ rank: Int, otherwise: Int
  ) -> (Int, Int, Int, Int) {
    (
      rank > 0 ? Int(clamping: values.0) : otherwise, rank > 1 ? Int(clamping: values.1) : otherwise,
      rank > 2 ? Int(clamping: values.2) : otherwise, rank > 3 ? Int(clamping: values.3) : otherwise
    )
  }

  /// No array: what `make` is to fill in.
  @inline(__always)
  static func none(_ anywhere: UnsafeMutableRawPointer) -> ArrayView {
    ArrayView(
      data: anywhere, dtype: 0, frames: 0, frameStride: 0, shape: (0, 0, 0, 0), stride: (0, 0, 0, 0), rank: 0,
      isDense: true, elements: 0, elementSize: 0)
  }

  func frame(_ index: Int64) -> UnsafeMutableRawPointer { data + Int(truncatingIfNeeded: index) &* frameStride }

  /// Where element `i` of a frame lies, in bytes from its start.
  @inline(__always)
  func offset(_ i: Int) -> Int {
    if isDense { return i &* elementSize }
    let d = i &% shape.3
    let c = i &/ shape.3 &% shape.2
    let b = i &/ (shape.3 &* shape.2) &% shape.1
    let a = i &/ (shape.3 &* shape.2 &* shape.1)
    return a &* stride.0 &+ b &* stride.1 &+ c &* stride.2 &+ d &* stride.3
  }
}
