import CCRNN

/// A text of a model file.
public struct MetadataEntry: Equatable, Sendable {
  public var key: String
  public var value: String
  public init(_ key: String, _ value: String) {
    self.key = key
    self.value = value
  }
}

extension QuantizedNetwork {
  /// The bytes of the model file; docs/model-format.md describes them.
  ///
  /// - Parameters:
  ///   - metadata: texts of the file, in this order; docs/model-format.md lists the keys that have a meaning.
  ///   - selfTest: runs the file that it is given and returns the checksum to put into the self-test section; without it, or
  ///     where it returns nil, the file has none.
  public func packed(metadata: [MetadataEntry] = [], selfTest: SelfTestRunner? = nil) throws -> [UInt8] {
    let (contents, features) = try contents(metadata)
    let file = try ModelFileLayout(sections: contents, features: features).bytes()
    guard let selfTest, let length = graph.selfTestFrames else { return file }
    let seed: UInt32 = 0x6372_6E6E
    let frames: UInt32 = try field(length, "the self-test")
    guard let checksum = try selfTest(file, seed, frames) else { return file }
    var bytes = SectionBytes()
    bytes.append(crnn_self_test_record(seed: seed, frames: frames, checksum: checksum, reserved: 0))
    let section = ModelFileLayout.Section(CRNN_SECTION_SELF_TEST, bytes.bytes, mustUnderstand: false)
    return try ModelFileLayout(sections: contents + [section], features: features).bytes()
  }

  /// All sections but the self-test, and the set of kinds of node that occur, one bit each.
  private func contents(
    _ metadata: [MetadataEntry]
  ) throws -> (sections: [ModelFileLayout.Section], features: UInt64) {
    var features: UInt64 = 0
    var strings = StringTable()
    var tensorRecords: [crnn_tensor_record] = []
    var nodeRecords: [crnn_node_record] = []
    var indices: [UInt32] = []
    var blobs = BlobTable()
    var portRecords: [crnn_port_record] = []
    var texts: [UInt32] = []
    for (id, (tensor, quantization)) in zip(graph.tensors, tensors).enumerated() {
      var record = try record(of: tensor, quantization, &strings)
      if tensor.isIndex, let rows = graph.embeddingRows(id) { record.code_maximum = try field(rows - 1, tensor.name) }
      tensorRecords.append(record)
    }
    for (index, node) in graph.nodes.enumerated() {
      var record = crnn_node_record()
      record.name = try strings.offset(of: node.name)
      record.output = try field(node.output, node.name)
      record.input_first = try field(indices.count, node.name)
      record.input_count = try field(node.inputs.count, node.name)
      record.blob_first = try field(blobs.records.count, node.name)
      indices += try node.inputs.map { try field($0, node.name) }
      try NodePacking(network: self, index: index).fill(&record, &blobs)
      record.blob_count = try field(blobs.records.count - Int(record.blob_first), node.name)
      nodeRecords.append(record)
      features |= 1 << UInt64(record.op)
    }
    for (ports, direction) in [(graph.inputs, CRNN_PORT_INPUT), (graph.outputs, CRNN_PORT_OUTPUT)] {
      for port in ports { portRecords.append(try record(of: port, direction: direction, &strings)) }
    }
    for entry in metadata {
      texts.append(try strings.offset(of: entry.key))
      texts.append(try strings.offset(of: entry.value))
    }
    // The runtime owns this arithmetic: it checks the result when it reads the file.
    let status = crnn_format_analyse(
      &tensorRecords, tensorRecords.count, nodeRecords, nodeRecords.count, indices, portRecords, portRecords.count)
    guard status == 0 else { throw GraphError("the nodes do not stand in the order of their inputs") }
    var tensorBytes = SectionBytes()
    tensorBytes.append(contentsOf: tensorRecords)
    var nodeBytes = SectionBytes()
    nodeBytes.append(contentsOf: nodeRecords)
    var portBytes = SectionBytes()
    portBytes.append(contentsOf: portRecords)
    var indexBytes = SectionBytes()
    indexBytes.append(contentsOf: indices)
    var blobBytes = SectionBytes()
    blobBytes.append(contentsOf: blobs.records)
    var metadataBytes = SectionBytes()
    metadataBytes.append(contentsOf: texts)
    let sections: [ModelFileLayout.Section] = [
      .init(CRNN_SECTION_STRINGS, strings.bytes), .init(CRNN_SECTION_TENSORS, tensorBytes.bytes),
      .init(CRNN_SECTION_NODES, nodeBytes.bytes), .init(CRNN_SECTION_INDICES, indexBytes.bytes),
      .init(CRNN_SECTION_BLOBS, blobBytes.bytes), .init(CRNN_SECTION_PORTS, portBytes.bytes),
      .init(CRNN_SECTION_METADATA, metadataBytes.bytes, mustUnderstand: false),
      .init(CRNN_SECTION_WEIGHTS, blobs.weights.bytes),
    ]
    return (sections, features)
  }

  private func record(
    of tensor: Tensor, _ quantization: TensorQuantization, _ strings: inout StringTable
  ) throws -> crnn_tensor_record {
    var record = crnn_tensor_record()
    record.name = try strings.offset(of: tensor.name)
    record.store = quantization.store.rawValue
    record.height = try field(tensor.frame.height, tensor.name)
    record.width = try field(tensor.frame.width, tensor.name)
    record.channels = try field(tensor.frame.channels, tensor.name)
    let bytes: UInt64 = try field(tensor.frame.elements * quantization.store.bytes, tensor.name)
    record.frame_stride = try field(Int(crnn_frame_stride(bytes)), tensor.name)
    record.scale = quantization.scale
    record.inverse_scale = quantization.inverseScale
    record.zero_point = quantization.zeroPoint
    record.code_minimum = quantization.minimum
    record.code_maximum = quantization.maximum
    record.rate_numerator = try field(tensor.rate.numerator, tensor.name)
    record.rate_denominator = try field(tensor.rate.denominator, tensor.name)
    record.fixed_frames = try field(tensor.frames ?? 0, tensor.name)
    return record
  }

  private func record(of port: Port, direction: Int, _ strings: inout StringTable) throws -> crnn_port_record {
    var record = crnn_port_record()
    record.direction = UInt32(direction)
    record.name = try strings.offset(of: port.name)
    record.tensor = try field(port.tensor, port.name)
    record.rank = try field(port.shape.count, port.name)
    record.integer_scale = port.integerScale
    let extents: [UInt32] = try port.shape.map { try field($0, port.name) }
    withUnsafeMutableBytes(of: &record.shape) { bytes in
      for (axis, extent) in extents.enumerated() {
        bytes.storeBytes(of: extent, toByteOffset: 4 * axis, as: UInt32.self)
      }
    }
    return record
  }
}
