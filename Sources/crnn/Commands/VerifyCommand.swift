import ArgumentParser
import Arrays
import Converter
import Quantizer

/// `crnn verify`
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Proves that a packed file is whole and that its sums cannot overflow, and runs its self-test.",
    discussion: """
      Checks every checksum and the SHA-256 of the content; proves for every row of weights, from the file's bytes alone, that \
      no sum of products can leave 32 bits; and runs the file's self-test with every set of kernels that this processor has.

      EXAMPLE
        crnn verify digits.crnn

      \(ExitStatus.discussion)
      """)

  @Argument(help: ArgumentHelp("The packed model.", valueName: "crnn"))
  var model: String

  @OptionGroup var report: ReportOptions

  func validate() throws { try report.check(inputs: [model]) }

  func run() throws {
    // The runtime goes first: its refusals are the ones that every program sees.
    let sets = RuntimeModel.supportedInstructionSets
    let file = try PackedModelFile(path: model)
    for isa in sets {
      do { try RuntimeModel(path: model, isa: isa).check() } catch {
        throw CommandError("\(model), kernels \(isa): \(error)")
      }
    }
    let proof: PackedModel.Verification
    do { proof = try file.packed.verify() } catch { throw CommandError("\(model): \(error)") }
    let hasSelfTest = file.packed.selfTest != nil
    try report.write(
      .members([
        ("model", .text(model)),
        ("content_id", .text(file.packed.contentID)),
        ("rows_proved", .integer(proof.rows)),
        ("largest_bound", .integer(Int(proof.largestBound))),
        ("self_test", .boolean(hasSelfTest)),
        ("isa", .texts(sets)),
      ]),
      text: """
        checksums and SHA-256 \(file.packed.contentID): right
        \(proof.rows) rows proved: no sum exceeds \(proof.largestBound) of \(Int32.max)
        \(hasSelfTest ? "self-test passed with \(sets.joined(separator: ", "))" : "the file has no self-test")
        """)
  }
}
