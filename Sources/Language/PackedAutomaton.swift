import CCRNN

/// States and arcs as the bytes that the runtime reads in place (docs/ctc.md).
struct PackedAutomaton {
  struct Arc {
    var symbol: Int
    var target: Int
    /// Natural logarithm of a probability; n-gram models only.
    var weight: Float = 0
  }
  struct State {
    var arcs: [Arc] = []
    /// The next shorter context and what changing to it costs; n-gram models only.
    var shorter = 0
    var backoff: Float = 0
  }

  var kind: Int
  var states: [State]
  var start: Int
  var order = 0

  func bytes(_ alphabet: Alphabet) throws -> [UInt8] {
    let arcs = states.reduce(0) { $0 + $1.arcs.count }
    guard states.count < Int(UInt32.max), arcs < Int(UInt32.max) else {
      throw LanguageError("\(states.count) states and \(arcs) arcs do not fit into the format")
    }
    var rest: [UInt8] = []
    func add(_ value: UInt32) { withUnsafeBytes(of: value.littleEndian) { rest.append(contentsOf: $0) } }
    for value in [
      Int(CRNN_AUTOMATON_VERSION), kind, alphabet.characters.count, Int(alphabet.checksum), states.count, arcs, start,
      order, 0,
    ] {
      add(UInt32(value))
    }
    var first = 0
    for state in states {
      add(UInt32(first))
      first += state.arcs.count
    }
    add(UInt32(first))
    let sorted = states.map { $0.arcs.sorted { $0.symbol < $1.symbol } }
    for arc in sorted.joined() { add(UInt32(arc.target)) }
    if kind == CRNN_AUTOMATON_NGRAM {
      for state in states { add(UInt32(state.shorter)) }
      for state in states { add(state.backoff.bitPattern) }
      for arc in sorted.joined() { add(arc.weight.bitPattern) }
    }
    for arc in sorted.joined() {
      withUnsafeBytes(of: UInt16(arc.symbol).littleEndian) { rest.append(contentsOf: $0) }
    }
    if arcs % 2 == 1 { rest += [0, 0] }
    var all: [UInt8] = [0x43, 0x52, 0x4E, 0x4C, 0x0D, 0x0A, 0x1A, 0x0A]
    withUnsafeBytes(of: (~crnn_crc32c(~0, rest, rest.count)).littleEndian) { all.append(contentsOf: $0) }
    return all + rest
  }
}
