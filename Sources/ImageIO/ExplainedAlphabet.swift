import CCRNN

/// The characters of a text recogniser, each one UTF-8 sequence, and where the blank stands among its classes.
struct ExplainedAlphabet {
  let text: UnsafePointer<UInt8>
  let blank: Int32

  /// Of the options, or of the model; nil where it has none.
  init?(_ model: OpaquePointer, _ decoding: UnsafePointer<crnn_ctc_options>?) {
    if let decoding, decoding.pointee.struct_size >= MemoryLayout<crnn_ctc_options>.size,
      let alphabet = decoding.pointee.alphabet
    {
      text = UnsafeRawPointer(alphabet).assumingMemoryBound(to: UInt8.self)
      blank = decoding.pointee.blank
      return
    }
    guard let alphabet = ExplainedAlphabet.text(model, "alphabet"),
      let number = ExplainedAlphabet.text(model, "ctc.blank")
    else { return nil }
    text = alphabet
    var digits = TextScanner(number, 10)
    blank = digits.wholeNumber(maximum: Int32.max) ?? 0
  }

  private static func text(_ model: OpaquePointer, _ key: Literal) -> UnsafePointer<UInt8>? {
    crnn_model_text(model, key.characters).map {
      UnsafeRawPointer($0).assumingMemoryBound(to: UInt8.self)
    }
  }

  /// The class of a character by its place in the alphabet.
  func classOf(_ character: Int32) -> Int32 { character < blank ? character : character &+ 1 }

  /// The place in the alphabet of the character that `text` begins with, and its bytes; nil where it has none.
  func find(_ wanted: UnsafePointer<UInt8>) -> (character: Int32, bytes: Int)? {
    let bytes = ExplainedAlphabet.length(wanted)
    var place = text
    var character: Int32 = 0
    while place[0] != 0 {
      let length = ExplainedAlphabet.length(place)
      var i = 0
      while i < length, i < bytes, place[i] == wanted[i] { i &+= 1 }
      if i == length, i == bytes { return (character, bytes) }
      place += length
      character &+= 1
    }
    return nil
  }

  /// Bytes of the sequence that begins here: one, and those that go on with it.
  static func length(_ text: UnsafePointer<UInt8>) -> Int {
    var length = 1
    while length < 4, text[length] & 0xC0 == 0x80 { length &+= 1 }
    return length
  }
}
