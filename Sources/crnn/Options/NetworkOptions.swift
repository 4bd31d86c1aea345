import ArgumentParser
import Converter

/// How an ONNX file is to be read: what its graph does not say.
struct NetworkOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The axis of the ONNX input along which time runs: AXIS or INPUT=AXIS, counted from 0; 'call' where each call of the "
        + "network is one time step. Found from the graph where it is not given.", valueName: "axis"))
  var timeAxis: [NamedValue] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "An input that receives an output of the step before: the runtime then keeps it inside the stream.",
      valueName: "in=out"))
  var state: [NamedValue] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The shape of an ONNX input whose file leaves axes open, comma-separated, 0 for an axis that stays as it is: "
        + "SHAPE or INPUT=SHAPE.", valueName: "shape"))
  var inputShape: [NamedValue] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Frames that an input has per tick of time, where inputs have sequences of different lengths: INPUT=RATE, as in "
        + "sound=3 or lips=2/3. Inferred where the network joins the input to another frame by frame.",
      valueName: "rate"))
  var rate: [NamedValue] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The network takes windows of a longer stream: INPUT=LENGTH:HOP[:ZEROS BEFORE THE FIRST SAMPLE]. Its port then takes "
        + "the single samples.", valueName: "window"))
  var window: [NamedValue] = []

  /// The options that were used.
  var given: [String] {
    [
      ("--time-axis", timeAxis), ("--state", state), ("--input-shape", inputShape), ("--rate", rate),
      ("--window", window),
    ].filter { !$0.1.isEmpty }.map(\.0)
  }

  var reading: NetworkReading {
    NetworkReading(timeAxis: timeAxis, state: state, inputShape: inputShape, rate: rate, window: window)
  }
}
