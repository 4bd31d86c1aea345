import ArgumentParser
import Arrays
import CCRNN
import Converter
import Glibc

/// `crnn explain`
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract:
      "Shows what a network's answer to an image hangs on: where characters were seen, and a map of what moves the answer.",
    discussion: """
      The network runs again and again while a square patch hides another part of the image each time; the map says by how much the \
      confidence in the answer falls. Of a text recogniser, the picture also has each character over the columns that it was read from, \
      and its confidence. docs/explaining.md describes pictures and documents.

      EXAMPLE
        crnn explain digits.crnn seven.png -o why.png
        crnn explain lines.crnn line.png -o why.svg --json why.json
        crnn explain digits.crnn seven.png --answer 1 -o why-not-1.png
        crnn explain lines.crnn line.png --lexicon words.txt -o why.png

      \(ExitStatus.discussion)
      """)

  @Argument(help: ArgumentHelp("The packed model (.crnn).", valueName: "model"))
  var model: String

  @Argument(help: ArgumentHelp("The image (PNG, JPEG).", valueName: "image"))
  var image: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The picture: a file called .svg or .png.", valueName: "out"))
  var output: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What the map is of, instead of what the network answers: a class by its name or number, or a text.",
      valueName: "answer"))
  var answer: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The side of the map's cells, in pixels of the prepared image (default: about a sixteenth of its shorter side).",
      valueName: "pixels"))
  var cell = 0

  @Option(name: .long, help: ArgumentHelp("The side of what is hidden at a time, in cells.", valueName: "cells"))
  var patch = 2

  @Option(name: .long, help: ArgumentHelp("Threads (default: as many as there are processors).", valueName: "n"))
  var threads: Int?

  @OptionGroup(title: "Text") var decoding: DecodingOptions
  @OptionGroup var images: ImageInputOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    if let output, PictureFormat(path: output) == nil {
      throw ValidationError("--output \(output) is neither called .svg nor .png: those are the pictures there are")
    }
    guard (0...4096).contains(cell) else { throw ValidationError("--cell takes 1 to 4096 pixels, not \(cell)") }
    guard (1...64).contains(patch) else { throw ValidationError("--patch takes 1 to 64 cells, not \(patch)") }
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads takes 1 to 1024 threads, not \(threads)")
    }
    try report.check(inputs: [model, image] + decoding.files, output: output)
  }

  func run() throws {
    let runtime = try RuntimeModel(path: model, isa: images.isa)
    let alphabet = runtime.text("alphabet")
    guard alphabet != nil || !decoding.areGiven else {
      throw CommandError(
        "\(model) has no alphabet: --width, --lexicon, --ngram and --insertion-bonus are for networks that read text")
    }
    let reading = try alphabet.map { try decoding.reading(alphabet: $0) }
    let file = RawArguments.names([image]).first ?? FileName(image)
    let explainer = try images.taker(of: runtime, at: model) {
      try ImageExplainer(
        runtime, path: file, recipe: $0, maximumPixels: images.maximumPixels, maximumBytes: images.maximumBytes)
    }
    let count = threads ?? min(1024, max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    let progress = Progress("hiding part")
    let explanation = try explainer.explanation(
      of: answer, reading: reading, cell: cell, patch: patch, threads: count, progress: progress)
    progress.finish()
    var files: [(bytes: [UInt8], path: String)] = []
    if let output, let format = PictureFormat(path: output) {
      let name = String(file.title.split(separator: "/").last ?? "")
      let drawing = ExplanationDrawing(explanation, try explainer.pixels(atMost: ExplanationDrawing.mostPixels), name)
      files.append((bytes: format.bytes(drawing.picture), path: output))
    }
    try report.write(explanation.json(model: model, file: image), with: files, text: explanation.summary)
  }
}

/// What a picture is written as, by the end of its file's name.
enum PictureFormat {
  case svg
  case png

  init?(path: String) {
    let path = path.lowercased()
    if path.hasSuffix(".svg") {
      self = .svg
    } else if path.hasSuffix(".png") {
      self = .png
    } else {
      return nil
    }
  }

  func bytes(_ picture: Picture) -> [UInt8] {
    switch self {
    case .svg: Array(picture.svg.utf8)
    case .png: picture.png
    }
  }
}
