import CCRNN
import CKernels

/// The types of codes that matrices are applied to.
enum OperandKind {
  case s16
  case u8
  /// 0...127
  case u7

  init(_ tensor: UnsafePointer<crnn_tensor_record>) {
    self = Int(tensor.pointee.store) == CRNN_STORE_S16 ? .s16 : tensor.pointee.code_maximum <= 127 ? .u7 : .u8
  }

  var bytes: Int { self == .s16 ? 2 : 1 }
}

extension UnsafePointer where Pointee == crnn_kernels {
  /// The kernel `multiply_*` for operands of this type.
  func multiply(
    _ kind: OperandKind, _ x: UnsafePointer<UnsafeRawPointer>, taps: Int, count: Int, _ weights: UnsafePointer<Int8>,
    _ initial: UnsafePointer<Int32>, _ groups: Int, _ panels: Int, _ panelStride: Int,
    _ accumulators: UnsafeMutablePointer<Int32>, _ accumulatorStride: Int
  ) {
    let raw = UnsafeRawPointer(x)
    if kind == .s16 {
      crnn_use_multiply_s16(self)(
        raw.assumingMemoryBound(to: UnsafePointer<Int16>.self), taps, count, weights, initial, groups, panels,
        panelStride, accumulators, accumulatorStride)
      return
    }
    let kernel = kind == .u7 ? crnn_use_multiply_u7(self) : crnn_use_multiply_u8(self)
    kernel(
      raw.assumingMemoryBound(to: UnsafePointer<UInt8>.self), taps, count, weights, initial, groups, panels,
      panelStride,
      accumulators, accumulatorStride)
  }
}

extension Execution {
  /// How many frames from frame `index` on lie one behind the other in the ring, the first of at most `limit`; with `isReverse`,
  /// from frame `index` back.
  func framesInRow(_ tensor: Int, _ index: Int64, limit: Int64, isReverse: Bool = false) -> Int {
    let capacity = tensors[tensor].capacity
    let slot = index &% capacity
    return Int(truncatingIfNeeded: min(limit, min(Int64(tile), isReverse ? slot &+ 1 : capacity &- slot)))
  }
}
