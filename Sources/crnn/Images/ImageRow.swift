/// What became of one image.
struct ImageRow {
  enum Answer {
    /// The best classes, best first, with what the network gives for each.
    case classes([(label: String, confidence: Float)])
    /// The best texts, best first.
    case text([TextReading])
    case failure(String)
  }

  var file: FileName
  var answer: Answer

  /// What is compared with what is expected: the best class or the text; nil where the image could not be read.
  var prediction: String? {
    switch answer {
    case .classes(let classes): classes.first?.label
    case .text(let texts): texts.first?.text
    case .failure: nil
    }
  }
}
