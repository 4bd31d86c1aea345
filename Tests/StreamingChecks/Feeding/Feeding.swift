/// One way to feed a stream: its chunk, and in which order ports are pushed, finished and pulled. Any list of steps is a valid one:
/// what a list leaves undone is done at its end, port by port.
struct Feeding: Equatable, Sendable {
  enum Step: Equatable, Sendable {
    /// Up to so many of the port's next frames.
    case push(port: Int, frames: Int)
    /// Where all frames have come.
    case finish(port: Int)
    /// So many frames at most.
    case pull(port: Int, frames: Int)
    /// All outputs, until none has a frame ready.
    case empty
    /// The stream's bytes go to another place and the stream goes on there.
    case move
    /// The sequence begins; what came before was another one.
    case reset
  }

  var chunk: Int
  var steps: [Step]
  /// Ports keep pace with one another and outputs are emptied, so that no push may be refused.
  var isPaced = false

  /// Everything at once.
  static func whole(longest: Int) -> Feeding { Feeding(chunk: max(longest, 1), steps: []) }
}

/// What a feeding must know of an input port.
struct PortLength {
  var frames: Int
  /// Frames per tick of the time base; 0 for one frame per sequence.
  var rate: Double
}

extension Feeding {
  /// Random pieces in random order.
  static func random(_ ports: [PortLength], outputs: Int, _ random: inout RandomNumbers) -> Feeding {
    var feeding = Feeding(chunk: random.integer(1...random.pick([1, 3, 9, 40])), steps: [])
    var left = ports.map(\.frames)
    let piece = random.pick([1, 3, max(feeding.chunk, 1), 50])
    var mayReset = true
    // Sometimes one port runs ahead as far as it can.
    let favourite = random.integer(0...(2 * ports.count))
    while left.contains(where: { $0 > 0 }) {
      let port = favourite < ports.count && random.chance(70) ? favourite : random.integer(0...(ports.count - 1))
      if random.chance(40) {
        feeding.steps.append(.pull(port: random.integer(0...(outputs - 1)), frames: random.integer(1...5)))
      }
      if random.chance(5) { feeding.steps.append(.move) }
      if mayReset, random.chance(2) {
        mayReset = false
        feeding.steps.append(.reset)
        left = ports.map(\.frames)
      }
      guard left[port] > 0 else {
        feeding.steps.append(.finish(port: port))
        if favourite == port { left[port] = 0 }
        if random.chance(80), let other = left.firstIndex(where: { $0 > 0 }) { advance(other) }
        continue
      }
      advance(port)
    }
    func advance(_ port: Int) {
      let count = min(random.integer(0...piece), left[port])
      feeding.steps.append(.push(port: port, frames: count))
      left[port] -= count
    }
    return feeding
  }

  /// Every port gets what is due, a chunk of the fastest port at a time, in an order that stays or changes. A frame that is due
  /// between two frames of the fastest port comes with the earlier or with the later, now so and now so.
  static func paced(_ ports: [PortLength], chunk: Int, _ random: inout RandomNumbers) -> Feeding {
    var feeding = Feeding(chunk: chunk, steps: [], isPaced: true)
    let fastest = max(ports.map(\.rate).max() ?? 1, 1e-9)
    var done = ports.map { _ in 0 }
    var order = Array(ports.indices).shuffled(using: &random)
    let isFixedOrder = random.chance(50)
    for (port, length) in ports.enumerated() where length.rate == 0 {
      feeding.steps.append(.push(port: port, frames: 1))
      done[port] = 1
    }
    var time = 0
    while zip(done, ports).contains(where: { $0.0 < $0.1.frames }) {
      time += random.chance(70) ? chunk : random.integer(1...chunk)
      if !isFixedOrder { order.shuffle(using: &random) }
      for port in order where ports[port].rate > 0 {
        let exact = Double(time) * ports[port].rate / fastest
        let isEarly = random.chance(50)
        let due = min(Int(exact + (isEarly ? 1 - 1e-9 : 1e-9)), ports[port].frames)
        let piece = Int((Double(chunk) * ports[port].rate / fastest).rounded(.up))
        while due > done[port] {
          let count = min(due - done[port], piece)
          feeding.steps += [.push(port: port, frames: count), .empty]
          done[port] += count
        }
      }
    }
    return feeding
  }
}
