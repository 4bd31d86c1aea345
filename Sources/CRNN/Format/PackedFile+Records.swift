import CCRNN

extension PackedFile {
  /// Checks tensors, ports, texts and the extents of constants.
  mutating func checkRecords(_ error: UnsafeMutablePointer<crnn_error>?) -> crnn_status {
    var i = 0
    while i < tensorCount {
      guard isValid(tensors[i]) else { return PackedFile.malformed(error, "a tensor has impossible extents") }
      i &+= 1
    }
    let portStatus = checkPorts(error)
    if portStatus != CRNN_OK { return portStatus }
    i = 0
    while i < 2 &* metadataCount {
      guard Int(metadata[i]) < stringBytes else { return PackedFile.malformed(error, "a text lies outside") }
      i &+= 1
    }
    i = 0
    while i < blobCount {
      let blob = blobs[i]
      // In a prefix the weights are not there to look at, but their extent is known.
      guard blob.offset & 63 == 0, blob.offset <= UInt64(weightBytes), blob.length <= UInt64(weightBytes) &- blob.offset
      else { return PackedFile.malformed(error, "constants lie outside") }
      i &+= 1
    }
    return CRNN_OK
  }

  private func isValid(_ tensor: crnn_tensor_record) -> Bool {
    guard Int(tensor.name) < stringBytes else { return false }
    let limit: UInt32 = 1 << 24
    guard tensor.height > 0, tensor.width > 0, tensor.channels > 0, tensor.height <= limit, tensor.width <= limit,
      tensor.channels <= limit
    else { return false }
    let elements = UInt64(tensor.height) &* UInt64(tensor.width) &* UInt64(tensor.channels)
    // Products of three numbers up to 2^24 can wrap; the first two cannot.
    guard UInt64(tensor.height) &* UInt64(tensor.width) <= UInt64(limit), elements <= UInt64(limit) else {
      return false
    }
    guard tensor.rate_denominator > 0 else { return false }
    let size: UInt64
    switch Int(tensor.store) {
    case CRNN_STORE_U8:
      size = 1
      guard tensor.code_minimum >= 0, tensor.code_maximum <= 255 else { return false }
    case CRNN_STORE_S16:
      size = 2
      guard tensor.code_minimum >= -32767, tensor.code_maximum <= 32767, tensor.zero_point == 0 else { return false }
    case CRNN_STORE_F32: size = 4
    case CRNN_STORE_S32: size = 4
    default: return false
    }
    let stored = Int(tensor.store)
    if stored == CRNN_STORE_U8 || stored == CRNN_STORE_S16 {
      guard tensor.code_minimum <= tensor.zero_point, tensor.zero_point <= tensor.code_maximum else { return false }
    }
    return UInt64(tensor.frame_stride) == crnn_frame_stride(elements &* size)
  }

  private mutating func checkPorts(_ error: UnsafeMutablePointer<crnn_error>?) -> crnn_status {
    let count = inputCount
    var inputs = 0
    var i = 0
    while i < count {
      let port = ports[i]
      guard Int(port.name) < stringBytes, Int(port.tensor) < tensorCount, port.rank <= 4 else {
        return PackedFile.malformed(error, "a port has no tensor")
      }
      // Of numbers of 32 bits, so that no product overflows.
      var elements: UInt64 = 1
      let shape = port.shape
      if port.rank > 0 { elements &*= UInt64(shape.0) }
      if port.rank > 1 { elements &*= UInt64(shape.1) }
      var isSmall = elements >> 32 == 0
      if port.rank > 2 { elements &*= UInt64(shape.2) }
      isSmall = isSmall && elements >> 32 == 0
      if port.rank > 3 { elements &*= UInt64(shape.3) }
      let tensor = tensors[Int(port.tensor)]
      guard isSmall, elements == UInt64(tensor.height) &* UInt64(tensor.width) &* UInt64(tensor.channels) else {
        return PackedFile.malformed(error, "a port's shape is not its tensor's")
      }
      if Int(port.direction) == CRNN_PORT_INPUT {
        guard inputs == i else { return PackedFile.malformed(error, "an input port stands behind an output port") }
        inputs &+= 1
      } else if Int(port.direction) != CRNN_PORT_OUTPUT {
        return PackedFile.malformed(error, "a port is neither input nor output")
      }
      // What was pulled is counted for each tensor.
      var other = inputs
      while other < i {
        guard ports[other].tensor != port.tensor else {
          return PackedFile.malformed(error, "two output ports have the same tensor")
        }
        other &+= 1
      }
      i &+= 1
    }
    inputCount = inputs
    outputCount = count &- inputs
    let fastest = TimeAnalysis.fastestRate(tensors, ports, count)
    i = 0
    while i < inputs {
      let tensor = tensors[Int(ports[i].tensor)]
      guard TimeAnalysis(port: tensor, fastest: fastest).isEqual(to: TimeAnalysis(tensor)) else {
        return PackedFile.malformed(error, "an input port has a wrong rate")
      }
      i &+= 1
    }
    guard inputs > 0, outputCount > 0 else { return PackedFile.malformed(error, "it has no input or no output") }
    return CRNN_OK
  }
}
