import CCRNN

/// A sound model file in blocks of just its size. Those that are shared between cases are never freed.
struct FuzzedModel: @unchecked Sendable {
  private let file: FuzzedBlock
  private let memory: FuzzedBlock
  let model: OpaquePointer

  init?(_ content: [UInt8]) {
    file = content.withUnsafeBytes { FuzzedBlock(copying: $0) }
    var needs = crnn_requirements()
    needs.struct_size = MemoryLayout<crnn_requirements>.size
    _ = crnn_file_requirements(file.start, file.count, nil, &needs, nil)
    memory = FuzzedBlock(Int(needs.model_bytes))
    var opened: OpaquePointer?
    _ = crnn_model_init(memory.start, memory.count, file.start, file.count, nil, &opened, nil)
    guard let opened else {
      file.free()
      memory.free()
      return nil
    }
    model = opened
  }

  func free() {
    file.free()
    memory.free()
  }
}
