import Quantizer

/// The packed file of a seed's random network, for checks outside this module.
public enum RandomModel {
  public static func bytes(seed: UInt64) throws -> [UInt8] {
    try StreamingCheck.convert(try StreamingCase(seed: seed))
  }
}
