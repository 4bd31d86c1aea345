/// What is wrong with a file of arrays; `message` is a sentence for the user.
public struct ArrayError: Error, CustomStringConvertible, Equatable, Sendable {
  public let message: String
  public init(_ message: String) { self.message = message }
  public var description: String { message }

  /// The same error with the name of the file, or of the array, in front.
  public func within(_ name: String) -> ArrayError { ArrayError("\(name): \(message)") }
}
