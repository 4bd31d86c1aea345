import CCRNN
import CCRNNConvert
import Converter

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a call came to, before it is written into the caller's structure.
struct Answer {
  var status = CRNN_OK
  var model: [UInt8]?
  var report: String?
  var notes: String?
  var message: String?

  /// Copies everything into memory that `crnn_convert_result_free` gives back; false where there is none left.
  func write(to result: UnsafeMutablePointer<crnn_convert_result>) -> Bool {
    var written = crnn_convert_result()
    written.struct_size = result.pointee.struct_size
    result.pointee = written
    if let model {
      guard let bytes = copied(model, isText: false) else { return false }
      result.pointee.model = bytes.assumingMemoryBound(to: UInt8.self)
      result.pointee.model_bytes = model.count
    }
    for (text, place) in [
      (report, \crnn_convert_result.report), (notes, \crnn_convert_result.notes),
      (message, \crnn_convert_result.message),
    ] {
      guard let text else { continue }
      guard let bytes = copied(Array(text.utf8), isText: true) else {
        release(result)
        return false
      }
      result.pointee[keyPath: place] = bytes.assumingMemoryBound(to: CChar.self)
    }
    return true
  }

  private func copied(_ bytes: [UInt8], isText: Bool) -> UnsafeMutableRawPointer? {
    guard let memory = malloc(bytes.count + 1) else { return nil }
    bytes.withUnsafeBytes { source in
      if let start = source.baseAddress { memory.copyMemory(from: start, byteCount: bytes.count) }
    }
    if isText { memory.storeBytes(of: 0, toByteOffset: bytes.count, as: UInt8.self) }
    return memory
  }
}

/// Gives back what a result holds.
func release(_ result: UnsafeMutablePointer<crnn_convert_result>) {
  free(result.pointee.model)
  free(result.pointee.report)
  free(result.pointee.notes)
  free(result.pointee.message)
  var empty = crnn_convert_result()
  empty.struct_size = result.pointee.struct_size
  result.pointee = empty
}

/// A status with its sentence.
struct Failure: Error {
  let status: crnn_status
  let message: String
}

/// Runs `body`; what it throws gets the status. What is said of the options themselves may have another.
func failing<Result>(_ status: crnn_status, options: crnn_status? = nil, _ body: () throws -> Result) throws -> Result {
  do { return try body() } catch let failure as Failure { throw failure } catch let error as ConverterError {
    throw Failure(status: options ?? status, message: error.message)
  } catch { throw Failure(status: status, message: "\(error)") }
}

/// Writes a status and as much of its sentence as there is room for; returns the status.
func report(_ status: crnn_status, _ message: String, _ error: UnsafeMutablePointer<crnn_error>?) -> crnn_status {
  let offset = MemoryLayout<Int>.size + MemoryLayout<crnn_status>.size
  guard let error, error.pointee.struct_size > offset else { return status }
  error.pointee.status = status
  let room = min(error.pointee.struct_size, MemoryLayout<crnn_error>.size) - offset - 1
  var text = Array(message.utf8.prefix(room))
  // Not in the middle of a character.
  while let last = text.last, text.count < message.utf8.count, last & 0x80 != 0 {
    text.removeLast()
    if last & 0xC0 == 0xC0 { break }
  }
  let bytes = UnsafeMutableRawPointer(error) + offset
  text.withUnsafeBytes { source in
    if let start = source.baseAddress { bytes.copyMemory(from: start, byteCount: text.count) }
  }
  bytes.storeBytes(of: 0, toByteOffset: text.count, as: UInt8.self)
  return status
}
