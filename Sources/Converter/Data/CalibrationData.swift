import Arrays
import Quantizer

/// Real input for a conversion: arrays, or a folder of images.
package struct CalibrationData {
  package let set: SequenceSet
  /// Of images, only their labels; nil without.
  package let source: ArraySource?
  /// What to call them.
  package let title: String
  /// What the type of an input's array suggests that it is.
  package private(set) var kinds: [String: InputKind] = [:]

  /// Sequences that images were made into, for a network with one input; `areBytes`: their values are those of pixels.
  /// `labels`: what each of them should give, where that is known.
  package init(
    images: SequenceSet, folder: String, areBytes: Bool, port: PortDescription,
    labels: (texts: [String], path: String)? = nil
  ) throws {
    set = images
    source = try labels.map { try ArraySource([("y", NumericArray(texts: $0.texts))], title: $0.path) }
    title = folder
    if areBytes, let kind = CalibrationData.kind(.uint8, port) { kinds[port.name] = kind }
  }

  package init(
    _ source: ArraySource, ports: [PortDescription], patterns: [String: String], windows: [String: Window]
  ) throws {
    self.source = source
    title = source.path
    var types: [String: ElementType] = [:]
    set = try SequenceSet(source, ports: ports, patterns: patterns, isStrict: true) { array, port in
      types[port.name] = array.elementType
      guard let window = windows[port.name] else { return (array, 1) }
      return try CalibrationData.unwound(array, window, port)
    }
    for port in ports {
      if let kind = types[port.name].flatMap({ CalibrationData.kind($0, port) }) { kinds[port.name] = kind }
    }
    guard set.count > 0 else { throw ConverterError("\(source.path) holds no sequence") }
  }

  /// Pixels and samples that stand for what they usually stand for are stored as they are.
  private static func kind(_ type: ElementType, _ port: PortDescription) -> InputKind? {
    switch type {
    case .uint8 where port.integerScale == nil || port.integerScale == 1 / 255: .image
    case .int16 where port.integerScale == nil || port.integerScale == 1 / 32768: .audio
    default: nil
    }
  }

  /// For a port whose windows were put in front of it: data stored window by window, `[windows × length × …]`, become the stream
  /// that they were cut from. Other data are left as they are.
  ///
  /// Each window gives the last `hop` samples, those that were not in the one before: all of the stream, where a sequence starts
  /// with as many zeros as windows overlap.
  private static func unwound(
    _ array: NumericArray, _ window: Window, _ port: PortDescription
  ) throws -> (array: NumericArray, framesPerEntry: Int) {
    guard array.shape.count == port.shape.count + 2, array.shape[1] == window.length, window.length >= window.hop,
      window.padBefore == window.length - window.hop
    else { return (array, 1) }
    let count = array.shape[0]
    let sampleBytes = array.bytes.count / max(1, count * window.length)
    let (windowBytes, hopBytes) = (window.length * sampleBytes, window.hop * sampleBytes)
    let overlapBytes = windowBytes - hopBytes
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count * hopBytes)
    for index in 0..<count {
      let whole = array.bytes[index * windowBytes..<(index + 1) * windowBytes]
      let overlap = whole.prefix(overlapBytes)
      guard overlap.allSatisfy({ $0 == 0 }) || overlap.elementsEqual(bytes.suffix(overlapBytes)) else {
        throw ConverterError(
          "input \(port.name): window \(index) of the calibration data does not start with the end of the one before, as "
            + "--window says")
      }
      bytes += whole.suffix(hopBytes)
    }
    let stream = try NumericArray(
      shape: [count * window.hop] + array.shape.dropFirst(2), elementType: array.elementType, bytes: bytes)
    return (stream, window.hop)
  }
}
