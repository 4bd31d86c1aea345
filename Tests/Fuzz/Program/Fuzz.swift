import Foundation
import FuzzChecks

/// libFuzzer calls this with one case after the other; `CRNN_FUZZ` names the part that is given them.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
  part.check(UnsafeRawBufferPointer(start: data, count: size))
  return 0
}

private let part: FuzzedPart = {
  let name = ProcessInfo.processInfo.environment["CRNN_FUZZ"] ?? ""
  guard let part = FuzzedPart(rawValue: name) else {
    print("CRNN_FUZZ is one of \(FuzzedPart.allCases.map(\.rawValue).joined(separator: ", ")), not '\(name)'")
    exit(2)
  }
  return part
}()
