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
      if crnn_host_has_avx2() != 0 { sets.append(KernelSet(kernels: crnn_kernels_avx2().pointee)) }
      if crnn_host_has_avxvnni() != 0 { sets.append(KernelSet(kernels: crnn_kernels_avxvnni().pointee)) }
      if crnn_host_has_avx512vnni() != 0 { sets.append(KernelSet(kernels: crnn_kernels_avx512vnni().pointee)) }
    #endif
    return sets
  }()
}
