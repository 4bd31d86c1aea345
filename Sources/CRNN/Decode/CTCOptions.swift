import CCRNN
import CKernels

/// `crnn_ctc_options`, checked, and what the model says.
struct CTCOptions {
  var kernels: UnsafePointer<crnn_kernels>
  /// What frames look like.
  var port = crnn_port_record()
  var portName: UnsafePointer<CChar>
  /// Of the output over the input; none without a model.
  var window = FrameWindow()
  /// The last frame of a sequence at the input port, where the model fixes it.
  var lastInput = Int64.max &- 1
  var alphabet: UnsafePointer<CChar>
  var alphabetBytes = 0
  var classes = 0
  var blank = 0
  /// 0: greedy.
  var width = 0
  var maximumSymbols = 256
  var values = CRNN_CTC_PROBABILITIES
  var weight: Float = 0
  var bonus: Float = 0

  init() {
    kernels = InstructionSets.table(0)
    portName = constant("")
    alphabet = portName
  }

  mutating func read(
    _ handle: OpaquePointer?, _ given: UnsafePointer<crnn_ctc_options>?, _ error: UnsafeMutablePointer<crnn_error>?
  ) -> crnn_status {
    @inline(never)
    func refuse(_ reason: Literal) -> crnn_status { Message(error, CRNN_ERROR_ARGUMENT).text(reason).status }
    var options = crnn_ctc_options()
    if let given {
      guard given.pointee.struct_size >= MemoryLayout<crnn_ctc_options>.size else {
        return refuse("initialise CTC options with CRNN_CTC_OPTIONS_INITIALIZER")
      }
      options = given.pointee
    }
    guard options.width >= 0, options.width <= 1024, options.maximum_symbols >= 0, options.maximum_symbols <= 65536,
      options.values >= CRNN_CTC_AUTOMATIC, options.values <= CRNN_CTC_SCORES, options.ngram_weight >= 0,
      options.ngram_weight <= 100, options.insertion_bonus.magnitude <= 50
    else { return refuse("width, maximum_symbols, values, ngram_weight or insertion_bonus lies outside its range") }
    guard options.width > 0 || (options.lexicon == nil && options.ngram == nil && options.insertion_bonus == 0) else {
      return refuse("a lexicon, an n-gram model and a bonus need a width of at least 1")
    }
    width = Int(options.width)
    if options.maximum_symbols > 0 { maximumSymbols = Int(options.maximum_symbols) }
    guard Int64(width) &* Int64(maximumSymbols) <= Int64(Int.max &/ 64) else {
      return Message(error, CRNN_ERROR_MEMORY).text("the decoder would not fit into memory").status
    }
    weight = options.ngram_weight
    bonus = options.insertion_bonus
    if options.values != CRNN_CTC_AUTOMATIC { values = options.values }
    var text = options.alphabet
    var number = Int(options.blank)
    if let handle {
      guard let model = view(handle) else { return notAModel(error) }
      if text == nil {
        text = model.pointee.file.pointee.text(constant("alphabet"))
        guard let blank = model.pointee.file.pointee.text(constant("ctc.blank")), text != nil else {
          return refuse("the model has no alphabet and blank: convert it with --alphabet, or state them in the options")
        }
        number = CTCOptions.number(blank)
      }
      let status = take(model, options, error)
      guard status == CRNN_OK else { return status }
    }
    guard let text else { return refuse("without a model the options must have an alphabet") }
    alphabet = text
    var symbols = 0
    var further = 3
    while text[alphabetBytes] != 0 {
      further &+= 1
      if CTCOptions.beginsCharacter(text[alphabetBytes]) { (symbols, further) = (symbols &+ 1, 0) }
      guard further < 4 else { return refuse("the alphabet is not UTF-8") }
      alphabetBytes &+= 1
    }
    blank = number
    if handle == nil {
      classes = symbols &+ 1
      port.rank = 1
      port.shape.0 = UInt32(truncatingIfNeeded: classes)
    }
    guard symbols &+ 1 == classes, classes <= 65536 else {
      return Message(error, CRNN_ERROR_SHAPE).text("the alphabet has ").number(symbols)
        .text(" characters, which with the blank does not fit the output's ").number(classes).text(" classes").status
    }
    guard blank >= 0, blank < classes else { return refuse("the blank is no class") }
    return CRNN_OK
  }

  /// What the model says of its ports.
  private mutating func take(
    _ model: UnsafePointer<Model>, _ options: crnn_ctc_options, _ error: UnsafeMutablePointer<crnn_error>?
  ) -> crnn_status {
    guard let output = CRNN.port(model, CRNN_OUTPUT, options.output) else { return noPort(error, options.output) }
    guard let input = CRNN.port(model, CRNN_INPUT, options.input) else { return noPort(error, options.input) }
    let file = model.pointee.file
    let tensor = Int(output.pointee.tensor)
    kernels = model.pointee.kernels
    port = output.pointee
    portName = file.pointee.string(port.name)
    classes = file.pointee.tensors[tensor].elements
    window = model.pointee.windows[tensor &* file.pointee.inputCount &+ Int(options.input)]
    lastInput = file.pointee.tensors[Int(input.pointee.tensor)].lastFrame(of: -1)
    guard options.values == CRNN_CTC_AUTOMATIC else { return CRNN_OK }
    values = CRNN_CTC_SCORES
    var n = 0
    while n < file.pointee.nodeCount {
      let node = file.node(n)
      if node.outputIndex == tensor, node.operation == CRNN_OP_SOFTMAX {
        values = node.parameter(0) == 0 ? CRNN_CTC_PROBABILITIES : CRNN_CTC_LOG_PROBABILITIES
      }
      n &+= 1
    }
    return CRNN_OK
  }

  static func beginsCharacter(_ byte: CChar) -> Bool { UInt8(bitPattern: byte) & 0xC0 != 0x80 }

  /// A decimal number, or -1.
  private static func number(_ text: UnsafePointer<CChar>) -> Int {
    var result = text[0] == 0 ? -1 : 0
    var i = 0
    while result >= 0, text[i] != 0 {
      let digit = Int(text[i]) &- 48
      result = digit < 0 || digit > 9 || result > 65536 ? -1 : 10 &* result &+ digit
      i &+= 1
    }
    return result
  }
}
