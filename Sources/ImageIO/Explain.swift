import CCRNN
import CCRNNImage

/// One image, by itself.
private func explain(
  _ model: OpaquePointer?, _ options: UnsafePointer<crnn_explain_options>?, _ source: ImageSource,
  _ explanation: UnsafeMutablePointer<crnn_explanation>?, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  guard let model else { return Message(error, CRNN_ERROR_ARGUMENT).text("model is NULL").status }
  guard let explanation, explanation.pointee.struct_size >= MemoryLayout<crnn_explanation>.size else {
    return Message(error, CRNN_ERROR_ARGUMENT)
      .text("explanation is NULL, or not initialised with CRNN_EXPLANATION_INITIALIZER").status
  }
  var chosen = crnn_explain_options()
  chosen.answer = -1
  if let options {
    guard options.pointee.struct_size >= MemoryLayout<crnn_explain_options>.size, options.pointee.cell >= 0,
      options.pointee.cell <= 4_096, options.pointee.patch >= 0, options.pointee.patch <= 64
    else {
      return Message(error, CRNN_ERROR_ARGUMENT)
        .text("options need their struct_size, cell 0 to 4096 pixels, and patch 0 to 64 cells").status
    }
    chosen = options.pointee
  }
  let reading = ImageOptions(
    executor: chosen.executor, recipe: chosen.recipe, maximumPixels: chosen.maximum_pixels,
    maximumBytes: chosen.maximum_bytes, output: chosen.output)
  var classifier = ImageModel(model: model)
  let status = classifier.read(reading, error)
  guard status == CRNN_OK else { return status }
  var result = crnn_explanation()
  result.struct_size = explanation.pointee.struct_size
  let outcome = explain(source, classifier, chosen, &result, error)
  if outcome == CRNN_OK { explanation.pointee = result } else { crnn_explanation_free(&result) }
  return outcome
}

/// The answer with nothing hidden, then what becomes of it.
private func explain(
  _ source: ImageSource, _ classifier: ImageModel, _ options: crnn_explain_options,
  _ result: UnsafeMutablePointer<crnn_explanation>, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  var lane = ImageLane()
  defer { lane.free() }
  var status = lane.begin(0, source, classifier, error)
  guard status == CRNN_OK else { return status }
  status = lane.run(classifier, error)
  guard status == CRNN_OK else { return status }
  let placement = lane.placement
  let grid = OcclusionGrid(placement, cell: Int(options.cell), patch: Int(options.patch))
  guard grid.runs <= OcclusionGrid.mostRuns else {
    return Message(error, CRNN_ERROR_ARGUMENT).text("a map of ").size(grid.columns, grid.rows).text(" cells takes ")
      .number(grid.runs).text(" runs of the network; at most ").number(OcclusionGrid.mostRuns)
      .text(" are allowed: take larger cells").status
  }
  var answer = ExplainedAnswer.class(0)
  defer { answer.free() }
  status = answer.read(lane, classifier, options, result, error)
  guard status == CRNN_OK else { return status }
  result.pointee.confidence = answer.confidence(lane, classifier)
  guard let falls = allocate(Float.self, grid.columns &* grid.rows) else {
    return Message(error, CRNN_ERROR_MEMORY).text("no memory for the map").status
  }
  result.pointee.falls = falls
  status = OcclusionRun(classifier, options, lane, grid).fill(
    falls, answer, result.pointee.confidence, error)
  result.pointee.width = lane.fullWidth
  result.pointee.height = lane.fullHeight
  result.pointee.placement = placement
  result.pointee.cell = Int32(truncatingIfNeeded: grid.cell)
  result.pointee.patch = Int32(truncatingIfNeeded: grid.patch)
  result.pointee.columns = Int32(truncatingIfNeeded: grid.columns)
  result.pointee.rows = Int32(truncatingIfNeeded: grid.rows)
  result.pointee.cell_width = Float(grid.cell) * Float(lane.fullWidth) / Float(placement.inner_width)
  result.pointee.cell_height = Float(grid.cell) * Float(lane.fullHeight) / Float(placement.inner_height)
  result.pointee.runs = Int64(grid.runs)
  return status
}

@_cdecl("crnn_explain_file") @implementation
public func crnn_explain_file(
  _ model: OpaquePointer?, _ options: UnsafePointer<crnn_explain_options>?, _ path: UnsafePointer<CChar>?,
  _ explanation: UnsafeMutablePointer<crnn_explanation>?, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  explain(
    model, options, ImageSource(path: path, bytes: nil, byteCount: 0, image: nil), explanation, error)
}

@_cdecl("crnn_explain_bytes") @implementation
public func crnn_explain_bytes(
  _ model: OpaquePointer?, _ options: UnsafePointer<crnn_explain_options>?, _ bytes: UnsafeRawPointer?,
  _ byteCount: Int, _ explanation: UnsafeMutablePointer<crnn_explanation>?, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  explain(
    model, options, ImageSource(path: nil, bytes: bytes, byteCount: byteCount, image: nil), explanation, error)
}

@_cdecl("crnn_explain_image") @implementation
public func crnn_explain_image(
  _ model: OpaquePointer?, _ options: UnsafePointer<crnn_explain_options>?, _ image: UnsafePointer<crnn_image>?,
  _ explanation: UnsafeMutablePointer<crnn_explanation>?, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  explain(
    model, options, ImageSource(path: nil, bytes: nil, byteCount: 0, image: image), explanation, error)
}

@_cdecl("crnn_explanation_free") @implementation
public func crnn_explanation_free(_ explanation: UnsafeMutablePointer<crnn_explanation>?) {
  guard let explanation, explanation.pointee.struct_size >= MemoryLayout<crnn_explanation>.size else { return }
  release(explanation.pointee.text)
  release(explanation.pointee.symbols)
  release(explanation.pointee.falls)
  (explanation.pointee.text, explanation.pointee.symbols, explanation.pointee.falls) = (nil, nil, nil)
  explanation.pointee.symbol_count = 0
}
