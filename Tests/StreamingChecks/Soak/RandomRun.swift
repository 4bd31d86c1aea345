import Foundation
import Quantizer

/// Runs random cases one after the other and stops at the first that fails.
public struct RandomRun {
  /// A case that failed, and the smallest one that fails like it.
  public struct Found: CustomStringConvertible, Sendable {
    public let seed: UInt64
    public let description: String
  }

  /// Cases so far.
  public private(set) var count = 0
  public private(set) var seed: UInt64
  private var coverage = Coverage()
  private let directory: URL

  /// `directory` receives the shrunk case.
  public init(seed: UInt64, directory: URL) {
    self.seed = seed
    self.directory = directory
  }

  public var table: String { coverage.table }

  /// Checks the next seed's case; nil where it holds.
  public mutating func next() -> Found? {
    let seed = self.seed
    self.seed &+= 1
    count += 1
    do {
      let check = try StreamingCase(seed: seed)
      coverage.add(check)
      guard let failure = StreamingCheck.failure(check) else { return nil }
      return found(seed, check, failure)
    } catch {
      return Found(seed: seed, description: "the generator made no valid network: \(error)")
    }
  }

  private func found(_ seed: UInt64, _ check: StreamingCase, _ failure: StreamingCheck.Failure) -> Found {
    var shrinker = Shrinker { StreamingCheck.failure($0)?.kind == failure.kind }
    let smallest = shrinker.shrink(check)
    let reason = StreamingCheck.failure(smallest) ?? failure
    var text = "\(failure)\nshrunk to \(smallest.graph.nodes.count) nodes: \(reason)\n\(smallest)"
    do {
      try GoldenCase(smallest, name: "seed\(seed)", about: String("\(reason)".map { $0 == "\n" ? " " : $0 })).write(
        to: directory)
      text += "left in \(directory.path())seed\(seed).case"
    } catch {
      text += "no file was packed: \(error)"
    }
    return Found(seed: seed, description: text)
  }
}
