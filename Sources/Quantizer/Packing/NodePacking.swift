import CCRNN

/// Makes the record and the blobs of one node.
struct NodePacking {
  let network: QuantizedNetwork
  let index: Int

  var node: Node { network.graph.nodes[index] }
  var quantized: QuantizedNode { network.nodes[index] }
  private var operand: TensorQuantization { node.inputs.first.map { network.tensors[$0] } ?? .float }

  /// `record` has names and tensors already; blobs are appended in the order that the format states.
  func fill(_ record: inout crnn_node_record, _ blobs: inout BlobTable) throws {
    record.kernel = (1, 1, 1)
    record.stride = (1, 1, 1)
    record.dilation = (1, 1, 1)
    record.groups = 1
    record.segments = 1
    try setActivation(node.activation, &record)
    guard node.activation == .identity || node.acceptsActivation else {
      throw GraphError("\(node.name): this kind of node cannot have an activation of its own")
    }
    var parameters: [Int: Int] = [:]
    var reals: [Int: Float] = [:]

    switch node.operation {
    case .convolution(let convolution):
      try fill(&record, convolution, &blobs)
    case .dense:
      record.op = UInt32(CRNN_OP_DENSE)
      record.segments = try field(quantized.segments, node.name)
      try packing(quantized.matrices[0]).appendPanels(to: &blobs)
    case .pool(let pool):
      record.op = UInt32(CRNN_OP_POOL)
      try setGeometry(pool.geometry, &record)
      if pool.ceilingTime { record.flags |= UInt32(CRNN_NODE_CEILING) }
      switch pool.kind {
      case .maximum: parameters[0] = CRNN_POOL_MAXIMUM
      case .average(let countPadding):
        parameters[0] = CRNN_POOL_AVERAGE
        if countPadding { record.flags |= UInt32(CRNN_NODE_COUNT_PADDING) }
      case .lp(let p):
        parameters[0] = CRNN_POOL_LP
        reals[0] = p
      }
    case .recurrent(let recurrent):
      record.op = UInt32(CRNN_OP_RECURRENT)
      record.segments = try field(quantized.segments, node.name)
      if quantized.hasWideHidden { record.flags |= UInt32(CRNN_NODE_WIDE_HIDDEN) }
      if let view = recurrent.view {
        record.kernel.0 = try field(view.block + view.ahead, node.name)
        record.stride.0 = try field(view.block, node.name)
      }
      parameters = try recurrentParameters(recurrent)
      reals = recurrentReals(recurrent)
      try appendRecurrent(recurrent, &blobs)
    case .activation(let activation):
      record.op = UInt32(CRNN_OP_ACTIVATION)
      try setActivation(activation, &record)
    case .affine(let affine):
      record.op = UInt32(CRNN_OP_AFFINE)
      switch affine.repetition {
      case .perChannel: parameters[0] = CRNN_AFFINE_PER_CHANNEL
      case .perElement: parameters[0] = CRNN_AFFINE_PER_ELEMENT
      case .perTime(let frames): (parameters[0], parameters[1]) = (CRNN_AFFINE_PER_TIME, frames)
      case .perTimeAndElement(let frames):
        (parameters[0], parameters[1]) = (CRNN_AFFINE_PER_TIME_AND_ELEMENT, frames)
      }
      blobs.append(affine.scale)
      blobs.append(affine.shift)
    case .binary(let operation):
      record.op = UInt32(CRNN_OP_BINARY)
      parameters[0] = operation.code
    case .concatenate(let axis):
      record.op = UInt32(CRNN_OP_CONCATENATE)
      parameters[0] = axis
    case .gather(let table, _):
      record.op = UInt32(CRNN_OP_GATHER)
      blobs.append(table)
    case .window(let window):
      record.op = UInt32(CRNN_OP_WINDOW)
      record.kernel.0 = try field(window.length, node.name)
      record.stride.0 = try field(window.hop, node.name)
      record.pad_before.0 = try field(window.padBefore, node.name)
      record.pad_after.0 = try field(window.padAfter, node.name)
      if window.padsWithEdge { record.flags |= UInt32(CRNN_NODE_EDGE_PADDING) }
    case .timeReduction(let reduction):
      record.op = UInt32(CRNN_OP_TIME_REDUCTION)
      parameters[0] = reduction.code
    case .frameReduction(let reduction, let height, let width, let channels):
      record.op = UInt32(CRNN_OP_FRAME_REDUCTION)
      parameters[0] = reduction.code
      parameters[1] = (height ? 1 : 0) | (width ? 2 : 0) | (channels ? 4 : 0)
    case .softmax(let logarithm):
      record.op = UInt32(CRNN_OP_SOFTMAX)
      parameters[0] = logarithm ? 1 : 0
    case .repeatFrame(let count):
      record.op = UInt32(CRNN_OP_REPEAT)
      parameters[0] = node.inputs.count == 2 ? 0 : count ?? 0
    case .unstack(let count, _):
      record.op = UInt32(CRNN_OP_UNSTACK)
      parameters[0] = count
    case .embedding(let embedding):
      record.op = UInt32(CRNN_OP_EMBEDDING)
      parameters[0] = embedding.rows
      blobs.append(embedding.table)
    }
    if record.activation == UInt32(CRNN_ACTIVATION_PRELU) { blobs.append(slopes) }
    try setNumbers(parameters, reals, &record)
  }

