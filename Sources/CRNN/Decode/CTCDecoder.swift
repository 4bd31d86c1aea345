import CCRNN

/// A decoder in the caller's memory.
struct CTCDecoder {
  static var magic: UInt64 { 0x6374_636E_6E72_6300 }

  var magic: UInt64
  var options: CTCOptions
  var lexicon: UnsafeMutablePointer<Automaton>
  var ngram: UnsafeMutablePointer<Automaton>
  /// Where each character begins in the alphabet, and the end.
  var characters: UnsafeMutablePointer<UInt32>
  /// One frame.
  var values: UnsafeMutablePointer<Float>
  var hypotheses: UnsafeMutablePointer<CTCHypothesis>
  /// Those after the frame in work, and room for one in the making.
  var next: UnsafeMutablePointer<CTCHypothesis>
  var links: UnsafeMutablePointer<CTCLink>
  var linkCount: Int
  /// A result; greedy, the text itself.
  var symbols: UnsafeMutablePointer<crnn_ctc_symbol>
  var text: UnsafeMutablePointer<CChar>

  var frames: Int64 = 0
  var isFinished = false
  var lastInput: Int64 = 0
  var count = 0
  var exponent: Int64 = 0
  /// Links before this one were in use when they were last counted, or have been taken since.
  var linkCursor = 0

  /// Bytes of a decoder; with memory, a decoder without lexicon and n-gram model is made there.
  @inline(never)
  static func place(_ options: CTCOptions, in memory: UnsafeMutableRawPointer?) -> Int {
    var end = UInt(bitPattern: memory)
    @inline(never)
    func part(_ bytes: Int) -> UnsafeMutableRawPointer {
      let start = end
      end = (end &+ UInt(bitPattern: bytes) &+ 15) & ~15
      // When counting, any non-null address will do.
      return UnsafeMutableRawPointer(bitPattern: start == 0 ? 16 : start).unsafelyUnwrapped
    }
    let (width, length) = (options.width, options.maximumSymbols)
    let linkCount = 2 &* width &* length
    let hypothesis = MemoryLayout<CTCHypothesis>.stride
    let decoder = part(MemoryLayout<CTCDecoder>.stride).assumingMemoryBound(to: CTCDecoder.self)
    let automatons = part(2 &* MemoryLayout<Automaton>.stride).assumingMemoryBound(to: Automaton.self)
    let placed = CTCDecoder(
      magic: magic, options: options, lexicon: automatons, ngram: automatons + 1,
      characters: part(4 &* options.classes).assumingMemoryBound(to: UInt32.self),
      values: part(4 &* options.classes).assumingMemoryBound(to: Float.self),
      hypotheses: part(max(width, 1) &* hypothesis).assumingMemoryBound(to: CTCHypothesis.self),
      next: part((width &+ 1) &* hypothesis).assumingMemoryBound(to: CTCHypothesis.self),
      links: part(linkCount &* MemoryLayout<CTCLink>.stride).assumingMemoryBound(to: CTCLink.self),
      linkCount: linkCount,
      symbols: part(length &* MemoryLayout<crnn_ctc_symbol>.stride).assumingMemoryBound(to: crnn_ctc_symbol.self),
      text: part(4 &* length &+ 1).assumingMemoryBound(to: CChar.self))
    if let memory {
      crnn_fill(memory, 0, Int(bitPattern: end &- UInt(bitPattern: memory)))
      decoder.initialize(to: placed)
    }
    return Int(bitPattern: end &- UInt(bitPattern: memory))
  }
}

extension UnsafeMutablePointer where Pointee == CTCDecoder {
  /// Of the alphabet.
  func findCharacters() {
    var found = 0
    var i = 0
    while i < pointee.options.alphabetBytes {
      if CTCOptions.beginsCharacter(pointee.options.alphabet[i]) {
        pointee.characters[found] = UInt32(truncatingIfNeeded: i)
        found &+= 1
      }
      i &+= 1
    }
    pointee.characters[found] = UInt32(truncatingIfNeeded: i)
  }

  @inline(never)
  func reset() {
    pointee.frames = 0
    pointee.isFinished = false
    pointee.lastInput = pointee.options.lastInput
    pointee.exponent = 0
    pointee.count = 1
    pointee.hypotheses.initialize(to: CTCHypothesis())
    pointee.hypotheses.pointee.lexicon = pointee.lexicon.pointee.start
    pointee.hypotheses.pointee.ngram = pointee.ngram.pointee.start
  }
}
