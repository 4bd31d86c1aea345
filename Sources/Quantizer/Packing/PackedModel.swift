import CCRNN

/// A model file, read back: what `inspect` prints and `verify` proves. Every number of the file is checked before it is used.
///
/// ```swift
/// let model = try PackedModel(bytes: file)
/// try model.verify()
/// print(model.metadata.map(\.key))
/// ```
public struct PackedModel: Sendable {
  public let bytes: [UInt8]
  public let header: crnn_file_header
  public let sections: [crnn_section_record]
  public let tensors: [PackedTensor]
  public let nodes: [PackedNode]
  public let inputs: [PackedPort]
  public let outputs: [PackedPort]
  public let metadata: [MetadataEntry]
  public let selfTest: crnn_self_test_record?

  /// Reads the structure and checks every checksum; `verify` proves the rest.
  ///
  /// Throws `PackedModelError` where the file is not one, is damaged, is too new, or contradicts itself.
  public init(bytes: [UInt8]) throws {
    let file = try ModelFileReader(bytes)
    self.bytes = bytes
    header = file.header
    sections = file.sections
    let tensors = try file.records(CRNN_SECTION_TENSORS, as: crnn_tensor_record.self).map { record in
      PackedTensor(name: try file.string(record.name), record: record)
    }
    self.tensors = tensors
    let blobs = try file.records(CRNN_SECTION_BLOBS, as: crnn_blob_record.self)
    let indices = try file.records(CRNN_SECTION_INDICES, as: UInt32.self)
    let ports = try file.records(CRNN_SECTION_PORTS, as: crnn_port_record.self).map { record in
      let shape = withUnsafeBytes(of: record.shape) { bytes in
        (0..<min(Int(record.rank), 4)).map { Int(bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)) }
      }
      guard record.tensor < tensors.count, record.rank <= 4, record.direction <= CRNN_PORT_OUTPUT else {
        throw PackedModelError("a port refers to what is not there")
      }
      return PackedPort(
        name: try file.string(record.name), isInput: record.direction == CRNN_PORT_INPUT, tensor: Int(record.tensor),
        shape: shape)
    }
    inputs = ports.filter(\.isInput)
    var isComputed = [Bool](repeating: false, count: tensors.count)
    for port in ports where port.isInput { isComputed[port.tensor] = true }
    nodes = try file.records(CRNN_SECTION_NODES, as: crnn_node_record.self).map { record in
      let name = try file.string(record.name)
      let inputs = try file.slice(indices, record.input_first, record.input_count, of: "the inputs of \(name)")
      guard (inputs + [record.output]).allSatisfy({ $0 < tensors.count }), record.op > 0, record.op < CRNN_OP_COUNT
      else {
        throw PackedModelError("node \(name) refers to what is not there")
      }
      let ranges = try file.slice(blobs, record.blob_first, record.blob_count, of: "the constants of \(name)")
      guard inputs.allSatisfy({ isComputed[Int($0)] }), !isComputed[Int(record.output)] else {
        throw PackedModelError("node \(name) does not stand behind what it needs")
      }
      isComputed[Int(record.output)] = true
      return PackedNode(
        name: name, record: record, inputs: inputs.map(Int.init), output: Int(record.output),
        blobs: try ranges.map { try file.payload($0, of: name) })
    }
    outputs = ports.filter { !$0.isInput }
    let texts = try file.records(CRNN_SECTION_METADATA, as: UInt32.self)
    guard texts.count % 2 == 0 else { throw PackedModelError("the metadata are incomplete") }
    metadata = try stride(from: 0, to: texts.count, by: 2).map {
      MetadataEntry(try file.string(texts[$0]), try file.string(texts[$0 + 1]))
    }
    selfTest = try file.records(CRNN_SECTION_SELF_TEST, as: crnn_self_test_record.self).first
  }

  /// The text that stands under `key`.
  public func text(_ key: String) -> String? { metadata.first { $0.key == key }?.value }

  /// The SHA-256 that the file states, in hexadecimal digits.
  public var contentID: String {
    withUnsafeBytes(of: header.content_id) { id in
      id.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
  }
}

/// Why a model file cannot be read, or does not hold what it promises.
public struct PackedModelError: Error, CustomStringConvertible, Sendable {
  public let message: String
  public init(_ message: String) { self.message = message }
  public var description: String { message }
}

public struct PackedTensor: Sendable {
  public let name: String
  public let record: crnn_tensor_record
  /// Nil for a store that this version does not know.
  public var store: Store? { Store(rawValue: record.store) }
  public var quantization: TensorQuantization {
    TensorQuantization(
      store: store ?? .f32, scale: record.scale, zeroPoint: record.zero_point, minimum: record.code_minimum,
      maximum: record.code_maximum)
  }
  /// Values of one frame; nil where the product is beyond any file.
  public var elements: Int? { checkedProduct([record.height, record.width, record.channels].map(Int.init)) }
}

public struct PackedNode: Sendable {
  public let name: String
  public let record: crnn_node_record
  /// Tensors.
  public let inputs: [Int]
  public let output: Int
  /// Where each of its constants lies in the file.
  public let blobs: [Range<Int>]

  public func parameter(_ slot: Int) -> Int {
    withUnsafeBytes(of: record.parameter) { bytes in
      slot >= 0 && 4 * slot + 4 <= bytes.count ? Int(bytes.loadUnaligned(fromByteOffset: 4 * slot, as: Int32.self)) : 0
    }
  }

  public func real(_ slot: Int) -> Float {
    withUnsafeBytes(of: record.real) { bytes in
      slot >= 0 && 4 * slot + 4 <= bytes.count ? bytes.loadUnaligned(fromByteOffset: 4 * slot, as: Float.self) : 0
    }
  }
}

public struct PackedPort: Sendable {
  public let name: String
  public let isInput: Bool
  public let tensor: Int
  public let shape: [Int]
}

/// The product of sizes that are not negative, or nil where it is beyond any file.
func checkedProduct(_ factors: [Int]) -> Int? {
  factors.reduce(1) { product, factor in
    guard let product else { return nil }
    let (result, overflow) = product.multipliedReportingOverflow(by: factor)
    return overflow || result > 1 << 48 ? nil : result
  }
}
