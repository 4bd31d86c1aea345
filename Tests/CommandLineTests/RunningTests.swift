import Arrays
import Glibc
import Quantizer
import Testing

@testable import crnn

/// Whole sequences through a packed model's stream, as `crnn run` feeds them.
@Suite struct RunningTests {
  /// Seven frames of one input for each of the other, which a chunk's share of the slower one never is.
  @Test func everyChunkFeedsInputsOfDifferentRates() throws {
    var graph = Graph()
    let fast = graph.addInput("fast", frame: FrameShape(channels: 2), rate: Rate(7))
    let slow = graph.addInput("slow", frame: FrameShape(channels: 2))
    let pool = Pool(
      kind: .average(countPadding: false), geometry: WindowGeometry(kernel: Extent(time: 7), stride: Extent(time: 7)))
    let pooled = try graph.add(.pool(pool), [fast], name: "pooled")
    graph.addOutput("both", try graph.add(.concatenate(axis: 2), [pooled, slow], name: "both"))
    graph.addOutput("end", try graph.add(.timeReduction(.last), [slow], name: "end"))
    let sequence: [[Float]] = [
      (0..<182).map { Float($0 % 19) / 19 }, (0..<26).map { Float($0 % 5) / 5 },
    ]

    let (bytes, _) = try Conversion.convert(graph: graph, calibration: [CalibrationSequence(inputs: sequence)])
    let path = "/tmp/crnn-running-\(getpid()).crnn"
    defer { unlink(path) }
    try Files.write(bytes, to: path)
    let model = try RuntimeModel(path: path)
    let expected = try model.run(sequence)
    #expect(expected.map(\.count) == [52, 2])
    for chunk in 1...20 {
      model.chunk = chunk
      #expect(try model.run(sequence) == expected, "chunk \(chunk)")
    }
  }

  /// Sequences of many lengths on several threads, in several calls.
  @Test func threadsGiveWhatOneGives() throws {
    var graph = Graph()
    let input = graph.addInput("in", frame: FrameShape(channels: 3))
    let pool = Pool(
      kind: .maximum, geometry: WindowGeometry(kernel: Extent(time: 2), stride: Extent(time: 2)))
    graph.addOutput("half", try graph.add(.pool(pool), [input], name: "half"))
    graph.addOutput("end", try graph.add(.timeReduction(.mean), [input], name: "end"))
    let sequences: [[[Float]]] = (0..<300).map { number in
      let elements = 3 * (1 + number * 7 % 23)
      return [(0..<elements).map { (element: Int) -> Float in Float((element * 5 + number) % 17) / 17 }]
    }

    let (bytes, _) = try Conversion.convert(graph: graph, calibration: [CalibrationSequence(inputs: sequences[22])])
    let path = "/tmp/crnn-threads-\(getpid()).crnn"
    defer { unlink(path) }
    try Files.write(bytes, to: path)
    let model = try RuntimeModel(path: path)
    let expected = try model.run(all: sequences, progress: "")
    for threads in [2, 3, 100] {
      model.threads = threads
      #expect(try model.run(all: sequences, progress: "") == expected, "\(threads) threads")
    }
    #expect(try model.run(all: [], progress: "").isEmpty)
  }
}
