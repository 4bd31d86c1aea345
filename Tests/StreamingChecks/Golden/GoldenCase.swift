import CRNN
import Foundation
import Quantizer

/// A case that is kept: the packed file, the input's bits, the feedings, and the checksum of what the reference kernels gave. It
/// needs no generator and no converter, so that it stays the same case for ever.
///
/// `NAME.crnn` is the model, `NAME.case` a text of lines:
///
///     about     what is difficult here
///     input     the port's values as the hexadecimal digits of their 32 bits (floats, or indices)
///     output    frames, and the CRC-32C of their floats' bytes in hexadecimal digits
///     feeding   the chunk, then the steps: push:PORT:FRAMES finish:PORT pull:PORT:FRAMES empty move reset; `paced` where nothing may be refused
struct GoldenCase {
  struct Output: Equatable {
    var frames: Int
    var checksum: UInt32
  }

  var name: String
  var about: String
  var file: [UInt8]
  var inputs: [[Float]]
  var outputs: [Output]
  var feedings: [Feeding]

  /// The cases that every test run replays.
  static let directory = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Golden/streaming").standardizedFileURL

  /// Those that every port of the runtime to another machine runs, beside the others (Tests/Conformance/README.md).
  static let vectors = directory.appending(path: "../../Conformance/vectors").standardizedFileURL

  /// Packs a case; what the reference kernels give becomes what is expected.
  init(_ check: StreamingCase, name: String, about: String) throws {
    self.name = name
    self.about = about
    file = try StreamingCheck.convert(check)
    inputs = check.inputs
    feedings = check.feedings
    outputs = []
    outputs = try results(try Runtime(file, isa: "reference"))
  }

  /// A packed file and an input; what the reference kernels give becomes what is expected.
  init(file: [UInt8], inputs: [[Float]], name: String, about: String) throws {
    (self.name, self.about, self.file, self.inputs, feedings, outputs) = (name, about, file, inputs, [], [])
    outputs = try results(try Runtime(file, isa: "reference"))
  }

  /// Nil where the case still gives what it gave.
  func failure() throws -> StreamingCheck.Failure? {
    let given = try results(try Runtime(file, isa: "reference"))
    guard given == outputs else {
      return StreamingCheck.Failure(.bits, "the reference kernels gave \(outputs), now \(given)")
    }
    return try StreamingCheck.failure(file, inputs, feedings, counts: outputs.map(\.frames))
  }

  private func results(_ runtime: Runtime) throws -> [Output] {
    let values = try StreamingCheck.whole(runtime, inputs)
    return zip(values, try StreamingCheck.frames(values, runtime)).map { values, frames in
      Output(frames: frames, checksum: values.withUnsafeBytes { CRC32C.checksum($0) })
    }
  }
}

extension GoldenCase {
  func write(to directory: URL) throws {
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    try Data(file).write(to: directory.appending(path: "\(name).crnn"))
    try Data(text.utf8).write(to: directory.appending(path: "\(name).case"))
  }

  /// All cases of a directory, by name.
  static func all(in directory: URL) throws -> [GoldenCase] {
    let names = try FileManager.default.contentsOfDirectory(atPath: directory.path()).filter { $0.hasSuffix(".case") }
    return try names.sorted().map { try GoldenCase(directory.appending(path: $0)) }
  }

  init(_ url: URL) throws {
    name = url.deletingPathExtension().lastPathComponent
    file = [UInt8](try Data(contentsOf: url.deletingPathExtension().appendingPathExtension("crnn")))
    (about, inputs, outputs, feedings) = ("", [], [], [])
    for line in String(decoding: try Data(contentsOf: url), as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      switch words.first {
      case "about": about = words.dropFirst().joined(separator: " ")
      case "input": inputs.append(words.dropFirst().compactMap { UInt32($0, radix: 16).map(Float.init(bitPattern:)) })
      case "output" where words.count == 3:
        outputs.append(Output(frames: Int(words[1]) ?? -1, checksum: UInt32(words[2], radix: 16) ?? 0))
      case "feeding" where words.count > 1:
        feedings.append(
          Feeding(
            chunk: Int(words[1]) ?? 1, steps: try words.dropFirst(2).filter { $0 != "paced" }.map(Feeding.Step.init),
            isPaced: words.contains("paced")))
      default: throw PackedModelError("\(url.lastPathComponent): the line “\(line)” has no meaning")
      }
    }
  }

  private var text: String {
    var lines = ["about " + about]
    lines += inputs.map { values in
      (["input"] + values.map { String($0.bitPattern, radix: 16) }).joined(separator: " ")
    }
    lines += outputs.map { "output \($0.frames) \(String($0.checksum, radix: 16))" }
    lines += feedings.map { "feeding \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }
}
