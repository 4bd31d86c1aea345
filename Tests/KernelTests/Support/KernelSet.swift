import CCRNN
import CKernels
import Foundation
import Testing

/// A kernel module that this machine can run. Its table is a constant of the program, so that all tests may share it.
struct KernelSet: @unchecked Sendable, CustomTestStringConvertible {
  let kernels: crnn_kernels

  var name: String { String(cString: kernels.name) }
  var testDescription: String { name }

  static let reference = KernelSet(kernels: crnn_kernels_reference().pointee)

  /// All but the reference. Where CRNN_PROCESSOR names a set, that one: something else executes what this processor lacks
  /// (`tools/processor`).
  static let optimized: [KernelSet] = {
    #if arch(x86_64)
      let sets = [
        (0, crnn_kernels_baseline()), (CRNN_PROCESSOR_AVX2, crnn_kernels_avx2()),
        (CRNN_PROCESSOR_AVXVNNI, crnn_kernels_avxvnni()), (CRNN_PROCESSOR_AVX512VNNI, crnn_kernels_avx512vnni()),
      ]
    #elseif arch(arm64)
      let sets = [
        (0, crnn_kernels_neon()), (CRNN_PROCESSOR_DOTPROD, crnn_kernels_dotprod()),
        (CRNN_PROCESSOR_I8MM, crnn_kernels_i8mm()),
      ]
    #else
      let sets: [(Int, UnsafePointer<crnn_kernels>)] = []
    #endif
    if let name = ProcessInfo.processInfo.environment["CRNN_PROCESSOR"] {
      return sets.map { KernelSet(kernels: $0.1.pointee) }.filter { $0.name == name }
    }
    let features = Int(crnn_processor_features())
    return sets.filter { features & Int($0.0) == Int($0.0) }.map { KernelSet(kernels: $0.1.pointee) }
  }()
}
