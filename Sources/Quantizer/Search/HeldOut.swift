/// Which part of the calibration data choices are judged by. The data are divided into three parts: every third sequence, or, where
/// there are fewer than six, a third of each one's frames. Each part judges what was fitted to the other two, in turn; what is chosen
/// in the end is fitted to all three.
///
/// M. Stone, "Cross-Validatory Choice and Assessment of Statistical Predictions", 1974.
struct HeldOut: Sendable {
  static let parts = 3
  /// Pieces of a part, each of which must keep to a limit by itself.
  private static let stretches = 4
  let sequences: Int
  /// Parts are runs of frames, not of sequences.
  let cutsFrames: Bool

  init(sequences: Int) {
    self.sequences = sequences
    cutsFrames = sequences < 2 * HeldOut.parts
  }

  /// The sequences that are run to judge by a part.
  func judged(part: Int) -> [Int] {
    (0..<sequences).filter { cutsFrames || $0 % HeldOut.parts == part }
  }

  /// The part of a frame of a sequence of `count` frames.
  func part(sequence: Int, frame: Int, of count: Int) -> Int {
    cutsFrames ? min(frame * HeldOut.parts / max(count, 1), HeldOut.parts - 1) : sequence % HeldOut.parts
  }

  /// The frames of an output of `count` frames by which a part judges. All of them where there are too few to divide.
  func judgedFrames(_ count: Int, part: Int) -> Range<Int> {
    guard cutsFrames, count >= HeldOut.parts else { return 0..<count }
    return count * part / HeldOut.parts..<count * (part + 1) / HeldOut.parts
  }

  /// The pieces in which `judgedFrames` is looked at: where a part has few sequences, each in several runs of frames, where it has many,
  /// several of them in one piece.
  func judgedStretches(_ count: Int, part: Int, sequence: Int) -> [(stretch: Int, frames: Range<Int>)] {
    let judged = judged(part: part)
    let frames = judgedFrames(count, part: part)
    guard let place = judged.firstIndex(of: sequence) else { return [] }
    let pieces = min(max(HeldOut.stretches / judged.count, 1), max(frames.count, 1))
    if pieces == 1 { return [(place * min(HeldOut.stretches, judged.count) / judged.count, frames)] }
    return (0..<pieces).map { piece in
      let first = frames.lowerBound + frames.count * piece / pieces
      return (place * pieces + piece, first..<frames.lowerBound + frames.count * (piece + 1) / pieces)
    }
  }

  var text: String {
    cutsFrames ? "each third of the frames in turn" : "each third of \(sequences) sequences in turn"
  }
}
