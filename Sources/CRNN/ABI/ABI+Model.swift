import CCRNN
import CKernels

/// The model behind a handle, or nil where it is not one.
func view(_ model: OpaquePointer?) -> UnsafePointer<Model>? {
  guard let model else { return nil }
  let pointer = UnsafePointer<Model>(model)
  return pointer.pointee.magic == Model.magic ? pointer : nil
}

func notAModel(_ error: UnsafeMutablePointer<crnn_error>?) -> crnn_status {
  Message(error, CRNN_ERROR_ARGUMENT).text("the model is NULL or not a model").status
}

func isAligned(_ pointer: UnsafeRawPointer) -> Bool {
  UInt(bitPattern: pointer) & UInt(CRNN_MEMORY_ALIGNMENT &- 1) == 0
}

@_cdecl("crnn_file_requirements") @implementation
public func crnn_file_requirements(
  _ file: UnsafeRawPointer?, _ bytes: Int, _ options: UnsafePointer<crnn_stream_options>?,
  _ requirements: UnsafeMutablePointer<crnn_requirements>?, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  guard let file, let requirements, requirements.pointee.struct_size >= MemoryLayout<crnn_requirements>.size else {
    return Message(error, CRNN_ERROR_ARGUMENT)
      .text("file or requirements is NULL, or requirements.struct_size is not set").status
  }
  guard isAligned(file) else {
    return Message(error, CRNN_ERROR_ALIGNMENT).text("the file image must be aligned to 16 bytes").status
  }
  var chosen = StreamOptions()
  let optionStatus = chosen.read(options, error)
  guard optionStatus == CRNN_OK else { return optionStatus }
  var packed = PackedFile(base: file)
  let status = PackedFile.open(file, bytes, .prefix, &packed, error)
  guard status == CRNN_OK else {
    // The header has passed its checksum where only the rest of the prefix is missing.
    if status == CRNN_ERROR_FILE_TRUNCATED, bytes >= MemoryLayout<crnn_file_header>.size {
      requirements.pointee.prefix_bytes = UInt64(packed.header.pointee.prefix_size)
    }
    return status
  }
  return require(&packed, chosen, requirements, error)
}

private func require(
  _ packed: UnsafePointer<PackedFile>, _ options: StreamOptions,
  _ requirements: UnsafeMutablePointer<crnn_requirements>, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  let stream = packed.layOut(.nothing, chunk: options.chunk, maximumFrames: options.maximumFrames)
  guard stream != 0 else {
    return Message(error, CRNN_ERROR_MEMORY).text("a stream with these options would not fit into memory").status
  }
  requirements.pointee.prefix_bytes = UInt64(packed.pointee.header.pointee.prefix_size)
  requirements.pointee.file_bytes = packed.pointee.header.pointee.file_size
  requirements.pointee.model_bytes = UInt64(Model.bytes(packed.pointee))
  requirements.pointee.stream_bytes = UInt64(max(stream, 0))
  return CRNN_OK
}

@_cdecl("crnn_model_init") @implementation
public func crnn_model_init(
  _ memory: UnsafeMutableRawPointer?, _ memoryBytes: Int, _ file: UnsafeRawPointer?, _ fileBytes: Int,
  _ options: UnsafePointer<crnn_model_options>?, _ model: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  guard let memory, let file, let model else {
    return Message(error, CRNN_ERROR_ARGUMENT).text("memory, file or model is NULL").status
  }
  guard isAligned(memory), isAligned(file) else {
    return Message(error, CRNN_ERROR_ALIGNMENT).text("memory and file image must be aligned to 16 bytes").status
  }
  var packed = PackedFile(base: file)
  let (status, kernels) = openFile(file, fileBytes, options, &packed, error)
  guard status == CRNN_OK else { return status }
  let needed = Model.bytes(packed)
  guard memoryBytes >= needed else {
    return Message(error, CRNN_ERROR_CAPACITY).text("the model needs ").number(needed).text(" bytes of memory, not ")
      .number(memoryBytes).status
  }
  model.pointee = OpaquePointer(Model.place(packed, kernels, in: memory))
  return CRNN_OK
}

