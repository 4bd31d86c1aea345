import CCRNN
import CRNN

/// Feeds a fresh stream as a `Feeding` says and takes what comes out.
struct PortFeeder {
  enum Refused: Error, CustomStringConvertible {
    /// A push, though all ports kept pace.
    case push(String)
    /// Every port, with frames left.
    case all(String)

    var description: String {
      switch self {
      case .push(let text), .all(let text): text
      }
    }
  }

  private let runtime: Runtime
  private let inputs: [[Float]]
  private let feeding: Feeding
  private let sources: [crnn_port_info]
  private let targets: [crnn_port_info]
  private let lengths: [Int]
  private var options: crnn_stream_options
  private var memory: GuardedMemory
  private var bytes = 0
  private var stream: OpaquePointer?
  private var done: [Int]
  private var isFinished: [Bool]
  private var outputs: [[Float]]
  /// Resets that are still to come: until the last of them, the stream gets another sequence.
  private var resets: Int

  /// `inputs`: `[frames × elements]` per port; indices as whole numbers.
  static func run(_ runtime: Runtime, _ inputs: [[Float]], _ feeding: Feeding) throws -> [[Float]] {
    var feeder = try PortFeeder(runtime, inputs, feeding)
    defer { feeder.memory.release() }
    try feeder.run()
    return feeder.outputs
  }

  private init(_ runtime: Runtime, _ inputs: [[Float]], _ feeding: Feeding) throws {
    self.runtime = runtime
    self.inputs = inputs
    self.feeding = feeding
    sources = try runtime.ports(CRNN_INPUT)
    targets = try runtime.ports(CRNN_OUTPUT)
    lengths = zip(inputs, sources).map { $0.count / Runtime.elements($1) }
    options = Runtime.streamOptions(chunk: feeding.chunk, maximumFrames: lengths.max() ?? 1)
    done = inputs.map { _ in 0 }
    isFinished = inputs.map { _ in false }
    outputs = targets.map { _ in [] }
    resets = feeding.steps.count { $0 == .reset }
    var bytes = 0
    try Runtime.check { [options] error in
      withUnsafePointer(to: options) { crnn_stream_size(runtime.model, $0, &bytes, error) }
    }
    self.bytes = bytes
    memory = GuardedMemory(bytes)
    try Runtime.check { crnn_stream_init(runtime.model, memory.start, bytes, &options, &stream, $0) }
  }

  private mutating func run() throws {
    for step in feeding.steps {
      switch step {
      case .push(let port, let frames) where inputs.indices.contains(port):
        try push(port, min(frames, lengths[port] - done[port]))
      case .finish(let port) where inputs.indices.contains(port): try finish(port)
      case .pull(let port, let frames) where targets.indices.contains(port):
        var left = frames
        while left > 0 {
          let taken = try take(port, min(left, 64))
          if taken == 0 { break }
          left -= taken
        }
      case .empty: while try empty() {}
      case .move: try move()
      case .reset: try reset()
      default: break
      }
    }
    try end()
  }

  /// All that is left, a port after the other, as far as each can go.
  private mutating func end() throws {
    while isFinished.contains(false) {
      let before = done
      var progress = false
      for port in inputs.indices where !isFinished[port] {
        try push(port, lengths[port] - done[port])
        try finish(port)
        progress = progress || isFinished[port]
      }
      progress = try empty() || progress || done != before
      guard progress else {
        throw Refused.all("no port can go on: \(done) of \(lengths) frames have come, and no output is ready")
      }
    }
    while try empty() {}
  }

  /// Pushes so many frames, or as many as there is room for once the outputs are empty.
  private mutating func push(_ port: Int, _ count: Int) throws {
    var (left, piece) = (count, count)
    var hasEmptied = false
    repeat {
      do {
        try attempt(port, piece)
        done[port] += piece
        left -= piece
        piece = min(piece, left)
      } catch let failure as Runtime.Failure where failure.status == CRNN_ERROR_OUTPUT_PENDING {
        if feeding.isPaced {
          throw Refused.push("port \(port) refused \(piece) frames, but all ports kept pace: \(failure.message)")
        }
        if !hasEmptied {
          hasEmptied = true
          _ = try empty()
        } else if piece > 1 {
          piece /= 2
        } else {
          return
        }
      }
    } while left > 0
  }

  private func attempt(_ port: Int, _ count: Int) throws {
    let width = Runtime.elements(sources[port])
    let isIndex = sources[port].native_dtype == CRNN_S32
    var values = Array(inputs[port][(done[port] * width)..<((done[port] + count) * width)])
    if resets > 0, !isIndex { values = values.map { -0.5 * $0 } }
    var words = isIndex ? values.map { UInt32(bitPattern: Int32($0)) } : values.map(\.bitPattern)
    try words.withUnsafeMutableBytes { bytes in
      var array = Runtime.array(bytes.baseAddress, count, sources[port])
      if isIndex { array.dtype = CRNN_S32 }
      try Runtime.check { crnn_stream_push(runtime.model, stream, Int32(port), &array, $0) }
    }
  }

  private mutating func finish(_ port: Int) throws {
    guard !isFinished[port], done[port] == lengths[port] else { return }
    try Runtime.check { crnn_stream_finish(runtime.model, stream, Int32(port), $0) }
    isFinished[port] = true
  }

  private mutating func take(_ port: Int, _ room: Int) throws -> Int {
    let width = Runtime.elements(targets[port])
    var result = [Float](repeating: 0, count: room * width)
    var written: Int64 = 0
    try result.withUnsafeMutableBytes { bytes in
      var array = Runtime.array(bytes.baseAddress, room, targets[port])
      try Runtime.check { crnn_stream_pull(runtime.model, stream, Int32(port), &array, &written, $0) }
    }
    outputs[port] += result.prefix(Int(written) * width)
    return Int(written)
  }

  /// Takes all that is ready; false where nothing was.
  private mutating func empty() throws -> Bool {
    var any = false
    for port in targets.indices {
      while try take(port, 16) > 0 { any = true }
    }
    return any
  }

  private mutating func reset() throws {
    try Runtime.check { crnn_stream_reset(runtime.model, stream, $0) }
    resets -= 1
    done = inputs.map { _ in 0 }
    isFinished = inputs.map { _ in false }
    outputs = targets.map { _ in [] }
  }

  /// To other memory, as a saved stream that is read again: whatever a stream has come to, its bytes are found sound.
  private mutating func move() throws {
    let place = GuardedMemory(bytes)
    place.start.copyMemory(from: memory.start, byteCount: bytes)
    memory.release()
    memory = place
    var restored: OpaquePointer?
    try Runtime.check { crnn_stream_restore(runtime.model, place.start, bytes, &restored, $0) }
    guard let restored else { throw Runtime.Failure(status: CRNN_OK, message: "no stream") }
    stream = restored
  }
}
