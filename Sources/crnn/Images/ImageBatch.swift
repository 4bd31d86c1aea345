import CCRNN

/// The images of one call of the library: their paths, and where it puts its sentences.
final class ImageBatch {
  /// Entries that are files; only these are given to the library.
  let count: Int
  let errors: UnsafeMutablePointer<crnn_error>
  private let paths: UnsafeMutablePointer<CChar>
  private var starts: [Int] = []
  /// The place of each entry among the files; nil: none.
  private var places: [Int?] = []

  init(_ entries: [ImageFiles.Entry]) {
    let names: [FileName?] = entries.map { if case .file(let name) = $0 { name } else { nil } }
    count = names.lazy.filter { $0 != nil }.count
    errors = .allocate(capacity: max(1, count))
    paths = .allocate(capacity: names.reduce(1) { $0 + ($1?.bytes.count ?? 0) + 1 })
    var end = 0
    for name in names {
      guard let name else {
        places.append(nil)
        continue
      }
      places.append(starts.count)
      (errors + starts.count).initialize(to: crnn_error())
      errors[starts.count].struct_size = MemoryLayout<crnn_error>.size
      starts.append(end)
      for byte in name.bytes {
        (paths + end).initialize(to: CChar(bitPattern: byte))
        end += 1
      }
      (paths + end).initialize(to: 0)
      end += 1
    }
  }

  deinit {
    errors.deallocate()
    paths.deallocate()
  }

  func path(_ place: Int) -> UnsafePointer<CChar> { UnsafePointer(paths + starts[place]) }

  /// A row for each entry, from the status of its item and, where that is good, its answer.
  func rows(
    _ entries: [ImageFiles.Entry], status: (Int) -> crnn_status, answer: (Int) -> ImageRow.Answer
  ) -> [ImageRow] {
    entries.enumerated().map { index, entry in
      switch entry {
      case .unreadable(let name, let reason): return ImageRow(file: name, answer: .failure(reason))
      case .file(let name):
        guard let place = places[index] else { return ImageRow(file: name, answer: .failure("not an image")) }
        let status = status(place)
        return ImageRow(file: name, answer: status == CRNN_OK ? answer(place) : .failure(sentence(place, status)))
      }
    }
  }

  private func sentence(_ place: Int, _ status: crnn_status) -> String {
    let message = withUnsafeBytes(of: errors[place].message) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    return message.isEmpty ? String(cString: crnn_status_text(status)) : message
  }
}