/// Checks the options and the file, and picks the kernels.
private func openFile(
  _ file: UnsafeRawPointer, _ bytes: Int, _ options: UnsafePointer<crnn_model_options>?,
  _ packed: UnsafeMutablePointer<PackedFile>,
  _ error: UnsafeMutablePointer<crnn_error>?
) -> (status: crnn_status, kernels: UnsafePointer<crnn_kernels>) {
  var isa: UnsafePointer<CChar>?
  var defers = false
  if let options {
    guard options.pointee.struct_size >= MemoryLayout<crnn_model_options>.size, options.pointee.copy_file >> 1 == 0
    else {
      return (
        Message(error, CRNN_ERROR_ARGUMENT)
          .text("initialise model options with CRNN_MODEL_OPTIONS_INITIALIZER; copy_file must be 0 or 1").status,
        InstructionSets.table(0)
      )
    }
    isa = options.pointee.isa
    defers = options.pointee.defer_checksum != 0
  }
  let (isaStatus, kernels) = InstructionSets.choose(
    isa ?? crnn_host_environment(constant("CRNN_ISA")), error)
  guard isaStatus == CRNN_OK else { return (isaStatus, kernels) }
  return (PackedFile.open(file, bytes, defers ? .wholeDeferringChecksum : .whole, packed, error), kernels)
}

private func noMemory(_ error: UnsafeMutablePointer<crnn_error>?) -> crnn_status {
  Message(error, CRNN_ERROR_MEMORY).text("no memory for the model").status
}

@_cdecl("crnn_model_open") @implementation
public func crnn_model_open(
  _ path: UnsafePointer<CChar>?, _ options: UnsafePointer<crnn_model_options>?,
  _ model: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  guard let path, let model else {
    return Message(error, CRNN_ERROR_ARGUMENT).text("path or model is NULL").status
  }
  var bytes = 0
  var reason: Int32 = 0
  // Options that are not as they should be are refused below.
  let isWhole = (options?.pointee.struct_size ?? 0) >= MemoryLayout<crnn_model_options>.size
  let copies = isWhole ? options?.pointee.copy_file ?? 0 : 0
  guard let content = crnn_host_read(path, copies, &bytes, &reason) else {
    if reason == 2 { return noMemory(error) }
    if reason == 1 {
      return Message(error, CRNN_ERROR_FILE_EMPTY).text("the file ").name(path)
        .text(" is empty; copy or convert it again").status
    }
    return Message(error, CRNN_ERROR_OPEN).text("the file ").name(path)
      .text(" cannot be opened; does it exist, is it a file, may you read it?").status
  }
  var packed = PackedFile(base: content)
  let (status, kernels) = openFile(content, bytes, options, &packed, error)
  guard status == CRNN_OK else {
    crnn_host_release(content, copies, bytes)
    return status
  }
  guard let memory = crnn_host_allocate(Model.bytes(packed)) else {
    crnn_host_release(content, copies, bytes)
    return noMemory(error)
  }
  let placed = Model.place(packed, kernels, in: memory)
  placed.pointee.content = content
  placed.pointee.contentBytes = bytes
  placed.pointee.isCopy = copies
  model.pointee = OpaquePointer(placed)
  return CRNN_OK
}

@_cdecl("crnn_model_destroy") @implementation
public func crnn_model_destroy(_ model: OpaquePointer?) {
  guard let view = view(model), let content = view.pointee.content else { return }
  let placed = UnsafeMutablePointer(mutating: view)
  placed.pointee.magic = 0
  crnn_host_release(content, view.pointee.isCopy, view.pointee.contentBytes)
  crnn_host_free(placed)
}
