import CCRNN

/// The decoder behind a handle, or nil where it is none.
private func decoder(_ handle: OpaquePointer?) -> UnsafeMutablePointer<CTCDecoder>? {
  guard let handle else { return nil }
  let decoder = UnsafeMutablePointer<CTCDecoder>(handle)
  return decoder.pointee.magic == CTCDecoder.magic ? decoder : nil
}

private func notADecoder(_ error: UnsafeMutablePointer<crnn_error>?) -> crnn_status {
  Message(error, CRNN_ERROR_ARGUMENT).text("the decoder is NULL or none").status
}

@_cdecl("crnn_ctc_size") @implementation
public func crnn_ctc_size(
  _ model: OpaquePointer?, _ options: UnsafePointer<crnn_ctc_options>?, _ bytes: UnsafeMutablePointer<Int>?,
  _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  guard let bytes else { return Message(error, CRNN_ERROR_ARGUMENT).text("bytes is NULL").status }
  var chosen = CTCOptions()
  let status = chosen.read(model, options, error)
  if status == CRNN_OK { bytes.pointee = CTCDecoder.place(chosen, in: nil) }
  return status
}

@_cdecl("crnn_ctc_init") @implementation
public func crnn_ctc_init(
  _ model: OpaquePointer?, _ memory: UnsafeMutableRawPointer?, _ memoryBytes: Int,
  _ options: UnsafePointer<crnn_ctc_options>?, _ result: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  guard let memory, let result else {
    return Message(error, CRNN_ERROR_ARGUMENT).text("memory or decoder is NULL").status
  }
  guard isAligned(memory) else {
    return Message(error, CRNN_ERROR_ALIGNMENT).text("a decoder's memory must be aligned to 16 bytes").status
  }
  var chosen = CTCOptions()
  var status = chosen.read(model, options, error)
  guard status == CRNN_OK else { return status }
  let bytes = CTCDecoder.place(chosen, in: nil)
  guard memoryBytes >= bytes else {
    return Message(error, CRNN_ERROR_CAPACITY).text("the decoder needs ").number(bytes).text(" bytes of memory, not ")
      .number(memoryBytes).status
  }
  _ = CTCDecoder.place(chosen, in: memory)
  let decoder = memory.assumingMemoryBound(to: CTCDecoder.self)
  if let options {
    status = decoder.pointee.lexicon.open(
      options.pointee.lexicon, options.pointee.lexicon_bytes, CRNN_AUTOMATON_LEXICON, for: &chosen, error)
    guard status == CRNN_OK else { return status }
    status = decoder.pointee.ngram.open(
      options.pointee.ngram, options.pointee.ngram_bytes, CRNN_AUTOMATON_NGRAM, for: &chosen, error)
    guard status == CRNN_OK else { return status }
  }
  decoder.findCharacters()
  decoder.reset()
  result.pointee = OpaquePointer(memory)
  return CRNN_OK
}

@_cdecl("crnn_ctc_create") @implementation
public func crnn_ctc_create(
  _ model: OpaquePointer?, _ options: UnsafePointer<crnn_ctc_options>?,
  _ result: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  var bytes = 0
  var status = crnn_ctc_size(model, options, &bytes, error)
  guard status == CRNN_OK else { return status }
  guard let memory = crnn_host_allocate(bytes) else {
    return Message(error, CRNN_ERROR_MEMORY).text("no memory for a decoder of ").number(bytes).text(" bytes").status
  }
  status = crnn_ctc_init(model, memory, bytes, options, result, error)
  if status != CRNN_OK { crnn_host_free(memory) }
  return status
}

@_cdecl("crnn_ctc_destroy") @implementation
public func crnn_ctc_destroy(_ handle: OpaquePointer?) {
  guard let decoder = decoder(handle) else { return }
  decoder.pointee.magic = 0
  crnn_host_free(decoder)
}

@_cdecl("crnn_ctc_reset") @implementation
public func crnn_ctc_reset(_ handle: OpaquePointer?, _ error: UnsafeMutablePointer<crnn_error>?) -> crnn_status {
  guard let decoder = decoder(handle) else { return notADecoder(error) }
  decoder.reset()
  return CRNN_OK
}

@_cdecl("crnn_ctc_push") @implementation
public func crnn_ctc_push(
  _ handle: OpaquePointer?, _ frames: UnsafePointer<crnn_array>?, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  guard let decoder = decoder(handle) else { return notADecoder(error) }
  var view = ArrayView.none(decoder)
  let name = decoder.pointee.options.portName
  let status = ArrayView.make(frames, &decoder.pointee.options.port, name, &view, error)
  guard status == CRNN_OK else { return status }
  guard view.dtype == CRNN_F32 else {
    return Message(error, CRNN_ERROR_TYPE).text("a decoder takes CRNN_F32").status
  }
  guard !decoder.pointee.isFinished else {
    return Message(error, CRNN_ERROR_FINISHED).text("the sequence is finished; reset the decoder to begin a new one")
      .status
  }
  guard decoder.pointee.frames &+ view.frames <= Int64(UInt32.max) else {
    return Message(error, CRNN_ERROR_TOO_LONG).text("a decoder takes at most 2^32 - 1 frames").status
  }
  decoder.push(view)
  return CRNN_OK
}

@_cdecl("crnn_ctc_finish") @implementation
public func crnn_ctc_finish(
  _ handle: OpaquePointer?, _ inputFrames: Int64, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  guard let decoder = decoder(handle) else { return notADecoder(error) }
  guard inputFrames >= -1 else {
    return Message(error, CRNN_ERROR_ARGUMENT).text("input_frames must be at least -1").status
  }
  if !decoder.pointee.isFinished { decoder.finish(inputFrames: inputFrames) }
  return CRNN_OK
}

@_cdecl("crnn_ctc_result_at") @implementation
public func crnn_ctc_result_at(
  _ handle: OpaquePointer?, _ rank: Int32, _ result: UnsafeMutablePointer<crnn_ctc_result>?,
  _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  guard let decoder = decoder(handle) else { return notADecoder(error) }
  guard let result, result.pointee.struct_size >= MemoryLayout<crnn_ctc_result>.size else {
    return Message(error, CRNN_ERROR_ARGUMENT).text("result is NULL or its struct_size is not set").status
  }
  guard rank >= 0, Int(rank) < decoder.pointee.count else {
    return Message(error, CRNN_ERROR_ARGUMENT).text("rank must be 0 to ").number(decoder.pointee.count &- 1).status
  }
  decoder.describe(Int(rank), result)
  return CRNN_OK
}