  private var slopes: [Float] {
    if case .activation(let activation) = node.operation { return activation.slopes }
    return node.activation.slopes
  }

  func packing(
    _ matrix: QuantizedMatrix, groups: Int = 1, operand: TensorQuantization? = nil, segments: Int? = nil
  ) -> MatrixPacking {
    MatrixPacking(
      matrix: matrix, operand: operand ?? self.operand, segments: segments ?? quantized.segments, groups: groups,
      name: node.name)
  }

  private func fill(
    _ record: inout crnn_node_record, _ convolution: Convolution, _ blobs: inout BlobTable
  ) throws {
    try setGeometry(convolution.geometry, &record)
    record.groups = try field(convolution.groups, node.name)
    record.segments = try field(quantized.segments, node.name)
    let channels = network.graph.tensors[node.inputs[0]].frame.channels
    // One that needs segments, which the depthwise kernel does not know, remains a convolution with groups.
    let isDepthwise =
      convolution.groups > 1 && convolution.groups == channels && convolution.outputChannels == channels
      && quantized.segments == 1
    if isDepthwise {
      record.op = UInt32(CRNN_OP_DEPTHWISE)
      try packing(quantized.matrices[0]).appendDepthwise(to: &blobs)
    } else {
      record.op = UInt32(CRNN_OP_CONVOLUTION)
      try packing(quantized.matrices[0], groups: convolution.groups).appendPanels(to: &blobs)
      let isSquare =
        [1, 3, 3] == [record.kernel.0, record.kernel.1, record.kernel.2].sorted() && record.stride == (1, 1, 1)
        && record.dilation == (1, 1, 1)
      if isSquare, convolution.groups == 1, quantized.segments == 1 {
        record.winograd_parts = try field(WinogradProof.parts(quantized.matrices[0], operand), node.name)
      }
    }
  }

  private func setActivation(_ activation: Activation, _ record: inout crnn_node_record) throws {
    record.activation = try field(activation.kind.rawValue, node.name)
    record.alpha = activation.alpha
    record.beta = activation.beta
  }

  private func setGeometry(_ geometry: WindowGeometry, _ record: inout crnn_node_record) throws {
    func triple<Number: FixedWidthInteger>(_ extent: Extent) throws -> (Number, Number, Number) {
      (try field(extent.time, node.name), try field(extent.height, node.name), try field(extent.width, node.name))
    }
    record.kernel = try triple(geometry.kernel)
    record.stride = try triple(geometry.stride)
    record.dilation = try triple(geometry.dilation)
    record.pad_before = try triple(geometry.padBefore)
    record.pad_after = try triple(geometry.padAfter)
  }

  private func setNumbers(
    _ parameters: [Int: Int], _ reals: [Int: Float], _ record: inout crnn_node_record
  ) throws {
    for (slot, value) in parameters {
      let number: Int32 = try field(value, node.name)
      withUnsafeMutableBytes(of: &record.parameter) {
        $0.storeBytes(of: number, toByteOffset: 4 * slot, as: Int32.self)
      }
    }
    for (slot, value) in reals {
      withUnsafeMutableBytes(of: &record.real) { $0.storeBytes(of: value, toByteOffset: 4 * slot, as: Float.self) }
    }
  }
}

extension Node {
  /// Nodes whose results are float before they are stored, to which the runtime applies an activation.
  var acceptsActivation: Bool {
    switch operation {
    case .convolution, .dense, .affine, .binary: true
    case .pool(let pool): pool.kind != .maximum
    default: false
    }
  }
}

extension BinaryOperation {
  /// CRNN_BINARY_*
  fileprivate var code: Int {
    switch self {
    case .add: CRNN_BINARY_ADD
    case .subtract: CRNN_BINARY_SUBTRACT
    case .multiply: CRNN_BINARY_MULTIPLY
    case .divide: CRNN_BINARY_DIVIDE
    case .minimum: CRNN_BINARY_MINIMUM
    case .maximum: CRNN_BINARY_MAXIMUM
    }
  }
}

extension Reduction {
  /// CRNN_REDUCE_*
  fileprivate var code: Int {
    switch self {
    case .last: CRNN_REDUCE_LAST
    case .first: CRNN_REDUCE_FIRST
    case .mean: CRNN_REDUCE_MEAN
    case .maximum: CRNN_REDUCE_MAXIMUM
    case .minimum: CRNN_REDUCE_MINIMUM
    case .sum: CRNN_REDUCE_SUM
    }
  }
}
