/// What each axis of a stored array means: `N` sequences, `T` time, `H` `W` `C` the frame's axes, `1` an axis of size one.
///
/// `NHT` is a batch of images stored as height × width where time runs along the width.
package struct ArrayLayout: Equatable, Sendable, CustomStringConvertible {
  package let letters: [Character]

  package init(_ text: String) throws {
    letters = Array(text)
    for (index, letter) in letters.enumerated() {
      guard "NTHWC1".contains(letter) else {
        throw ConverterError("'\(letter)' in layout \(text) is none of N, T, H, W, C and 1")
      }
      guard letter == "1" || !letters[..<index].contains(letter) else {
        throw ConverterError("layout \(text) has \(letter) twice")
      }
    }
  }

  /// The layout of an output port as importers write it, where every axis of the frame is an `F` and they stand in order.
  package init(output text: String) throws {
    var frame = "HWC".makeIterator()
    try self.init(String(text.map { $0 == "F" ? frame.next() ?? $0 : $0 }))
  }

  /// Time × frame, or sequences × time × frame, of frames with `rank` axes: how arrays lie where nothing else is said.
  package static func standard(rank: Int, batch: Bool) -> [Axis] {
    (batch ? [.sequence] : []) + [.time] + (0..<rank).map { Axis.frame($0) }
  }

  /// The part that an axis of an array plays.
  package enum Axis: Hashable, Comparable, Sendable {
    case sequence
    case time
    /// The frame's axes in their storage order.
    case frame(Int)
    case one
  }

  package var axes: [Axis] {
    let frame = "HWC".filter { letters.contains($0) }.map { $0 }
    return letters.map { letter in
      switch letter {
      case "N": .sequence
      case "T": .time
      case "1": .one
      default: .frame(frame.firstIndex(of: letter) ?? 0)
      }
    }
  }

  package var description: String { String(letters) }
}
