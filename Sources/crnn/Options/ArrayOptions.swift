import ArgumentParser
import Converter

/// How stored arrays become the network's input. A packed model knows it already where its conversion was told.
struct ArrayOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "What an integer 1 in an array stands for: SCALE or PORT=SCALE (default 1/255 for uint8 and 1/32768 for int16; other "
        + "integers need it).",
      valueName: "scale"))
  var inputScale: [NamedValue] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What each axis of an array means, one letter each: N sequences, T time, H W C the frame, 1 an axis of size one. "
        + "NHT is a batch of images read along their width. LAYOUT or PORT=LAYOUT.", valueName: "layout"))
  var inputLayout: [NamedValue] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The array of an input in a .npz file, where it is not x or the port's name: NAME or PORT=NAME. A star stands for any "
        + "text and gives a sequence for each array that matches.", valueName: "name"))
  var array: [NamedValue] = []

  var reading: ArrayReading { ArrayReading(inputScale: inputScale, inputLayout: inputLayout, array: array) }
}
