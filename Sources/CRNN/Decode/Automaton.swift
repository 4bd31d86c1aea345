import CCRNN

/// A packed lexicon or n-gram model of characters, read in place: states with arcs, each arc a symbol and the state that it leads
/// to. Symbols are the alphabet's characters and, after the last of them, the end of the text.
///
/// In a lexicon, the arcs are all that may follow. In an n-gram model, a state is a context, an arc has a probability, and what a
/// state has no arc for is asked of the state with the next shorter context, at the cost of its back-off weight (S. M. Katz,
/// "Estimation of probabilities from sparse data", 1987). State 0, the empty context, has an arc for every symbol.
struct Automaton {
  /// 0: there is none.
  fileprivate(set) var stateCount = 0
  fileprivate(set) var start: UInt32 = 0
  fileprivate var base: UnsafeRawPointer?
  /// Of the parts that stand behind one another after the header: first arc of each state, and the end; target of each arc; then,
  /// in an n-gram model, shorter context and back-off weight of each state, and logarithm of each arc; symbol of each arc.
  fileprivate var targetOffset = 0
  fileprivate var shorterOffset = 0
  fileprivate var backoffOffset = 0
  fileprivate var weightOffset = 0
  fileprivate var symbolOffset = 0
}

extension UnsafeMutablePointer where Pointee == Automaton {
  var isPresent: Bool { pointee.stateCount > 0 }

  private var firsts: UnsafePointer<UInt32> { at(MemoryLayout<crnn_automaton_header>.size) }
  private var targets: UnsafePointer<UInt32> { at(pointee.targetOffset) }
  private var shorter: UnsafePointer<UInt32> { at(pointee.shorterOffset) }
  private var backoffs: UnsafePointer<Float> { at(pointee.backoffOffset) }
  private var weights: UnsafePointer<Float> { at(pointee.weightOffset) }
  private var symbols: UnsafePointer<UInt16> { at(pointee.symbolOffset) }

  @inline(__always)
  private func at<T>(_ offset: Int) -> UnsafePointer<T> {
    (pointee.base.unsafelyUnwrapped + offset).assumingMemoryBound(to: T.self)
  }

  /// The arc of a state for a symbol, or -1.
  @inline(never)
  private func arc(_ state: UInt32, _ symbol: Int) -> Int {
    let end = Int(firsts[Int(state) &+ 1])
    var low = Int(firsts[Int(state)])
    var high = end
    while low < high {
      let middle = low &+ (high &- low) &/ 2
      if Int(symbols[middle]) < symbol { low = middle &+ 1 } else { high = middle }
    }
    return low < end && Int(symbols[low]) == symbol ? low : -1
  }

  /// Follows a lexicon's arc; false where there is none.
  @inline(never)
  func follow(_ state: inout UInt32, _ symbol: Int) -> Bool {
    let arc = arc(state, symbol)
    guard arc >= 0 else { return false }
    state = targets[arc]
    return true
  }

