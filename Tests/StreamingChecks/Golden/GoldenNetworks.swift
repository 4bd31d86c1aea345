import Quantizer

/// What the first golden cases were made of: networks that are typical and difficult. They stand here to be read; the cases
/// themselves need them no more.
public enum GoldenNetworks {
  struct Entry: Sendable {
    let name: String
    let about: String
    let ticks: Int
    /// How the input ports are stored, in order; `.feature` where none is given.
    let kinds: [InputKind]
    /// Whether the weights on the hidden states of recurrent layers have 14 bits.
    let isWide: Bool
    /// Adds ports and nodes and returns the tensors of the outputs.
    let build: @Sendable (inout NetworkBuilder) throws -> [TensorID]

    init(
      _ name: String, _ about: String, ticks: Int = 17, kinds: [InputKind] = [], isWide: Bool = false,
      build: @escaping @Sendable (inout NetworkBuilder) throws -> [TensorID]
    ) {
      (self.name, self.about, self.ticks, self.kinds, self.isWide, self.build) = (
        name, about, ticks, kinds, isWide, build
      )
    }

    /// Its case; other numbers for each seed.
    func makeCase(seed: UInt64) throws -> StreamingCase {
      var builder = NetworkBuilder(seed: seed)
      for tensor in try build(&builder) { builder.output(tensor) }
      let graph = builder.finished()
      var random = RandomNumbers(seed: seed)
      var check = StreamingCase(graph, ticks: ticks, &random)
      for (port, kind) in zip(graph.inputs, kinds) { check.kinds[port.name] = kind }
      check.wideHidden = isWide ? Set(graph.nodes.filter(\.canHaveWideHidden).map(\.name)) : []
      if let failure = StreamingCheck.failure(check) { throw GraphError("\(name): \(failure)") }
      return check
    }
  }

  /// Writes the cases that are not there yet: one that is there stays as it is.
  public static func write() throws {
    let present = Set(try GoldenCase.all(in: GoldenCase.directory).map(\.name))
    for (index, entry) in (streams + ports).enumerated() where !present.contains(entry.name) {
      let check = try entry.makeCase(seed: UInt64(index))
      try GoldenCase(check, name: entry.name, about: entry.about).write(to: GoldenCase.directory)
    }
  }

