import CCRNN
import Testing

@testable import Quantizer

@Suite struct PackingTests {
  @Test func checksumsMatchPublishedValues() {
    #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xE306_9283)
    #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(
      SHA256.hexadecimal(Array("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      SHA256.hexadecimal([UInt8]()) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      SHA256.hexadecimal([UInt8](repeating: 0x61, count: 1000))
        == "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3")
  }

  /// One network with every kind of node that holds weights.
  static func network() throws -> QuantizedNetwork {
    var numbers = RandomNumbers(seed: 23)
    var graph = Graph()
    let x = graph.addInput("x", frame: FrameShape(height: 4, channels: 6), shape: [4, 6])
    let geometry = WindowGeometry(
      kernel: Extent(time: 3, height: 2), padBefore: Extent(time: 2, height: 0, width: 0))
    let grouped = Convolution(
      geometry: geometry, groups: 2, outputChannels: 6, weights: numbers.floats(6 * 18), bias: numbers.floats(6))
    let a = try graph.add(
      .convolution(grouped), [x], name: "grouped", activation: Activation(.prelu, slopes: numbers.floats(6)))
    let depthwise = Convolution(
      geometry: WindowGeometry(kernel: Extent(time: 2)), groups: 6, outputChannels: 6, weights: numbers.floats(12),
      bias: numbers.floats(6))
    let b = try graph.add(.convolution(depthwise), [a], name: "depthwise", activation: .relu)
    var last = try graph.add(
      .affine(Affine(.perChannel, scale: numbers.floats(6), shift: numbers.floats(6))), [b], name: "affine")
    for (kind, resetAfter) in [(Recurrent.Kind.lstm, false), (.gru, false), (.gru, true), (.simple, false)] {
      var layer = Recurrent.random(kind, inputs: graph.tensors[last].frame.elements, units: 5, &numbers)
      layer.resetAfter = resetAfter
      layer.peephole = kind == .lstm ? numbers.floats(15) : nil
      layer.initialHidden = kind == .simple ? numbers.floats(5) : nil
      last = try graph.add(.recurrent(layer), [last], name: "\(kind)\(resetAfter ? " reset after" : "")")
    }
    let d = try graph.add(
      .dense(Dense(frame: FrameShape(channels: 9), weights: numbers.floats(45), bias: numbers.floats(9))), [last],
      name: "dense")
    graph.addOutput("y", try graph.add(.softmax(logarithm: true), [d], name: "softmax"))
    let interpreter = try Interpreter(graph: graph)
    let calibration = try Calibration(
      interpreter: interpreter, sequences: [CalibrationSequence(inputs: [numbers.floats(24 * 20)])])
    return try QuantizedNetwork(graph: graph, calibration: calibration)
  }

  @Test func everythingComesBack() throws {
    let network = try Self.network()
    let metadata = [MetadataEntry("labels", "yes\nno"), MetadataEntry("ctc.blank", "0")]
    let model = try PackedModel(bytes: try network.packed(metadata: metadata))
    #expect(model.metadata == metadata)
    #expect(model.text("labels") == "yes\nno")
    #expect(model.text("alphabet") == nil)
    #expect(model.nodes.map(\.name) == network.graph.nodes.map(\.name))
    #expect(model.nodes.map(\.inputs) == network.graph.nodes.map(\.inputs))
    #expect(model.nodes.map(\.output) == network.graph.nodes.map(\.output))
    #expect(model.tensors.map(\.name) == network.graph.tensors.map(\.name))
    #expect(model.tensors.map(\.store) == network.tensors.map { $0.store })
    #expect(model.inputs.map(\.name) == ["x"])
    #expect(model.inputs[0].shape == [4, 6])
    #expect(model.outputs.map(\.name) == ["y"])
    #expect(model.selfTest == nil)
    let operations = [
      CRNN_OP_CONVOLUTION, CRNN_OP_DEPTHWISE, CRNN_OP_AFFINE, CRNN_OP_RECURRENT, CRNN_OP_DENSE, CRNN_OP_SOFTMAX,
    ]
    #expect(model.header.features == operations.reduce(0) { $0 | 1 << UInt64($1) })
    let proof = try model.verify()
    // Two groups of 3 rows padded to 8, 6 channels to 16, gates · 5 rows to 8, 9 rows to 16.
    #expect(proof.rows == 16 + 16 + (24 + 24) + (16 + 16 + 8) + (16 + 16) + (8 + 8) + 16)
    #expect(proof.largestBound < 1 << 31)
  }

  @Test func theLayoutIsTheStatedOne() throws {
    let bytes = try Self.network().packed()
    let model = try PackedModel(bytes: bytes)
    #expect(Array(bytes[..<8]) == Array("CRNN".utf8) + [13, 10, 26, 10])
    #expect(model.sections.allSatisfy { $0.offset % 64 == 0 })
    #expect(model.sections.map { $0.kind } == (1...8).map { UInt32($0) })
    let weights = try #require(model.sections.last)
    #expect(UInt64(model.header.prefix_size) == weights.offset)
    for tensor in model.tensors {
      let bytes = Int(tensor.record.height * tensor.record.width * tensor.record.channels) * (tensor.store?.bytes ?? 0)
      #expect(Int(tensor.record.frame_stride) == (bytes <= 8 ? bytes : (bytes + 15) / 16 * 16))
    }
    // Element [row 1][k 5] of the dense layer: panel 0, depth group 1, row 1, lane 1.
    let dense = try #require(model.nodes.first { $0.name == "dense" })
    let network = try Self.network()
    let matrix = try #require(network.nodes[7].matrices.first)
    #expect(Int8(bitPattern: bytes[dense.blobs[0].lowerBound + 4]) == matrix.weights[1 * 5 + 0])
    #expect(Int8(bitPattern: bytes[dense.blobs[0].lowerBound + 1 * 32 + 1 * 4 + 0]) == matrix.weights[1 * 5 + 4])
    #expect(Int8(bitPattern: bytes[dense.blobs[0].lowerBound + 64 + 0]) == matrix.weights[8 * 5])
  }

  @Test func hiddenBiasIsFoldedWhereTheSumIsTheSame() throws {
    let network = try Self.network()
    for (node, quantized) in zip(network.graph.nodes, network.nodes) {
      guard case .recurrent(let layer) = node.operation else { continue }
      let hidden = quantized.matrices.dropFirst().flatMap(\.bias)
      for row in 0..<layer.gates * 5 {
        let isSeparate = layer.resetAfter && row >= 10
        #expect(hidden[row] == (isSeparate ? layer.hiddenBias[row] : 0))
        #expect(quantized.matrices[0].bias[row] == layer.inputBias[row] + (isSeparate ? 0 : layer.hiddenBias[row]))
      }
    }
  }

  @Test func theSelfTestIsTheRunnersWord() throws {
    var seen: (bytes: Int, seed: UInt32, frames: UInt32)?
    let network = try Self.network()
    let bytes = try network.packed { file, seed, frames in
      _ = try PackedModel(bytes: file).verify()
      seen = (file.count, seed, frames)
      return 0xABCD_1234
    }
    let model = try PackedModel(bytes: bytes)
    let test = try #require(model.selfTest)
    #expect(test.checksum == 0xABCD_1234 && test.seed == seen?.seed && test.frames == seen?.frames)
    try model.verify()
    #expect(try network.packed { _, _, _ in nil } == network.packed())
  }

  @Test func aNameWithANulIsRefused() throws {
    let network = try Self.network()
    #expect(throws: GraphError.self) { try network.packed(metadata: [MetadataEntry("labels", "a\0b")]) }
  }

  /// The smallest network with a matrix.
  private func smallFile() throws -> [UInt8] {
    var graph = Graph()
    let x = graph.addInput("x", frame: FrameShape(channels: 2))
    let dense = Dense(frame: FrameShape(channels: 1), weights: [1, 2], bias: [0])
    graph.addOutput("y", try graph.add(.dense(dense), [x], name: "dense"))
    let calibration = try Calibration(
      interpreter: Interpreter(graph: graph), sequences: [CalibrationSequence(inputs: [[1, -1]])])
    return try QuantizedNetwork(graph: graph, calibration: calibration)
      .packed(metadata: [MetadataEntry("labels", "a")]) { _, _, _ in 1 }
  }

  @Test func truncationsAndFlippedBytesAreRefused() throws {
    let bytes = try smallFile()
    for length in bytes.indices {
      #expect(throws: PackedModelError.self) { try PackedModel(bytes: Array(bytes[..<length])) }
    }
    for position in stride(from: 0, to: bytes.count, by: 11) {
      var damaged = bytes
      damaged[position] ^= 0x40
      #expect(throws: PackedModelError.self) { try PackedModel(bytes: damaged) }
    }
  }

  /// The file with one byte changed and every checksum made right again, as someone who wants to deceive would do.
  private func forged(_ bytes: [UInt8], at position: Int, by change: UInt8) -> [UInt8] {
    var bytes = bytes
    bytes[position] ^= change
    var header = bytes.withUnsafeBytes { $0.loadUnaligned(as: crnn_file_header.self) }
    let prefix = Int(header.prefix_size)
    header.prefix_checksum = CRC32C.checksum(bytes[128..<prefix])
    header.payload_checksum = CRC32C.checksum(bytes[prefix...])
    withUnsafeMutableBytes(of: &header.content_id) { $0.copyBytes(from: SHA256.digest(bytes[128...])) }
    header.header_checksum = withUnsafeBytes(of: header) { CRC32C.checksum($0[..<124]) }
    return withUnsafeBytes(of: header) { Array($0) } + bytes[128...]
  }

  @Test func verificationFindsAChangedRow() throws {
    let bytes = try Self.network().packed()
    let model = try PackedModel(bytes: bytes)
    // The hidden states of the layer before have a zero point, so that every weight shows in its row's offset.
    let node = try #require(model.nodes.first { $0.name == "gru" })
    #expect(model.tensors[node.inputs[0]].record.zero_point != 0)
    for blob in [CRNN_MATRIX_WEIGHTS, CRNN_MATRIX_OFFSETS] {
      let changed = try PackedModel(bytes: forged(bytes, at: node.blobs[blob].lowerBound + 2, by: 0x21))
      let error = #expect(throws: PackedModelError.self) { try changed.verify() }
      #expect(error?.message.contains("gru, row 0") == true)
    }
    // 18 inputs of a row fill four groups of four and half a fifth, of panels with eight rows.
    let grouped = try #require(model.nodes.first { $0.name == "grouped" })
    let padding = grouped.blobs[CRNN_MATRIX_WEIGHTS].lowerBound + 4 * 32 + 2
    let padded = try PackedModel(bytes: forged(bytes, at: padding, by: 0x21))
    #expect(#expect(throws: PackedModelError.self) { try padded.verify() }?.message.contains("what pads it") == true)
    let scale = try PackedModel(bytes: forged(bytes, at: node.blobs[CRNN_MATRIX_SCALES].lowerBound + 3, by: 0x80))
    #expect(throws: PackedModelError.self) { try scale.verify() }
  }

  /// No byte of the prefix, however forged, may trap the reader or the proof.
  @Test func forgedStructureIsRefusedOrHarmless() throws {
    let bytes = try smallFile()
    let prefix = Int(try PackedModel(bytes: bytes).header.prefix_size)
    var refused = 0
    for position in stride(from: 128, to: prefix, by: 7) {
      do {
        try PackedModel(bytes: forged(bytes, at: position, by: position % 2 == 0 ? 0x01 : 0x80)).verify()
      } catch { refused += 1 }
    }
    #expect(refused > 0)
  }
}
