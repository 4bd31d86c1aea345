import Arrays
import Converter
import Testing

@testable import crnn

@Suite struct ArrangedArrayTests {
  private func array(_ shape: [Int]) throws -> NumericArray {
    try NumericArray(shape: shape, floats: (0..<shape.reduce(1, *)).map(Float.init))
  }

  @Test func oneSequenceIsTimeTimesFrame() throws {
    let port = PortDescription(name: "x", shape: [3])
    let arranged = try ArrangedArray(try array([4, 3]), for: port, source: "a")
    #expect(arranged.sequences == nil && arranged.frames == 4)
    #expect(arranged.values == (0..<12).map(Float.init))
  }

  @Test func severalSequencesHaveAnAxisInFront() throws {
    let port = PortDescription(name: "x", shape: [3, 2])
    let arranged = try ArrangedArray(try array([5, 4, 3, 2]), for: port, source: "a")
    #expect(arranged.sequences == 5 && arranged.frames == 4)
  }

  @Test func singleValuesNeedNoFrameAxis() throws {
    let port = PortDescription(name: "x", shape: [])
    #expect(try ArrangedArray(try array([7]), for: port, source: "a").frames == 7)
    #expect(try ArrangedArray(try array([2, 7]), for: port, source: "a").sequences == 2)
  }

  @Test func aPortWithOneFramePerSequenceHasNoTimeAxis() throws {
    let port = PortDescription(name: "h", shape: [3], isPerSequence: true)
    #expect(try ArrangedArray(try array([3]), for: port, source: "a").sequences == nil)
    let arranged = try ArrangedArray(try array([5, 3]), for: port, source: "a")
    #expect(arranged.sequences == 5 && arranged.frames == 1)
  }

  /// Images stored as height × width, read along the width.
  @Test func aStatedLayoutTransposes() throws {
    var port = PortDescription(name: "x", shape: [2])
    port.statedLayout = try ArrayLayout("NHT")
    let arranged = try ArrangedArray(try array([1, 2, 3]), for: port, source: "a")
    #expect(arranged.sequences == 1 && arranged.frames == 3)
    #expect(arranged.values == [0, 3, 1, 4, 2, 5])
  }

  @Test func theNetworksOwnLayoutIsTakenWhereItFits() throws {
    var port = PortDescription(name: "x", shape: [2, 3])
    port.networkLayout = try ArrayLayout("NCHT")
    // N 1, C 3, H 2, T 2 becomes time × height × channels.
    let arranged = try ArrangedArray(try array([1, 3, 2, 2]), for: port, source: "a")
    #expect(arranged.frames == 2)
    #expect(arranged.values == [0, 4, 8, 2, 6, 10, 1, 5, 9, 3, 7, 11])
  }

  @Test func axesOfSizeOneAreDropped() throws {
    var port = PortDescription(name: "x", shape: [2])
    port.networkLayout = try ArrayLayout("N1HT")
    let arranged = try ArrangedArray(try array([4, 1, 2, 3]), for: port, source: "a")
    #expect(arranged.sequences == 4 && arranged.frames == 3)
    #expect(arranged.values.prefix(6) == [0, 3, 1, 4, 2, 5])
  }

  @Test func callsOfANetworkWithoutTimeAreItsFrames() throws {
    var port = PortDescription(name: "x", shape: [2, 2])
    port.networkLayout = try ArrayLayout("NHW1")
    let arranged = try ArrangedArray(try array([5, 2, 2, 1]), for: port, source: "a")
    #expect(arranged.sequences == nil && arranged.frames == 5)
  }

  /// [5, 1, 2, 2]: five sequences of one frame, or five calls. It is the same unless the network remembers.
  @Test func callsAndSequencesAreToldApartOnlyWhereItMatters() throws {
    var port = PortDescription(name: "x", shape: [2, 2])
    port.networkLayout = try ArrayLayout("N1HW")
    let calls = try array([5, 1, 2, 2])
    #expect(try ArrangedArray(calls, for: port, source: "a", isStrict: true).sequences == 5)
    port.carriesState = true
    #expect(throws: CommandError.self) { try ArrangedArray(calls, for: port, source: "a", isStrict: true) }
  }

  @Test func whatCanBeReadInTwoWaysIsRefusedWhenStrict() throws {
    var port = PortDescription(name: "x", shape: [3])
    port.networkLayout = try ArrayLayout("NHT")
    let square = try array([2, 3, 3])
    #expect(throws: CommandError.self) { try ArrangedArray(square, for: port, source: "a", isStrict: true) }
    #expect(try ArrangedArray(square, for: port, source: "a").values == (0..<18).map(Float.init))
    port.statedLayout = try ArrayLayout("NHT")
    #expect(try ArrangedArray(square, for: port, source: "a", isStrict: true).values.prefix(3) == [0, 3, 6])
  }

  @Test func whatFitsNothingIsRefused() throws {
    let port = PortDescription(name: "x", shape: [3])
    for shape in [[3], [4, 4], [1, 2, 3, 3], [2, 3, 4]] {
      #expect(throws: CommandError.self) { try ArrangedArray(try array(shape), for: port, source: "a") }
    }
  }

  @Test func integersAreScaled() throws {
    var port = PortDescription(name: "x", shape: [])
    let pixels = try NumericArray(shape: [3], elementType: .uint8, bytes: [0, 51, 255])
    #expect(try ArrangedArray(pixels, for: port, source: "a").values == [0, Float(51) * (1 / 255), 1])
    let samples = try NumericArray(shape: [2], elementType: .int16, bytes: [0, 0x40, 0, 0x80])
    #expect(try ArrangedArray(samples, for: port, source: "a").values == [0.5, -1])
    port.integerScale = 2
    #expect(try ArrangedArray(pixels, for: port, source: "a").values == [0, 102, 510])
    port.isIndex = true
    #expect(try ArrangedArray(pixels, for: port, source: "a").values == [0, 51, 255])
  }

  @Test func otherIntegersNeedAScale() throws {
    var port = PortDescription(name: "x", shape: [])
    let numbers = try NumericArray(shape: [3], integers: [-1, 0, 3])
    #expect(throws: CommandError.self) { try ArrangedArray(numbers, for: port, source: "a") }
    port.integerScale = 0.5
    #expect(try ArrangedArray(numbers, for: port, source: "a").values == [-0.5, 0, 1.5])
    port.integerScale = nil
    port.isIndex = true
    #expect(try ArrangedArray(numbers, for: port, source: "a").values == [-1, 0, 3])
  }

  /// What the model's conversion was told holds for arrays of that rank; what this command was told must hold.
  @Test func aDemandedLayoutMustHaveTheArraysRank() throws {
    var port = PortDescription(name: "x", shape: [2])
    port.statedLayout = try ArrayLayout("NHT")
    #expect(try ArrangedArray(try array([3, 2]), for: port, source: "a").frames == 3)
    port.isLayoutDemanded = true
    #expect(throws: CommandError.self) { try ArrangedArray(try array([3, 2]), for: port, source: "a") }
  }

  @Test func layoutsAreChecked() {
    #expect(throws: CommandError.self) { try ArrayLayout("NXT") }
    #expect(throws: CommandError.self) { try ArrayLayout("NTT") }
    #expect((try? ArrayLayout("N11T")) != nil)
  }
}
