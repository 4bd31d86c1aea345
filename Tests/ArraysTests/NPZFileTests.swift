import Glibc
import Testing

@testable import Arrays

@Suite struct NPZFileTests {
  @Test(arguments: ["stored", "deflated", "zip64"])
  func readsWhatNumPyWrote(name: String) throws {
    let file = try NPZFile(fixture("\(name).npz"))
    #expect(try file["x"]?.shape == [2, 3])
    #expect(try file["x"]?.floats() == [-2, -1, 0, 1, 2, 3])
    #expect(try file["absent"] == nil)
  }

  @Test func severalArrays() throws {
    let file = try NPZFile(fixture("deflated.npz"))
    #expect(file.names == ["x", "zeros", "labels"])
    #expect(try file["labels"]?.strings() == ["a", "b"])
    #expect(try file["zeros"]?.count == 5000)
  }

  @Test func writtenFilesAreReadBack() throws {
    let path = temporaryPath("x.npz")
    defer { unlink(path) }
    let first = try NumericArray(shape: [2, 2], floats: [1, 2, 3, 4])
    let second = try NumericArray(shape: [3], integers: [5, 6, 7])
    try NPZFile.write([("first", first), ("second", second)], to: path)
    let file = try NPZFile(path)
    #expect(file.names == ["first", "second"])
    #expect(try file["first"] == first)
    #expect(try file["second"] == second)
  }

  @Test func whatIsNoArchiveIsNamed() {
    #expect(message { _ = try NPZFile(fixture("f4.npy")) }?.contains("not a zip file") == true)
    #expect(message { _ = try NPZFile(fixture("absent.npz")) }?.contains("No such file") == true)
    #expect(message { _ = try NPZFile(parsing: []) }?.contains("not a zip file") == true)
  }

  /// Whatever a byte says, the array is either the right one or refused.
  @Test(arguments: ["stored", "deflated", "zip64"])
  func everyTruncationAndEveryChangedByteIsSurvived(name: String) throws {
    let original = try Files.read(fixture("\(name).npz"))
    let expected = try NPZFile(parsing: original)["x"]
    for length in 0..<original.count {
      #expect(throws: ArrayError.self) { try NPZFile(parsing: Array(original[..<length])) }
    }
    for position in original.indices {
      for change: UInt8 in [1, 0x10, 0x80, 0xFF] {
        var damaged = original
        damaged[position] ^= change
        if let file = try? NPZFile(parsing: damaged), let array = try? file["x"] { #expect(array == expected) }
      }
    }
  }
}
