import CCRNN
import CKernels

/// The kernel tables of this build, best last. CKernels says which architecture has which.
enum InstructionSets {
  #if arch(x86_64)
    static var count: Int { 5 }
  #elseif arch(arm64)
    static var count: Int { 4 }
  #elseif CRNN_SIMD128 || CRNN_DSP || CRNN_HELIUM || CRNN_SCALAR
    static var count: Int { 2 }
  #else
    static var count: Int { 1 }
  #endif

  static func table(_ index: Int) -> UnsafePointer<crnn_kernels> {
    #if arch(x86_64)
      if index == 4 { return crnn_kernels_avx512vnni() }
      if index == 3 { return crnn_kernels_avxvnni() }
      if index == 2 { return crnn_kernels_avx2() }
      if index == 1 { return crnn_kernels_baseline() }
    #elseif arch(arm64)
      if index == 3 { return crnn_kernels_i8mm() }
      if index == 2 { return crnn_kernels_dotprod() }
      if index == 1 { return crnn_kernels_neon() }
    #elseif CRNN_SIMD128
      if index == 1 { return crnn_kernels_simd128() }
    #elseif CRNN_HELIUM
      if index == 1 { return crnn_kernels_helium() }
    #elseif CRNN_DSP
      if index == 1 { return crnn_kernels_dsp() }
    #elseif CRNN_SCALAR
      if index == 1 { return crnn_kernels_scalar() }
    #endif
    return crnn_kernels_reference()
  }

  static func isSupported(_ index: Int) -> Bool {
    #if arch(x86_64)
      let features = Int(crnn_processor_features())
      switch index {
      case 0: return true
      case 1: return features & Int(CRNN_PROCESSOR_SSE41) != 0
      case 2: return features & Int(CRNN_PROCESSOR_AVX2) != 0
      case 3: return features & Int(CRNN_PROCESSOR_AVXVNNI) != 0
      default: return features & Int(CRNN_PROCESSOR_AVX512VNNI) != 0
      }
    #elseif arch(arm64)
      let features = Int(crnn_processor_features())
      switch index {
      case 0, 1: return true
      case 2: return features & Int(CRNN_PROCESSOR_DOTPROD) != 0
      default: return features & Int(CRNN_PROCESSOR_I8MM) != 0
      }
    #else
      return true
    #endif
  }

  /// The table called `name`, or without a name the best that this processor can run.
  static func choose(
    _ name: UnsafePointer<CChar>?, _ error: UnsafeMutablePointer<crnn_error>?
  ) -> (status: crnn_status, table: UnsafePointer<crnn_kernels>) {
    let fallback = table(0)
    if let name, name[0] != 0 {
      var i = 0
      while i < count {
        if CString.equal(crnn_use_name(table(i)), name), isSupported(i) { return (CRNN_OK, table(i)) }
        i &+= 1
      }
      var message = Message(error, CRNN_ERROR_ISA).text("instruction set ").name(name)
        .text(" is not known or this processor lacks it; there are:")
      i = 0
      while i < count {
        if isSupported(i) { message = message.text(" ").name(crnn_use_name(table(i))) }
        i &+= 1
      }
      return (message.status, fallback)
    }
    var best = count &- 1
    while best > 0, !isSupported(best) { best &-= 1 }
    return (CRNN_OK, table(best))
  }
}

@_cdecl("crnn_isa_count") @implementation
public func crnn_isa_count() -> Int32 { Int32(truncatingIfNeeded: InstructionSets.count) }

@_cdecl("crnn_isa_name") @implementation
public func crnn_isa_name(_ index: Int32) -> UnsafePointer<CChar>? {
  guard index >= 0, Int(index) < InstructionSets.count else { return nil }
  return crnn_use_name(InstructionSets.table(Int(index)))
}

@_cdecl("crnn_isa_supported") @implementation
public func crnn_isa_supported(_ index: Int32) -> Int32 {
  guard index >= 0, Int(index) < InstructionSets.count else { return 0 }
  return InstructionSets.isSupported(Int(index)) ? 1 : 0
}
