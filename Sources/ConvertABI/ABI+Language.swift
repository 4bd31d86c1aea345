import CCRNN
import CCRNNConvert
import Converter

@_cdecl("crnn_convert_lexicon") @implementation
public func crnn_convert_lexicon(
  _ language: UnsafePointer<crnn_convert_language>?, _ result: UnsafeMutablePointer<crnn_convert_result>?,
  _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  pack(language, result, error, title: "the word list") { language in
    .words(separator: language.separator.map { String(cString: $0) })
  }
}

@_cdecl("crnn_convert_ngram") @implementation
public func crnn_convert_ngram(
  _ language: UnsafePointer<crnn_convert_language>?, _ result: UnsafeMutablePointer<crnn_convert_result>?,
  _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  pack(language, result, error, title: "the n-gram model") { language in
    .arpa(unknown: language.unknown == 1 ? nil : language.unknown)
  }
}

private func pack(
  _ language: UnsafePointer<crnn_convert_language>?, _ result: UnsafeMutablePointer<crnn_convert_result>?,
  _ error: UnsafeMutablePointer<crnn_error>?, title: String,
  _ source: (crnn_convert_language) -> LanguagePacking.Source
) -> crnn_status {
  perform(language, result, error, size: { $0.struct_size }) { language, answer in
    guard let text = language.text, let alphabet = language.alphabet else {
      throw Failure(status: CRNN_ERROR_ARGUMENT, message: "there is no text, or no alphabet")
    }
    let source = source(language)
    if let problem = source.problem { throw Failure(status: CRNN_CONVERT_ERROR_OPTION, message: problem) }
    let packed = try failing(CRNN_CONVERT_ERROR_DATA) {
      try LanguagePacking(
        [UInt8](UnsafeRawBufferPointer(start: text, count: language.text_bytes)), source,
        alphabet: String(cString: alphabet), title: title)
    }
    answer.model = packed.bytes
    answer.notes = packed.note ?? ""
    answer.report = JSONValue.members([("bytes", .integer(packed.bytes.count))] + packed.document).document
  }
}
