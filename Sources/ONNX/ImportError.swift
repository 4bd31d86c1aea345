/// Why a file was not read, as a sentence that says what to do.
public struct ImportError: Error, CustomStringConvertible, Sendable {
  /// The node that is to blame, where there is one.
  public let node: String?
  /// Its operator.
  public let op: String?
  public let message: String

  public init(_ message: String, node: String? = nil, op: String? = nil) {
    self.message = message
    self.node = node
    self.op = op
  }

  public var description: String {
    guard let node, let op else { return message }
    return "node '\(node)' (\(op)): \(message)"
  }
}
