import CCRNN
import CKernels

/// Codes that a matrix is applied to; those past its depth meet weights of 0.
enum Operands {
  case s16(UnsafePointer<Int16>)
  case u8(UnsafePointer<UInt8>)
  /// 0...127
  case u7(UnsafePointer<UInt8>)

  /// The codes of a tensor at `codes`.
  init(_ codes: UnsafeRawPointer, _ tensor: UnsafePointer<crnn_tensor_record>) {
    if Int(tensor.pointee.store) == CRNN_STORE_S16 {
      self = .s16(codes.assumingMemoryBound(to: Int16.self))
    } else {
      let bytes = codes.assumingMemoryBound(to: UInt8.self)
      self = tensor.pointee.code_maximum <= 127 ? .u7(bytes) : .u8(bytes)
    }
  }

  func advanced(by count: Int) -> Operands {
    switch self {
    case .s16(let codes): .s16(codes + count)
    case .u8(let codes): .u8(codes + count)
    case .u7(let codes): .u7(codes + count)
    }
  }
}

extension UnsafePointer where Pointee == crnn_kernels {
  /// The kernel `multiply_*` for the type of the operands.
  func multiply(
    _ x: Operands, _ stride: Int, _ count: Int, _ weights: UnsafePointer<Int8>, _ initial: UnsafePointer<Int32>,
    _ initialStride: Int, _ groups: Int, _ panels: Int, _ panelStride: Int, _ accumulators: UnsafeMutablePointer<Int32>,
    _ accumulatorStride: Int
  ) {
    switch x {
    case .s16(let codes):
      pointee.multiply_s16(
        codes, stride, count, weights, initial, initialStride, groups, panels, panelStride, accumulators,
        accumulatorStride)
    case .u8(let codes):
      pointee.multiply_u8(
        codes, stride, count, weights, initial, initialStride, groups, panels, panelStride, accumulators,
        accumulatorStride)
    case .u7(let codes):
      pointee.multiply_u7(
        codes, stride, count, weights, initial, initialStride, groups, panels, panelStride, accumulators,
        accumulatorStride)
    }
  }
}

extension Execution {
  /// How many frames from frame `index` on lie one behind the other in the ring, the first of at most `limit`; with `isReverse`,
  /// from frame `index` back.
  func framesInRow(_ tensor: Int, _ index: Int64, limit: Int64, isReverse: Bool = false) -> Int {
    let capacity = tensors[tensor].capacity
    let slot = index % capacity
    return Int(truncatingIfNeeded: min(limit, min(Int64(tile), isReverse ? slot &+ 1 : capacity &- slot)))
  }
}
