import Arrays
import CCRNN
import CCRNNConvert
import Converter
import Quantizer

@_cdecl("crnn_convert_version") @implementation
public func crnn_convert_version() -> UInt32 { crnn_version() }

@_cdecl("crnn_convert_abi_check") @implementation
public func crnn_convert_abi_check(_ headerVersion: UInt32) -> crnn_status { crnn_abi_check(headerVersion) }

@_cdecl("crnn_convert") @implementation
public func crnn_convert(
  _ request: UnsafePointer<crnn_convert_request>?, _ result: UnsafeMutablePointer<crnn_convert_result>?,
  _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  perform(request, result, error, size: { $0.struct_size }) { request, answer in
    let call = try RequestedCall(request)
    let job = try call.job()
    answer.notes = job.warnings.joined(separator: "\n")
    let arrays = try call.arrays()
    let data = try failing(CRNN_CONVERT_ERROR_DATA) {
      try job.calibration(ArraySource(arrays, title: "the calibration data"))
    }
    let judge = try failing(CRNN_CONVERT_ERROR_DATA) { try job.judge(data) }
    let result = try failing(CRNN_CONVERT_ERROR_NETWORK) {
      do { return try job.run(data, judge: judge, progress: call.progress) } catch let unreached as PrecisionUnreached {
        throw Failure(status: CRNN_CONVERT_ERROR_LIMIT, message: "\(unreached)")
      }
    }
    let document = try failing(CRNN_CONVERT_ERROR_NETWORK) {
      try job.document(result, samples: (data.set, data.source), title: data.title)
    }
    answer.notes = (job.warnings + result.report.warnings).joined(separator: "\n")
    answer.report = document.json(call.name, "").document
    answer.model = result.bytes
  }
}

@_cdecl("crnn_convert_inspect") @implementation
public func crnn_convert_inspect(
  _ request: UnsafePointer<crnn_convert_request>?, _ result: UnsafeMutablePointer<crnn_convert_result>?,
  _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  perform(request, result, error, size: { $0.struct_size }) { request, answer in
    let job = try RequestedCall(request).job()
    answer.notes = job.warnings.joined(separator: "\n")
    answer.report = job.description.document
  }
}

@_cdecl("crnn_convert_result_free") @implementation
public func crnn_convert_result_free(_ result: UnsafeMutablePointer<crnn_convert_result>?) {
  guard let result, result.pointee.struct_size >= MemoryLayout<crnn_convert_result>.size else { return }
  release(result)
}

/// Checks the arguments, runs `body` and writes what came of it.
func perform<Request>(
  _ request: UnsafePointer<Request>?, _ result: UnsafeMutablePointer<crnn_convert_result>?,
  _ error: UnsafeMutablePointer<crnn_error>?, size: (Request) -> Int, _ body: (Request, inout Answer) throws -> Void
) -> crnn_status {
  // Sizes first: of a smaller structure nothing else may be read.
  guard let result, result.pointee.struct_size >= MemoryLayout<crnn_convert_result>.size else {
    return report(CRNN_ERROR_ARGUMENT, "the result is NULL, or its struct_size is not set", error)
  }
  var answer = Answer()
  do {
    guard let request, size(request.pointee) >= MemoryLayout<Request>.size else {
      throw Failure(status: CRNN_ERROR_ARGUMENT, message: "the request is NULL, or its struct_size is not set")
    }
    try body(request.pointee, &answer)
  } catch {
    let failure = error as? Failure ?? Failure(status: CRNN_CONVERT_ERROR_NETWORK, message: "\(error)")
    if failure.status != CRNN_CONVERT_ERROR_LIMIT { answer = Answer() }
    answer.model = nil
    answer.message = failure.message
    answer.status = failure.status
  }
  guard answer.write(to: result) else { return report(CRNN_ERROR_MEMORY, "no memory for the result", error) }
  return answer.status == CRNN_OK ? CRNN_OK : report(answer.status, answer.message ?? "", error)
}
