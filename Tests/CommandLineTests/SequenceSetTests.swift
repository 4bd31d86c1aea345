import Arrays
import Converter
import Glibc
import Testing

@testable import crnn

@Suite struct SequenceSetTests {
  private static let port = PortDescription(name: "x", shape: [2])

  private func set(_ arrays: [(String, NumericArray)], _ ports: [PortDescription] = [port]) throws -> SequenceSet {
    let path = "/tmp/crnn-set-\(getpid())-\(UInt32.random(in: 0 ... .max)).npz"
    defer { unlink(path) }
    try NPZFile.write(arrays.map { (name: $0.0, array: $0.1) }, to: path)
    return try SequenceSet(try ArraySource(path: path), ports: ports)
  }

  private func floats(_ shape: [Int]) throws -> NumericArray {
    try NumericArray(shape: shape, floats: (0..<shape.reduce(1, *)).map(Float.init))
  }

  @Test func anAxisOfSequences() throws {
    let set = try set([("x", try floats([3, 4, 2]))])
    #expect(set.count == 3 && set.isBatch)
    #expect(set.sequences[1] == [[8, 9, 10, 11, 12, 13, 14, 15]])
    #expect(set.longest([Self.port]) == 4)
  }

  @Test func lengthsDivideALongArray() throws {
    let set = try set([("x", try floats([4, 2])), ("lengths", try NumericArray(shape: [2], integers: [1, 3]))])
    #expect(set.sequences == [[[0, 1]], [[2, 3, 4, 5, 6, 7]]])
  }

  @Test func numbersOfSequencesDivideALongArray() throws {
    let set = try set([("x", try floats([4, 2])), ("seq", try NumericArray(shape: [4], integers: [7, 7, 2, 7]))])
    #expect(set.sequences.map { $0[0].count } == [4, 2, 2])
  }

  @Test func namesWithAStarAreSequences() throws {
    let set = try set([("x_b", try floats([1, 2])), ("x_a", try floats([2, 2]))])
    #expect(set.groups.map(\.part) == ["b", "a"])
    #expect(set.sequences.map { $0[0].count } == [2, 4])
  }

  @Test func severalPortsGoByTheirNames() throws {
    let ports = [Self.port, PortDescription(name: "h", shape: [3], isPerSequence: true)]
    let set = try set([("x", try floats([2, 4, 2])), ("h", try floats([2, 3]))], ports)
    #expect(set.sequences[1].map(\.count) == [8, 3])
    #expect(throws: CommandError.self) {
      try self.set([("x", try self.floats([2, 4, 2])), ("h", try self.floats([3, 3]))], ports)
    }
  }

  /// Two frames of one input for each of the other.
  @Test func everyInputMayHaveLengthsOfItsOwn() throws {
    let ports = [Self.port, PortDescription(name: "h", shape: [3])]
    let arrays = [("x", try floats([8, 2])), ("h", try floats([4, 3]))]
    let own = ("lengths_h", try NumericArray(shape: [2], integers: [1, 3]))
    let lengths = try set(arrays + [("lengths", try NumericArray(shape: [2], integers: [2, 6])), own], ports)
    #expect(lengths.sequences.map { $0.map(\.count) } == [[4, 3], [12, 9]])
    let numbers = ("seq_x", try NumericArray(shape: [8], integers: [1, 1, 5, 5, 5, 5, 5, 5]))
    #expect(try set(arrays + [numbers, own], ports).sequences == lengths.sequences)
    #expect(throws: CommandError.self) {
      try self.set(arrays + [("lengths", try NumericArray(shape: [2], integers: [2, 6]))], ports)
    }
  }

  @Test func contradictionsAreRefused() throws {
    #expect(throws: CommandError.self) { try self.set([("other", try self.floats([4, 2]))]) }
    #expect(throws: CommandError.self) {
      try self.set([("x", try self.floats([4, 2])), ("lengths", try NumericArray(shape: [1], integers: [3]))])
    }
    var port = Self.port
    port.fixedFrames = 5
    #expect(throws: CommandError.self) { try self.set([("x", try self.floats([3, 4, 2]))], [port]) }
  }
}
