import ArgumentParser

/// The command-line tool: what each command does stands in a file of its own.
@main
struct CRNNCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "crnn",
    abstract: "Converts, inspects, checks, runs and measures int8 convolutional-recurrent networks.")
}
