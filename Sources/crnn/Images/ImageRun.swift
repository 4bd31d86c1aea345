import ArgumentParser
import Converter

/// A run over images: from the names to the rows, the scores, and what is said at the end.
struct ImageRun {
  let options: ImageRunOptions
  let runner: ImageRunner
  let writer: RowWriter
  /// What is being done, for the terminal.
  let title: String

  /// Throws the exit status where it is not 0.
  func run() throws {
    let expectations = try options.expect.map { try Expectations(path: $0) }
    var isText = false
    if case .text = writer.columns { isText = true }
    var tally = Tally(scores: expectations.map { ($0, Scores(isText: isText)) })
    var files = options.files
    let sink = try sink(&files, &tally)
    let total = Console.isTerminal && !options.inputs.contains("-") ? ImageRun.count(options.files) : nil
    let progress = Progress(title, countingFrom: sink.rows)
    let (writer, runner) = (writer, runner)
    let interruption = Interruption()
    let work = try OrderedWork(
      threads: options.threadCount, groups: runner.groups, take: { files.take($0) },
      work: { entries in runner.rows(entries).map { (row: $0, bytes: writer.bytes($0)) } })
    let isInterrupted = Signal()
    interruption.watch {
      isInterrupted.raise()
      work.stop()
    }
    while case let results = work.next(), !results.isEmpty {
      if options.rows == nil { progress.finish() }
      try sink.write(results.map(\.bytes))
      for result in results { tally.add(result.row) }
      progress.update(sink.rows, of: total)
    }
    progress.finish()
    try sink.finish()
    try finish(tally, rows: sink.rows, isInterrupted: isInterrupted.isRaised)
  }

  /// Where rows go, with the rows of an earlier run counted.
  private func sink(_ files: inout ImageFiles, _ tally: inout Tally) throws -> RowFile {
    if let path = options.resume {
      var counted = tally
      let earlier = try EarlierRows(path, writer, &files) { counted.add($0, prediction: $1) }
      counted.failures = earlier.failures
      tally = counted
      let sink = try RowFile(continuing: path, end: earlier.end, rows: earlier.rows)
      if earlier.end == 0 { try sink.write([writer.header], areRows: false) }
      return sink
    }
    let sink = try RowFile(path: options.output)
    try sink.write([writer.header], areRows: false)
    return sink
  }

  private static func count(_ files: ImageFiles) -> Int {
    var files = files
    var count = 0
    while files.next() != nil { count += 1 }
    return count
  }

  private func finish(_ tally: Tally, rows: Int, isInterrupted: Bool) throws {
    if let scores = tally.scores?.scores { Console.note(scores.text) }
    try report(tally, rows: rows, isInterrupted: isInterrupted)
    if tally.failures > 0 {
      let first = tally.firstFailure.map { ": \($0)" } ?? ""
      Console.note("\(tally.failures) of \(rows) images could not be read\(first)")
    }
    if isInterrupted {
      let place = tally.last.map { " behind \($0.title)" } ?? ""
      let advice = options.rows.map { "; the same command with --resume \($0) goes on" } ?? ""
      Console.note("interrupted: stopped\(place), after \(rows) rows\(advice)")
      throw ExitStatus.interrupted
    }
    guard rows > 0 else { throw CommandError("there is no PNG or JPEG file among what was given") }
    if tally.failures > 0 { throw ExitStatus.unreadable }
  }

  private func report(_ tally: Tally, rows: Int, isInterrupted: Bool) throws {
    guard options.report.json != nil else { return }
    try options.report.write(
      .members([
        ("model", .text(options.model)),
        ("images", .integer(rows)),
        ("unreadable", .integer(tally.failures)),
        ("interrupted", .boolean(isInterrupted)),
        ("scores", tally.scores?.scores.document),
      ]), text: "")
  }
}

/// What is counted while rows go by.
private struct Tally {
  var scores: (expectations: Expectations, scores: Scores)?
  var failures = 0
  var firstFailure: String?
  var last: FileName?

  init(scores: (Expectations, Scores)?) { self.scores = scores }

  mutating func add(_ row: ImageRow) {
    if case .failure(let reason) = row.answer {
      failures += 1
      if firstFailure == nil { firstFailure = "\(row.file.title): \(reason)" }
    }
    add(row.file, prediction: row.prediction)
  }

  mutating func add(_ file: FileName, prediction: String?) {
    last = file
    if let expected = scores.map({ $0.expectations.label(file) }) {
      scores?.scores.add(expected: expected, given: prediction)
    }
  }
}

/// Raised on one thread, seen on another.
final class Signal: @unchecked Sendable {
  private let lock = Lock()
  private var value = false

  func raise() { lock.held { value = true } }
  var isRaised: Bool { lock.held { value } }
}
