import CCRNN
import CCRNNImage
import ImageIO
import Quantizer

/// A picture that may be damaged, explained with any options: what hangs together is the cells, the patches, the answer or the text that
/// is asked for, and a size that only the picture knows.
enum ExplanationFuzzing {
  /// The first bytes are the options, the others the picture.
  static func explain(_ bytes: UnsafeRawBufferPointer) {
    var bytes = FuzzedBytes(bytes)
    let isText = bytes.next() & 1 == 1
    guard let model = isText ? textRecogniser : classifier else { return }
    var decoding = crnn_ctc_options()
    decoding.struct_size = MemoryLayout<crnn_ctc_options>.size
    decoding.width = Int32(bytes.next() % 6)
    decoding.maximum_symbols = Int32(bytes.next() % 32)
    var options = crnn_explain_options()
    options.struct_size = MemoryLayout<crnn_explain_options>.size
    (options.maximum_pixels, options.maximum_bytes) = (1 << 12, 1 << 20)
    options.cell = Int32(Int8(bitPattern: bytes.next()))
    options.patch = Int32(Int8(bitPattern: bytes.next()))
    options.answer = Int32(Int8(bitPattern: bytes.next()))
    options.output = Int32(bytes.next() % 3) - 1
    let choice = bytes.next()
    let text = [CChar](unsafeUninitializedCapacity: 9) { letters, count in
      for index in 0..<Int(choice % 9) { letters[index] = CChar(bitPattern: max(bytes.next(), 1)) }
      letters[Int(choice % 9)] = 0
      count = Int(choice % 9) + 1
    }
    let file = FuzzedBlock(copying: bytes.rest)
    defer { file.free() }
    ImageFuzzing.repairChecksums(UnsafeMutableRawBufferPointer(start: file.start, count: file.count))
    withUnsafePointer(to: decoding) { decoding in
      text.withUnsafeBufferPointer { text in
        if choice & 16 == 16 { options.decoding = decoding }
        if choice & 32 == 32 { options.text = text.baseAddress }
        explain(model.model, &options, file)
      }
    }
  }

  private static func explain(_ model: OpaquePointer, _ options: inout crnn_explain_options, _ file: FuzzedBlock) {
    var found = crnn_explanation()
    found.struct_size = MemoryLayout<crnn_explanation>.size
    guard crnn_explain_bytes(model, &options, file.start, file.count, &found, nil) == CRNN_OK else { return }
    defer { crnn_explanation_free(&found) }
    // What is told must be there to read.
    var sum: Float = 0
    for index in 0..<Int(found.rows) * Int(found.columns) { sum += found.falls[index] }
    for index in 0..<Int(found.symbol_count) { sum += found.symbols[index].symbol.confidence }
    precondition(!sum.isNaN && found.confidence >= 0, "a map of numbers")
    precondition((found.text != nil) == (found.answer < 0), "a text, or a class")
  }

  private static let classifier = network(["preprocess": "grey,resize=8x6:pillow:bilinear"], outputs: 3) { graph, x in
    try graph.add(.timeReduction(.mean), [x], name: "mean")
  }

  private static let textRecogniser = network(
    ["preprocess": "grey,resize=*x6:opencv:area", "alphabet": "ab\u{DF}", "ctc.blank": "0"], outputs: 4
  ) { $1 }

  /// Columns of six grey pixels through a network with texts that make it one for pictures; made once, by whichever case asks first.
  private static func network(
    _ texts: [String: String], outputs: Int, _ middle: (inout Graph, TensorID) throws -> TensorID
  ) -> FuzzedModel? {
    var graph = Graph()
    let x = graph.addInput("x", frame: FrameShape(height: 6, channels: 1))
    let dense = Dense(
      frame: FrameShape(channels: outputs), weights: (0..<6 * outputs).map { Float($0 * 5 % 7) - 3 },
      bias: [Float](repeating: 0, count: outputs))
    var options = ConversionOptions()
    (options.search, options.quantization.inputs) = (nil, ["x": .image])
    options.metadata = texts.sorted { $0.key < $1.key }.map { MetadataEntry($0.key, $0.value) }
    let columns = CalibrationSequence(inputs: [(0..<96).map { Float($0 % 11) / 10 }])
    do {
      let classes = try middle(&graph, try graph.add(.dense(dense), [x], name: "dense"))
      graph.addOutput("y", try graph.add(.softmax(logarithm: false), [classes], name: "softmax"))
      return FuzzedModel(try Conversion.convert(graph: graph, calibration: [columns], options: options).bytes)
    } catch {
      preconditionFailure("\(error)")
    }
  }
}
