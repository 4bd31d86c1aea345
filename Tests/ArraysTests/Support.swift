import Glibc

@testable import Arrays

/// The path of a file that `Fixtures/make.py` made with NumPy.
func fixture(_ name: String) -> String {
  let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
  return "\(folder)/Fixtures/\(name)"
}

/// A path that no file has, in a folder for temporary files.
func temporaryPath(_ name: String) -> String { "/tmp/crnn-arrays-test-\(getpid())-\(name)" }

/// The message with which `body` fails, or nil where it does not.
func message(_ body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch let error as ArrayError {
    return error.message
  } catch {
    return "not an ArrayError: \(error)"
  }
}
