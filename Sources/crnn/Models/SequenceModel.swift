import Converter

/// A network that turns whole sequences into results: a packed model, or a float graph.
protocol SequenceModel {
  var inputs: [PortDescription] { get }
  var outputs: [PortDescription] { get }

  /// Runs one sequence, from the first frame to the end.
  ///
  /// - Parameter sequence: `[frames × elements]` for each input port.
  /// - Returns: `[frames × elements]` for each output port.
  func run(_ sequence: [[Float]]) throws -> [[Float]]

  /// Runs many sequences; says on the terminal how far it is.
  func run(all sequences: [[[Float]]], progress title: String) throws -> [[[Float]]]

  /// A text that goes with the network: "labels", "alphabet", "ctc.blank", …
  func text(_ key: String) -> String?
}

extension SequenceModel {
  func run(all sequences: [[[Float]]], progress title: String) throws -> [[[Float]]] {
    try runEach(sequences, progress: title)
  }

  /// One after the other.
  func runEach(_ sequences: [[[Float]]], progress title: String) throws -> [[[Float]]] {
    let progress = Progress(title)
    var results: [[[Float]]] = []
    for (number, sequence) in sequences.enumerated() {
      progress.update(number + 1, of: sequences.count)
      results.append(try run(sequence))
    }
    progress.finish()
    return results
  }
}
