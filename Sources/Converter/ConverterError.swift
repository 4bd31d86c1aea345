/// A sentence for the user: what stands in the way, and what to do about it.
package struct ConverterError: Error, CustomStringConvertible, Equatable {
  package let message: String
  package init(_ message: String) { self.message = message }
  package var description: String { message }

  /// What went wrong with a file, its name in front unless the sentence has it.
  package init(naming path: String, _ error: any Error) {
    let message = "\(error)"
    let name = path.split(separator: "/").last ?? ""
    self.init(message.split(separator: " ").contains { $0.contains(name) } ? message : "\(path): \(message)")
  }
}
