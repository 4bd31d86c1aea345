import CCRNN
import CRNN

/// A packed file in memory, opened by the runtime itself.
public final class LoadedModel {
  /// For the functions of crnn.h, as long as this object lives.
  public let pointer: OpaquePointer
  /// What a model takes beside its file.
  public let modelBytes: Int
  private let image: UnsafeMutableRawPointer
  private let memory: UnsafeMutableRawPointer

  /// With the kernels called `isa`, or the best. Throws `GraphError` where the runtime refuses the file.
  public init(file: [UInt8], isa: String? = nil) throws {
    let alignment = Int(CRNN_SECTION_ALIGNMENT)
    let image = UnsafeMutableRawPointer.allocate(byteCount: max(file.count, 1), alignment: alignment)
    image.copyMemory(from: file, byteCount: file.count)
    var memory: UnsafeMutableRawPointer?
    do {
      var requirements = crnn_requirements()
      requirements.struct_size = MemoryLayout<crnn_requirements>.size
      try LoadedModel.check { crnn_file_requirements(image, file.count, nil, &requirements, $0) }
      modelBytes = Int(requirements.model_bytes)
      let room = UnsafeMutableRawPointer.allocate(byteCount: max(modelBytes, 1), alignment: alignment)
      memory = room
      let pointer = try LoadedModel.open(room, modelBytes, image, file.count, isa)
      self.image = image
      self.memory = room
      self.pointer = pointer
    } catch {
      image.deallocate()
      memory?.deallocate()
      throw error
    }
  }

  deinit {
    memory.deallocate()
    image.deallocate()
  }

  private static func open(
    _ memory: UnsafeMutableRawPointer, _ bytes: Int, _ image: UnsafeMutableRawPointer, _ count: Int, _ isa: String?
  ) throws -> OpaquePointer {
    func open(_ isa: UnsafePointer<CChar>?) throws -> OpaquePointer? {
      var options = crnn_model_options(
        struct_size: MemoryLayout<crnn_model_options>.size, isa: isa, defer_checksum: 1, copy_file: 0)
      var model: OpaquePointer?
      try check { crnn_model_init(memory, bytes, image, count, &options, &model, $0) }
      return model
    }
    guard let model = try isa.map({ try $0.withCString(open) }) ?? open(nil) else {
      throw GraphError("the runtime gave no model")
    }
    return model
  }

  /// Calls the runtime and throws what it refuses.
  static func check(_ call: (UnsafeMutablePointer<crnn_error>) -> crnn_status) throws {
    var error = crnn_error()
    error.struct_size = MemoryLayout<crnn_error>.size
    let status = call(&error)
    guard status != CRNN_OK else { return }
    let message = withUnsafeBytes(of: error.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    throw GraphError(message.isEmpty ? String(cString: crnn_status_text(status)) : message)
  }
}
