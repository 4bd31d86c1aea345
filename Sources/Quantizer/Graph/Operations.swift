/// A size along time, height and width.
public struct Extent: Equatable, Hashable, Sendable {
  public var time: Int
  public var height: Int
  public var width: Int
  public init(time: Int = 1, height: Int = 1, width: Int = 1) {
    self.time = time
    self.height = height
    self.width = width
  }
  public static let one = Extent()
  public static let zero = Extent(time: 0, height: 0, width: 0)
}

/// Geometry that convolution and pooling share. Padding is the value 0 (convolution) or nothing (pooling).
public struct WindowGeometry: Equatable, Sendable {
  public var kernel: Extent
  public var stride: Extent
  public var dilation: Extent
  /// May be negative along time: frames are dropped.
  public var padBefore: Extent
  public var padAfter: Extent
  public init(
    kernel: Extent, stride: Extent = .one, dilation: Extent = .one, padBefore: Extent = .zero, padAfter: Extent = .zero
  ) {
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.padBefore = padBefore
    self.padAfter = padAfter
  }
}

/// Convolution over (time, height, width).
public struct Convolution: Sendable {
  public var geometry: WindowGeometry
  public var groups: Int
  public var outputChannels: Int
  /// `[output channel][time][height][width][input channel of the group]`
  public var weights: [Float]
  /// `[output channel]`
  public var bias: [Float]
  public init(geometry: WindowGeometry, groups: Int = 1, outputChannels: Int, weights: [Float], bias: [Float]) {
    self.geometry = geometry
    self.groups = groups
    self.outputChannels = outputChannels
    self.weights = weights
    self.bias = bias
  }
}

/// The whole frame, flattened in storage order, times a matrix.
public struct Dense: Sendable {
  /// Shape of the output frame; its elements are the rows.
  public var frame: FrameShape
  /// `[row][input element]`
  public var weights: [Float]
  /// `[row]`
  public var bias: [Float]
  public init(frame: FrameShape, weights: [Float], bias: [Float]) {
    self.frame = frame
    self.weights = weights
    self.bias = bias
  }
}

public struct Pool: Sendable {
  public enum Kind: Equatable, Sendable { case maximum, average(countPadding: Bool), lp(Float) }
  public var kind: Kind
  public var geometry: WindowGeometry
  /// A last, partial window along time counts. (Along height and width the importer turns this into padding.)
  public var ceilingTime: Bool
  public init(kind: Kind, geometry: WindowGeometry, ceilingTime: Bool = false) {
    self.kind = kind
    self.geometry = geometry
    self.ceilingTime = ceilingTime
  }

  /// Its results are norms: not below 0, even of one value.
  public var isNorm: Bool { if case .lp = kind { true } else { false } }
}

/// LSTM, GRU or simple RNN, one direction, one result per frame. Gates in ONNX's order: LSTM i, o, f, c; GRU z, r, h.
public struct Recurrent: Sendable {
  public enum Kind: Int, Sendable { case lstm, gru, simple }
  public var kind: Kind
  public var units: Int
  /// Runs from the last frame to the first; the results stand in the order of the frames.
  public var reverse = false
  /// Of a backward layer: how far ahead it sees, where it does not wait for the end of the sequence.
  public var view: BackwardView?
  /// GRU: the reset gate multiplies R h + Rb (ONNX `linear_before_reset`), not h.
  public var resetAfter = false
  /// `[gate × units][inputs]`
  public var inputWeights: [Float]
  /// `[gate × units][units]`
  public var hiddenWeights: [Float]
  /// `[gate × units]`
  public var inputBias: [Float]
  public var hiddenBias: [Float]
  /// LSTM: `[3 × units]` in the order i, o, f; or nil.
  public var peephole: [Float]?
  /// ONNX activations f (gates), g (candidate; of a simple RNN its only one is `cellActivation`), h (LSTM output).
  public var gateActivation = Activation.sigmoid
  public var cellActivation = Activation.tanh
  public var outputActivation = Activation.tanh
  /// Clips the arguments of the activations to ±clip.
  public var clip: Float?
  /// `[units]`; nil is zero, or what the node's second input gives (of the cell: its third).
  public var initialHidden: [Float]?
  public var initialCell: [Float]?

  public init(
    kind: Kind, units: Int, inputWeights: [Float], hiddenWeights: [Float], inputBias: [Float], hiddenBias: [Float]
  ) {
    self.kind = kind
    self.units = units
    self.inputWeights = inputWeights
    self.hiddenWeights = hiddenWeights
    self.inputBias = inputBias
    self.hiddenBias = hiddenBias
  }
  public var gates: Int {
    switch kind {
    case .lstm: 4
    case .gru: 3
    case .simple: 1
    }
  }
}

/// `x · scale + shift` with constants.
public struct Affine: Sendable {
  public enum Repetition: Equatable, Sendable {
    case perChannel
    case perElement
    /// One pair for each of `frames` frames.
    case perTime(frames: Int)
    case perTimeAndElement(frames: Int)
  }
  public var repetition: Repetition
  public var scale: [Float]
  public var shift: [Float]
  public init(_ repetition: Repetition, scale: [Float], shift: [Float]) {
    self.repetition = repetition
    self.scale = scale
    self.shift = shift
  }
}

/// `length` frames, `hop` apart, become one frame, oldest first; with `length` 1 and `hop` 1, padding along time.
public struct Window: Sendable {
  public var length: Int
  public var hop: Int
  /// Frames of 0 (or copies of the edge) before the first and after the last; negative: frames dropped.
  public var padBefore: Int
  public var padAfter: Int
  public var padsWithEdge: Bool
  public init(length: Int, hop: Int, padBefore: Int = 0, padAfter: Int = 0, padsWithEdge: Bool = false) {
    self.length = length
    self.hop = hop
    self.padBefore = padBefore
    self.padAfter = padAfter
    self.padsWithEdge = padsWithEdge
  }
  /// Its windows along time.
  public var geometry: WindowGeometry {
    WindowGeometry(
      kernel: Extent(time: length), stride: Extent(time: hop), padBefore: Extent(time: padBefore, height: 0, width: 0),
      padAfter: Extent(time: padAfter, height: 0, width: 0))
  }
}

public struct Embedding: Sendable {
  public var rows: Int
  public var width: Int
  /// `[row][width]`
  public var table: [Float]
  public init(rows: Int, width: Int, table: [Float]) {
    self.rows = rows
    self.width = width
    self.table = table
  }
}

/// A pointwise function; `kind` numbers are those of the file format (CRNN_ACTIVATION_*), formulas in docs/numerics.md.
public struct Activation: Equatable, Sendable {
  public enum Kind: Int, Sendable {
    case identity = 0, relu, leakyRelu, prelu, elu, clip, sigmoid, tanh, hardSigmoid, hardSwish, softplus, softsign,
      absolute
    case exponential, logarithm, squareRoot, sign, power, affine, scaledTanh, thresholdedRelu, reciprocal
  }
  public var kind: Kind
  public var alpha: Float
  public var beta: Float
  /// PRelu: one slope per channel.
  public var slopes: [Float]
  public init(_ kind: Kind, alpha: Float = 0, beta: Float = 0, slopes: [Float] = []) {
    self.kind = kind
    self.alpha = alpha
    self.beta = beta
    self.slopes = slopes
  }
  public static let identity = Activation(.identity)
  public static let relu = Activation(.relu)
  public static let sigmoid = Activation(.sigmoid)
  public static let tanh = Activation(.tanh)
}
