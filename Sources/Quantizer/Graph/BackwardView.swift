/// What a latency-controlled backward layer sees: the results of each block of frames begin from the initial state, `ahead` frames
/// behind the block's end or at the end of the sequence. Every frame sees `ahead` to `ahead + block − 1` later ones, and each block
/// costs `block + ahead` steps.
///
/// Zhang, Chen, Yu, Yao, Khudanpur, Glass: Highway long short-term memory RNNs for distant speech recognition, ICASSP 2016,
/// section 4 (N_c is `block`, N_r is `ahead`).
public struct BackwardView: Equatable, Hashable, Sendable {
  public var block: Int
  public var ahead: Int

  /// - Parameter block: as many frames as `ahead` where it is not given: twice the steps of a layer that sees everything.
  public init(ahead: Int, block: Int? = nil) {
    self.ahead = ahead
    self.block = block ?? max(ahead, 1)
  }

  /// At least one frame ahead, and of a size that can run.
  public var isValid: Bool { block >= 1 && ahead >= 1 && block <= 1 << 19 && ahead <= 1 << 19 }

  /// The blocks of a sequence of `count` frames: the frames of each, and the end of what it sees.
  func blocks(count: Int) -> [(frames: Range<Int>, seen: Int)] {
    stride(from: 0, to: count, by: block).map { first in
      (frames: first..<min(first + block, count), seen: min(first + block + ahead, count))
    }
  }
}

extension Graph {
  /// The same network with every backward layer seeing no further than `view`: it runs as a stream without a longest sequence.
  /// This is another network, whose results differ.
  public func limitingBackwardView(to view: BackwardView) throws -> Graph {
    guard view.isValid else {
      throw GraphError("a right context of \(view.ahead) frames in blocks of \(view.block) cannot run")
    }
    var graph = self
    var count = 0
    for index in nodes.indices {
      guard case .recurrent(var recurrent) = nodes[index].operation, recurrent.reverse else { continue }
      recurrent.view = view
      graph.nodes[index].operation = .recurrent(recurrent)
      count += 1
    }
    guard count > 0 else {
      throw GraphError("the network has no backward recurrent layer whose right context could be limited")
    }
    return graph
  }
}
