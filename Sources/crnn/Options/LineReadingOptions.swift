import ArgumentParser

/// How `read` decodes what the network gives, and what it tells of it.
struct LineReadingOptions: ParsableArguments {
  @OptionGroup var decoding: DecodingOptions

  @Option(name: .long, help: ArgumentHelp("How many texts each row has, best first, 1 to 1024.", valueName: "n"))
  var best = 1

  @Flag(
    name: .long,
    help: ArgumentHelp(
      "Each text with its characters, as JSON: confidence, columns of the prepared image, and pixels of the picture that they were "
        + "seen in."))
  var spans = false

  func validate() throws {
    guard (1...1024).contains(best) else { throw ValidationError("--best takes 1 to 1024 texts, not \(best)") }
    guard best == 1 || best <= decoding.beam(best: best) else {
      throw ValidationError("--best \(best) needs a --width of as many")
    }
  }

  /// - Parameter alphabet: the model's.
  func reading(alphabet: String) throws -> LineReading {
    try decoding.reading(alphabet: alphabet, best: best, spans: spans)
  }
}