  /// The natural logarithm of a symbol's probability in the context `state`, at most 0; `state` becomes the next context.
  @inline(never)
  func predict(_ state: inout UInt32, _ symbol: Int) -> Float {
    var sum: Float = 0
    var context = state
    var arc = arc(context, symbol)
    while arc < 0 {
      sum += backoffs[Int(context)]
      // Always a smaller number: it ends at state 0, which has all arcs.
      context = shorter[Int(context)]
      arc = self.arc(context, symbol)
    }
    sum += weights[arc]
    state = targets[arc]
    return sum < 0 ? sum : 0
  }
  /// Checks all bytes of a packed block, so that nothing needs to be checked afterwards. Without a block it remains none.
  func open(
    _ block: UnsafeRawPointer?, _ bytes: Int, _ kind: Int, for options: UnsafePointer<CTCOptions>,
    _ error: UnsafeMutablePointer<crnn_error>?
  ) -> crnn_status {
    guard let block else { return CRNN_OK }
    let symbolCount = options.pointee.classes &- 1
    @inline(never)
    func refuse(_ status: crnn_status, _ reason: Literal) -> crnn_status {
      Message(error, status).text(kind == CRNN_AUTOMATON_LEXICON ? "the lexicon " : "the n-gram model ").text(reason)
        .status
    }
    guard UInt(bitPattern: block) & 3 == 0 else {
      return refuse(CRNN_ERROR_ALIGNMENT, "must be aligned to 4 bytes")
    }
    let headerBytes = MemoryLayout<crnn_automaton_header>.size
    guard bytes >= headerBytes else { return refuse(CRNN_ERROR_FILE_TRUNCATED, "is cut short; pack it again") }
    let header = block.loadUnaligned(as: crnn_automaton_header.self)
    let magic = header.magic
    guard magic.0 == 0x43, magic.1 == 0x52, magic.2 == 0x4E, magic.3 == 0x4C, magic.4 == 0x0D, magic.5 == 0x0A,
      magic.6 == 0x1A, magic.7 == 0x0A, header.kind == UInt32(kind)
    else { return refuse(CRNN_ERROR_FILE_MAGIC, "is none; make one with `crnn language`") }
    guard header.version == CRNN_AUTOMATON_VERSION else {
      return refuse(CRNN_ERROR_FILE_TOO_NEW, "needs a newer library")
    }
    let isWeighted = kind == CRNN_AUTOMATON_NGRAM
    let (states, arcs) = (UInt64(header.states), UInt64(header.arcs))
    let shorterAt = UInt64(headerBytes) &+ 4 &* (states &+ 1 &+ arcs)
    let weightsAt = shorterAt &+ (isWeighted ? 8 &* states : 0)
    let symbolsAt = weightsAt &+ (isWeighted ? 4 &* arcs : 0)
    guard UInt64(bytes) == (symbolsAt &+ 2 &* arcs &+ 3) & ~3 else {
      return refuse(CRNN_ERROR_FILE_TRUNCATED, "does not have the size that it says; pack it again")
    }
    let checkedAt = 12
    guard Checksum.crc32c(block + checkedAt, bytes &- checkedAt) == header.checksum else {
      return refuse(CRNN_ERROR_FILE_CHECKSUM, "is damaged; pack it again")
    }
    guard header.alphabet_checksum == Checksum.crc32c(options.pointee.alphabet, options.pointee.alphabetBytes),
      header.symbols == UInt32(truncatingIfNeeded: symbolCount)
    else { return refuse(CRNN_ERROR_ARGUMENT, "was packed for another alphabet") }
    pointee.base = block
    pointee.stateCount = Int(header.states)
    pointee.start = header.start
    pointee.targetOffset = headerBytes &+ 4 &* (pointee.stateCount &+ 1)
    pointee.shorterOffset = Int(shorterAt)
    pointee.backoffOffset = pointee.shorterOffset &+ 4 &* pointee.stateCount
    pointee.weightOffset = Int(weightsAt)
    pointee.symbolOffset = Int(symbolsAt)
    guard isSound(Int(header.arcs), symbolCount, isWeighted) else {
      return refuse(CRNN_ERROR_FILE_MALFORMED, "contradicts itself; pack it again")
    }
    return CRNN_OK
  }

  private func isSound(_ arcs: Int, _ symbolCount: Int, _ isWeighted: Bool) -> Bool {
    // What has 32 bits and is not checked yet need not fit into an Int.
    let states = UInt32(truncatingIfNeeded: pointee.stateCount)
    let end = UInt32(truncatingIfNeeded: arcs)
    guard pointee.start < states, firsts[0] == 0, firsts[pointee.stateCount] == end else { return false }
    var state = 0
    while state < pointee.stateCount {
      guard firsts[state] <= firsts[state &+ 1], firsts[state &+ 1] <= end else { return false }
      var arc = Int(firsts[state])
      var lowest = 0
      while arc < Int(firsts[state &+ 1]) {
        let symbol = Int(symbols[arc])
        guard symbol >= lowest, symbol <= symbolCount, targets[arc] < states else { return false }
        guard !isWeighted || weights[arc].magnitude < Self.largest else { return false }
        lowest = symbol &+ 1
        arc &+= 1
      }
      if isWeighted {
        guard backoffs[state].magnitude < Self.largest, shorter[state] < UInt32(truncatingIfNeeded: max(state, 1))
        else { return false }
      }
      state &+= 1
    }
    return !isWeighted || Int(firsts[1]) == symbolCount &+ 1
  }

  /// Logarithms are finite and small enough for their sums to be.
  private static var largest: Float { 1e6 }
}