  private static let streams = [
    Entry("branch-delays", "three paths with no, two and four frames of lookahead meet") { builder in
      let x = builder.input(frame: FrameShape(channels: 3))
      let causal = try builder.convolved(x, kernel: 5, before: 4, after: 0)
      let ahead = try builder.convolved(x, kernel: 5, before: 2, after: 2)
      let far = try builder.convolved(x, kernel: 3, dilation: 2, before: 0, after: 4)
      let two = try builder.add(.binary(.add), [causal, ahead])
      return [try builder.add(.concatenate(axis: 2), [two, far, x])]
    },
    Entry("edge-windows", "windows whose padding repeats the first and the last frame, in front of a lookahead") {
      builder in
      let x = builder.input(frame: FrameShape(channels: 2))
      let cut = try builder.add(
        .window(Window(length: 4, hop: 1, padBefore: 2, padAfter: 3, padsWithEdge: true)), [x])
      let hops = try builder.add(
        .window(Window(length: 2, hop: 3, padBefore: 3, padAfter: 2, padsWithEdge: true)), [try builder.dense(cut)])
      return [try builder.dense(hops)]
    },
    Entry("ceiling-pools", "partial last windows of pools, on two paths", ticks: 16) { builder in
      let x = builder.input(frame: FrameShape(height: 4, channels: 2))
      let window = WindowGeometry(
        kernel: Extent(time: 3, height: 2), stride: Extent(time: 2, height: 2),
        padAfter: Extent(time: 1, height: 0, width: 0))
      let most = try builder.add(.pool(Pool(kind: .maximum, geometry: window, ceilingTime: true)), [x])
      let mean = try builder.add(
        .pool(Pool(kind: .average(countPadding: false), geometry: window, ceilingTime: true)), [x])
      return [try builder.add(.binary(.subtract), [most, mean])]
    },
    Entry("reverse-after-stride", "both directions of a recurrent layer behind a stride", ticks: 23) { builder in
      let x = builder.input(frame: FrameShape(height: 5, channels: 1))
      let slow = try builder.convolved(x, kernel: 4, stride: 2, before: 1, after: 2)
      let forward = try builder.recurred(slow, .lstm)
      let backward = try builder.recurred(slow, .lstm, reverse: true)
      return [try builder.add(.concatenate(axis: 2), [forward, backward]), slow]
    },
    Entry("dropped-frames", "negative padding in time, beside a path that keeps all frames but as many") { builder in
      let x = builder.input(frame: FrameShape(channels: 2))
      let end = try builder.convolved(x, kernel: 2, before: 2, after: -1)
      let start = try builder.add(.window(Window(length: 1, hop: 1, padBefore: -2, padAfter: 2)), [x])
      return [try builder.joined(end, start), try builder.convolved(x, kernel: 1, stride: 2, before: -1, after: -2)]
    },
    Entry("dilated-depthwise", "depthwise convolutions of growing dilation, the last with a stride", ticks: 31) {
      builder in
      var x = builder.input(frame: FrameShape(channels: 4))
      for (dilation, stride) in [(1, 1), (2, 1), (4, 3)] {
        x = try builder.convolved(
          x, kernel: 3, stride: stride, dilation: dilation, before: dilation, after: dilation, groups: 4)
      }
      return [x]
    },
    Entry("sequence-from-one", "the mean of a sequence, unstacked into a new sequence that runs backward") { builder in
      let x = builder.input(frame: FrameShape(channels: 3))
      let mean = try builder.add(.timeReduction(.mean), [try builder.dense(x, FrameShape(channels: 12))])
      let parts = try builder.add(.unstack(count: 6, frame: FrameShape(channels: 2)), [mean])
      let again = try builder.add(.repeatFrame(count: 6), [mean])
      return [try builder.joined(try builder.recurred(parts, .gru, reverse: true), again)]
    },
    Entry("fixed-length", "constants indexed by time, behind a stride", ticks: 1) { builder in
      let x = builder.input(frame: FrameShape(height: 3, channels: 2), frames: 14)
      let slow = try builder.affineOverTime(try builder.convolved(x, kernel: 3, stride: 2, before: 1, after: 1))
      return [try builder.recurred(slow, .gru)]
    },
    Entry("video", "picture frames, a kernel over three of them, then the whole of each", ticks: 12) { builder in
      let x = builder.input(frame: FrameShape(height: 6, width: 5, channels: 3))
      let geometry = WindowGeometry(
        kernel: Extent(time: 3, height: 3, width: 3), stride: Extent(time: 2, height: 2, width: 1), padBefore: .one,
        padAfter: .one)
      let seen = try builder.add(
        .convolution(
          Convolution(
            geometry: geometry, outputChannels: 3, weights: builder.random.values(243, scale: 0.3),
            bias: builder.random.values(3))), [x])
      return [try builder.recurred(seen, .gru)]
    },
    Entry(
      "one-partial-window", "a sequence shorter than the window, of which a backward layer needs all frames", ticks: 2
    ) {
      builder in
      let x = builder.input(frame: FrameShape(channels: 2))
      let window = WindowGeometry(kernel: Extent(time: 4))
      let mean = try builder.add(
        .pool(Pool(kind: .average(countPadding: false), geometry: window, ceilingTime: true)), [x])
      return [try builder.recurred(try builder.convolved(mean, kernel: 1, before: 0, after: 1), .lstm, reverse: true)]
    },
    Entry(
      "backward-in-blocks",
      "both directions of a recurrent layer, the backward one in blocks that see a few frames ahead"
    ) {
      builder in
      let x = builder.input(frame: FrameShape(channels: 3))
      let forward = try builder.recurred(x, .gru)
      let backward = try builder.recurred(x, .gru, reverse: true, view: BackwardView(ahead: 2, block: 3))
      return [try builder.add(.concatenate(axis: 2), [forward, backward])]
    },
  ]
}

