/// What an input port carries, which decides how it is stored.
public enum InputKind: String, Sendable, Codable {
  /// Spectra, MFCC, embeddings of other networks: 16 bits at the calibrated scale.
  case feature
  /// 8-bit pixels that stand for 0...1: stored as they are.
  case image
  /// 16-bit samples that stand for −1...1: stored as they are.
  case audio
}

/// Choices of the quantiser. The defaults are what measured best on real networks: feature inputs and the convolutions behind
/// them in 16 bits, everything from the first recurrent layer on in 8, weights in s8 with one scale per row.
public struct QuantizationOptions: Sendable {
  /// Per input port; `.feature` where none is given.
  public var inputs: [String: InputKind] = [:]
  /// Per tensor, by its name or its node's; wins over everything else.
  public var stores: [String: Store] = [:]
  /// Per tensor, by its name: the store and scale that the network's file gives it (`TensorQuantization.given8`). They win over
  /// calibration; names that are not in the graph any more have no effect.
  public var given: [String: TensorQuantization] = [:]

  /// The tensors of output ports that are told to be stored as codes.
  func coded(outputsOf graph: Graph) -> Set<TensorID> {
    let producers = graph.producers()
    return Set(
      graph.outputs.map(\.tensor).filter { tensor in
        let names = [graph.tensors[tensor].name] + (producers[tensor].map { [graph.nodes[$0].name] } ?? [])
        return given[graph.tensors[tensor].name]?.store.isCode ?? false
          || names.contains { stores[$0]?.isCode ?? false }
      })
  }

  /// What these tensors, which have one store and scale, were all given; nil where none was, or two differ.
  func given(for names: [String]) -> TensorQuantization? {
    let found = names.compactMap { given[$0] }
    return found.first.flatMap { first in found.allSatisfy { $0 == first } ? first : nil }
  }
  /// Per recurrent node, by name: the store of its hidden state as an operand, `.u8` (default) or `.s16`.
  public var hiddenStores: [String: Store] = [:]
  /// Recurrent layers, by name, whose weights on the hidden state have 14 bits (`WideWeights`) and which then hold it in 16; their units
  /// are a multiple of eight. A search finds such layers itself.
  public var wideHidden: Set<String> = []
  public var rangeRule = RangeRule.minimumMaximum
  public init() {}
}
