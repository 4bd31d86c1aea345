import CCRNN
import CKernels

@_cdecl("crnn_model_prepare_size") @implementation
public func crnn_model_prepare_size(
  _ model: OpaquePointer?, _ bytes: UnsafeMutablePointer<Int>?, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  guard let model = view(model) else { return notAModel(error) }
  guard let bytes else { return Message(error, CRNN_ERROR_ARGUMENT).text("bytes is NULL").status }
  bytes.pointee = Expansion.bytes(model)
  return CRNN_OK
}

@_cdecl("crnn_model_prepare") @implementation
public func crnn_model_prepare(
  _ handle: OpaquePointer?, _ memory: UnsafeMutableRawPointer?, _ bytes: Int, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  guard let model = view(handle) else { return notAModel(error) }
  let needed = Expansion.bytes(model)
  let placed = UnsafeMutablePointer(mutating: model)
  guard let memory, needed > 0 else {
    placed.pointee.expansion = nil
    return CRNN_OK
  }
  guard UInt(bitPattern: memory) & 63 == 0 else {
    return Message(error, CRNN_ERROR_ALIGNMENT).text("memory for prepared weights must be aligned to 64 bytes").status
  }
  guard bytes >= needed else {
    return Message(error, CRNN_ERROR_CAPACITY).text("the prepared weights need ").number(needed)
      .text(" bytes of memory, not ").number(bytes).status
  }
  if !Expansion.isOne(memory, of: model) { Expansion.write(model, to: memory) }
  placed.pointee.expansion = UnsafeRawPointer(memory)
  return CRNN_OK
}
