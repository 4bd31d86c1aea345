import CCRNN
import CKernels
import Testing

/// A kernel module that this machine can run. Its table is a constant of the program, so that all tests may share it.
struct KernelSet: @unchecked Sendable, CustomTestStringConvertible {
  let kernels: crnn_kernels

  var name: String { String(cString: kernels.name) }
  var testDescription: String { name }

  static let reference = KernelSet(kernels: crnn_kernels_reference().pointee)

  /// All but the reference.
  static let optimized: [KernelSet] = {
    var sets = [KernelSet(kernels: crnn_kernels_baseline().pointee)]
    #if arch(x86_64)
      let features = Int(crnn_processor_features())
      for (feature, kernels) in [
        (CRNN_PROCESSOR_AVX2, crnn_kernels_avx2()), (CRNN_PROCESSOR_AVXVNNI, crnn_kernels_avxvnni()),
        (CRNN_PROCESSOR_AVX512VNNI, crnn_kernels_avx512vnni()),
      ] where features & Int(feature) != 0 {
        sets.append(KernelSet(kernels: kernels.pointee))
      }
    #endif
    return sets
  }()
}
