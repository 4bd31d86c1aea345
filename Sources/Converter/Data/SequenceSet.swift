import Arrays

/// Whole sequences for a network, as a file of arrays holds them.
///
/// For each input port the file holds one array (of the port's name, or `x` where the network has one input), or several under
/// names that a pattern with a star matches. An array without an axis of sequences is one sequence, unless one of two companions
/// divides it: `lengths`, the frames of each sequence, or `seq`, a number for each frame that changes where another begins.
/// Where inputs have sequences of different lengths, `lengths_PORT` or `seq_PORT` speak of one of them.
package struct SequenceSet {
  /// For each sequence, `[frames × elements]` for each input port.
  package private(set) var sequences: [[[Float]]] = []
  /// For each group of arrays that a star matched, what it stood for and how many sequences it gave. One group without a star.
  package private(set) var groups: [(part: String, count: Int)] = []

  /// What each sequence is called; empty where nothing names them.
  package private(set) var names: [String] = []

  /// Whether the arrays were found by a pattern with a star.
  package private(set) var isStarred = false
  /// Whether some array had an axis of sequences.
  package private(set) var isDivided = false

  package var count: Int { sequences.count }

  /// The largest number of frames that any port gets.
  package func longest(_ ports: [PortDescription]) -> Int {
    sequences.lazy.flatMap { zip($0, ports).map { $0.count / max(1, $1.elements) } }.max() ?? 0
  }

  /// Sequences that lie in memory.
  package init(_ sequences: [[[Float]]], names: [String] = []) {
    self.sequences = sequences
    self.names = names
    groups = [("", sequences.count)]
    isDivided = true
  }

  /// - Parameters:
  ///   - patterns: per port, the array's name, which may hold a star; the rules above where a port is not there.
  ///   - isStrict: refuses arrays that can be read in two ways.
  ///   - adapt: changes an array before it is arranged, where its entries are not the port's frames; it says how many frames
  ///     each of them gives, by which the companions' lengths count.
  package init(
    _ source: ArraySource, ports: [PortDescription], patterns: [String: String] = [:], isStrict: Bool = false,
    adapt: (NumericArray, PortDescription) throws -> (array: NumericArray, framesPerEntry: Int) = { array, _ in
      (array, 1)
    }
  ) throws {
    for name in patterns.keys where !ports.contains(where: { $0.name == name }) {
      throw ConverterError(
        "there is no input called \(name); the inputs are \(ports.map(\.name).joined(separator: ", "))")
    }
    let patterns = try ports.map { try SequenceSet.pattern(for: $0, of: ports, patterns[$0.name], source) }
    isStarred = patterns.contains { $0.contains("*") }
    for part in patterns.first.map(source.matches) ?? [] {
      var arranged: [(array: ArrangedArray, framesPerEntry: Int)] = []
      for (port, pattern) in zip(ports, patterns) {
        let name = ArraySource.name(pattern, part)
        guard let array = try source[name] else { throw ConverterError("\(source.path) has no array called '\(name)'") }
        let adapted = try adapt(array, port)
        arranged.append(
          (
            try ArrangedArray(adapted.array, for: port, source: source.title(name), isStrict: isStrict),
            adapted.framesPerEntry
          ))
      }
      isDivided = isDivided || arranged.contains { $0.array.sequences != nil }
      let found = try SequenceSet.split(arranged, ports, source)
      sequences += found
      groups.append((part, found.count))
      if !part.isEmpty { names += (0..<found.count).map { found.count == 1 ? part : "\(part) \($0)" } }
    }
    for (index, port) in ports.enumerated() {
      guard let fixed = port.fixedFrames else { continue }
      for sequence in sequences where sequence[index].count != fixed * port.elements {
        throw ConverterError(
          "input \(port.name) takes sequences of exactly \(fixed) frames, but \(source.path) has one of "
            + "\(sequence[index].count / max(1, port.elements))")
      }
    }
  }

  private static func pattern(
    for port: PortDescription, of ports: [PortDescription], _ stated: String?, _ source: ArraySource
  ) throws -> String {
    var candidates = [port.name]
    if ports.count == 1 { candidates += ["x", "x_*"] }
    if let stated { candidates = [stated] }
    if let found = candidates.first(where: { !source.matches($0).isEmpty }) { return found }
    throw ConverterError(
      """
      \(source.path) has no array \(candidates.map { "'\($0)'" }.joined(separator: " or ")) for input \(port.name): it \
      holds \(source.names.joined(separator: ", ")); --array \(port.name)=NAME says which it is
      """)
  }

  private static func split(
    _ arranged: [(array: ArrangedArray, framesPerEntry: Int)], _ ports: [PortDescription], _ source: ArraySource
  ) throws -> [[[Float]]] {
    var perPort: [[[Float]]] = []
    for ((array, framesPerEntry), port) in zip(arranged, ports) {
      var parts: [[Float]] = []
      // How many frames of the stream each sequence has, where companions say so.
      let lengths = try companionLengths(source, "_\(port.name)") ?? companionLengths(source, "")
      if let count = array.sequences {
        let size = array.frames * port.elements
        for index in 0..<count { parts.append(Array(array.values[index * size..<(index + 1) * size])) }
      } else if let lengths = lengths?.map({ $0 * framesPerEntry }), !port.isPerSequence {
        guard lengths.reduce(0, +) == array.frames else {
          throw ConverterError(
            "\(source.path) has \(array.frames) frames for input \(port.name), but 'lengths' or 'seq' speak of "
              + "\(lengths.reduce(0, +)): 'lengths_\(port.name)' gives this input's own lengths")
        }
        var start = 0
        for length in lengths {
          parts.append(Array(array.values[start * port.elements..<(start + length) * port.elements]))
          start += length
        }
      } else {
        parts = [array.values]
      }
      perPort.append(parts)
    }
    let count = perPort.map(\.count).max() ?? 0
    for (parts, port) in zip(perPort, ports) where parts.count != count {
      throw ConverterError("\(source.path) has \(count) sequences, but \(parts.count) for input \(port.name)")
    }
    return (0..<count).map { index in perPort.map { $0[index] } }
  }

  private static func companionLengths(_ source: ArraySource, _ suffix: String) throws -> [Int]? {
    if let lengths = try source["lengths" + suffix] {
      let lengths = try lengths.integers().map { Int($0) }
      guard lengths.allSatisfy({ $0 >= 0 }) else {
        throw ConverterError("\(source.path): 'lengths\(suffix)' has a negative entry")
      }
      return lengths
    }
    guard let numbers = try source["seq" + suffix]?.integers() else { return nil }
    var lengths: [Int] = []
    for (index, number) in numbers.enumerated() {
      if index == 0 || number != numbers[index - 1] { lengths.append(0) }
      lengths[lengths.count - 1] += 1
    }
    return lengths
  }
}

extension SequenceSet {
  /// True where the arrays had an axis of sequences, or companions or names told sequences apart.
  package var isBatch: Bool { isDivided || count != 1 }

  /// The first sequences only.
  package mutating func limit(to count: Int) {
    sequences = Array(sequences.prefix(count))
    names = Array(names.prefix(count))
    var left = count
    for index in groups.indices {
      groups[index].count = min(groups[index].count, left)
      left -= groups[index].count
    }
    groups.removeAll { $0.count == 0 }
  }

  /// One set from the sets of single ports. Throws where they have different numbers of sequences.
  package init(joining sets: [SequenceSet]) throws {
    guard let first = sets.first, sets.allSatisfy({ $0.count == first.count }) else {
      throw ConverterError(
        "the inputs have different numbers of sequences: \(sets.map { String($0.count) }.joined(separator: ", "))")
    }
    self = first
    sequences = (0..<first.count).map { index in sets.flatMap { $0.sequences[index] } }
    isDivided = sets.contains(where: \.isDivided)
  }
}