extension GoldenNetworks {
  private static let ports = [
    Entry("two-rates", "an input at two thirds of the other's rate, joined behind strides of 3 and 2", ticks: 25) {
      builder in
      let a = builder.input(frame: FrameShape(channels: 2))
      let b = builder.input(frame: FrameShape(height: 3, channels: 1), rate: Rate(2, 3))
      let slowA = try builder.convolved(a, kernel: 5, stride: 3, before: 1, after: 3)
      let slowB = try builder.convolved(b, kernel: 2, stride: 2, before: 0, after: 1)
      return [try builder.recurred(try builder.joined(slowA, slowB), .lstm)]
    },
    Entry("video-and-sound", "pictures at an eighth of the sound's rate, backward", ticks: 33) { builder in
      let sound = builder.input(frame: FrameShape(channels: 1))
      let video = builder.input(frame: FrameShape(height: 4, width: 4, channels: 3), rate: Rate(1, 8))
      let windows = try builder.add(.window(Window(length: 12, hop: 8, padBefore: 2, padAfter: 9)), [sound])
      let heard = try builder.dense(windows, FrameShape(channels: 4))
      let seen = try builder.dense(video, FrameShape(channels: 4))
      return [try builder.recurred(try builder.joined(heard, seen), .gru, reverse: true), heard]
    },
    Entry("states-from-ports", "an LSTM with peepholes whose h and c are input ports") { builder in
      let x = builder.input(frame: FrameShape(channels: 3))
      let states = (0..<2).map { _ in builder.input(frame: FrameShape(channels: 5), rate: .perSequence) }
      return [try builder.recurred(x, .lstm, states: states)]
    },
    Entry("late-state", "a sequence that waits until the other one's mean is known") { builder in
      let x = builder.input(frame: FrameShape(channels: 3))
      let other = builder.input(frame: FrameShape(channels: 2))
      let mean = try builder.add(.timeReduction(.mean), [try builder.convolved(other, kernel: 3, before: 0, after: 2)])
      let state = try builder.dense(mean, FrameShape(channels: 5))
      return [try builder.joined(try builder.recurred(x, .gru, states: [state]), x)]
    },
    Entry("once-per-sequence", "first, last, sum and a port of one frame, joined at the end") { builder in
      let x = builder.input(frame: FrameShape(channels: 3))
      let one = builder.input(frame: FrameShape(channels: 3), rate: .perSequence)
      let reduced = try [Reduction.first, .last, .sum, .minimum].map { try builder.add(.timeReduction($0), [x]) }
      return [try builder.add(.concatenate(axis: 2), reduced + [one])]
    },
    Entry("words-beside-features", "indices that are looked up, beside features with a lookahead") { builder in
      let words = builder.input(frame: FrameShape(channels: 1), isIndex: true)
      let x = builder.input(frame: FrameShape(channels: 2))
      let rows = Embedding.rowsOfRandomNetworks
      let meaning = try builder.add(
        .embedding(Embedding(rows: rows, width: 3, table: builder.random.values(3 * rows))), [words])
      return [try builder.joined(meaning, try builder.convolved(x, kernel: 4, before: 1, after: 2))]
    },
    Entry("ceiling-counts-padding", "partial last windows of averages that count padding", ticks: 15) { builder in
      let x = builder.input(frame: FrameShape(channels: 3))
      let once = builder.input(frame: FrameShape(channels: 3), rate: .perSequence)
      var window = WindowGeometry(kernel: Extent(time: 4), stride: Extent(time: 3))
      window.padBefore.time = 1
      window.padAfter.time = 1
      let mean = try builder.add(
        .pool(Pool(kind: .average(countPadding: true), geometry: window, ceilingTime: true)), [x])
      return [try builder.joined(mean, try builder.add(.repeatFrame(count: nil), [once, mean]))]
    },
    Entry("all-dropped", "negative padding drops all the frames there are, under a partial window", ticks: 2) {
      builder in
      let x = builder.input(frame: FrameShape(channels: 2))
      var window = WindowGeometry(kernel: Extent(time: 2), stride: Extent(time: 2))
      window.padBefore.time = -3
      return [try builder.add(.pool(Pool(kind: .maximum, geometry: window, ceilingTime: true)), [x]), x]
    },
  ]
}

extension NetworkBuilder {
  mutating func convolved(
    _ input: TensorID, kernel: Int, stride: Int = 1, dilation: Int = 1, before: Int, after: Int, groups: Int = 1
  ) throws -> TensorID {
    let frame = frame(input)
    let geometry = WindowGeometry(
      kernel: Extent(time: kernel, height: frame.height), stride: Extent(time: stride),
      dilation: Extent(time: dilation), padBefore: Extent(time: before, height: 0, width: 0),
      padAfter: Extent(time: after, height: 0, width: 0))
    let depth = kernel * frame.height * (frame.channels / groups)
    return try add(
      .convolution(
        Convolution(
          geometry: geometry, groups: groups, outputChannels: 4, weights: random.values(depth * 4, scale: 0.5),
          bias: random.values(4, scale: 0.2))), [input])
  }

  mutating func recurred(
    _ input: TensorID, _ kind: Recurrent.Kind, reverse: Bool = false, view: BackwardView? = nil, states: [TensorID] = []
  ) throws -> TensorID {
    let rows = (kind == .lstm ? 4 : 3) * 5
    var layer = Recurrent(
      kind: kind, units: 5, inputWeights: random.values(rows * frame(input).elements, scale: 0.4),
      hiddenWeights: random.values(rows * 5, scale: 0.4), inputBias: random.values(rows, scale: 0.2),
      hiddenBias: random.values(rows, scale: 0.2))
    (layer.reverse, layer.view) = (reverse, view)
    layer.resetAfter = reverse
    if kind == .lstm { layer.peephole = random.values(15, scale: 0.2) }
    return try add(.recurrent(layer), [input] + states)
  }
}
