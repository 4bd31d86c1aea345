/// The smallest and the largest value seen; 0 always counts as seen, because padding and fresh states are 0.
public struct ValueRange: Equatable, Sendable, Codable {
  public var minimum: Float
  public var maximum: Float
  public init(minimum: Float = 0, maximum: Float = 0) {
    self.minimum = min(minimum, 0)
    self.maximum = max(maximum, 0)
  }
  /// The largest absolute value.
  public var magnitude: Float { max(-minimum, maximum) }
  public var isFinite: Bool { minimum.isFinite && maximum.isFinite }

  mutating func include(_ value: Float) {
    if value < minimum { minimum = value }
    if value > maximum { maximum = value }
  }

  mutating func include(_ other: ValueRange) {
    minimum = min(minimum, other.minimum)
    maximum = max(maximum, other.maximum)
  }
}
