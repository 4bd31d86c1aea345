/// Scales that a network's file gives.
extension TensorQuantization {
  /// 8-bit codes with these; nil where the runtime does not compute with them.
  public static func given8(scale: Float, zeroPoint: Int) -> TensorQuantization? {
    guard isUsable(scale), (0...255).contains(zeroPoint) else { return nil }
    return TensorQuantization(store: .u8, scale: scale, zeroPoint: Int32(zeroPoint), minimum: 0, maximum: 255)
  }

  /// 16-bit codes, symmetric; nil where the runtime does not compute with the scale.
  public static func given16(scale: Float) -> TensorQuantization? {
    isUsable(scale) ? TensorQuantization(store: .s16, scale: scale, minimum: -32767, maximum: 32767) : nil
  }

  private static func isUsable(_ scale: Float) -> Bool { scale >= smallestScale && scale <= largestScale }
}
