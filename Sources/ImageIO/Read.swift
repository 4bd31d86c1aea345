import CCRNN
import CCRNNImage

/// How many texts a line may give, as in `crnn_ctc_options.width`.
private let mostTexts: Int32 = 1024

@_cdecl("crnn_read_batch") @implementation
public func crnn_read_batch(
  _ model: OpaquePointer?, _ options: UnsafePointer<crnn_read_options>?, _ items: UnsafeMutablePointer<crnn_read_item>?,
  _ itemCount: Int32, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  guard let model else { return Message(error, CRNN_ERROR_ARGUMENT).text("model is NULL").status }
  guard itemCount >= 0, let items = items ?? UnsafeMutablePointer(bitPattern: itemCount == 0 ? 16 : 0) else {
    return Message(error, CRNN_ERROR_ARGUMENT).text("items is NULL, or item_count negative").status
  }
  let count = Int(itemCount)
  var i = 0
  while i < count {
    guard items[i].struct_size >= MemoryLayout<crnn_read_item>.size else {
      return Message(error, CRNN_ERROR_ARGUMENT).text("item ").number(i)
        .text(" is not initialised with CRNN_READ_ITEM_INITIALIZER").status
    }
    guard let reading = items[i].reading, reading.pointee.struct_size >= MemoryLayout<crnn_reading>.size else {
      return Message(error, CRNN_ERROR_ARGUMENT).text("item ").number(i)
        .text(": reading is NULL, or not initialised with CRNN_READING_INITIALIZER").status
    }
    i &+= 1
  }
  let status = read(model, options, items, count, error)
  guard status == CRNN_OK else {
    ImageItems.texts(items, best: 1).setAll(count, status)
    return status
  }
  return ImageItems.texts(items, best: 1).firstFailure(count, error)
}

/// Refuses the call, or gives every item its status.
private func read(
  _ model: OpaquePointer, _ options: UnsafePointer<crnn_read_options>?, _ items: UnsafeMutablePointer<crnn_read_item>,
  _ count: Int, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  var given = ImageOptions()
  var decoding = crnn_ctc_options()
  decoding.struct_size = MemoryLayout<crnn_ctc_options>.size
  var best: Int32 = 1
  if let options {
    guard options.pointee.struct_size >= MemoryLayout<crnn_read_options>.size, options.pointee.best >= 0,
      options.pointee.best <= mostTexts
    else {
      return Message(error, CRNN_ERROR_ARGUMENT)
        .text("options are not initialised with CRNN_READ_OPTIONS_INITIALIZER, or best is not 0 to 1024").status
    }
    given = ImageOptions(
      executor: options.pointee.executor, recipe: options.pointee.recipe,
      maximumPixels: options.pointee.maximum_pixels, maximumBytes: options.pointee.maximum_bytes,
      together: options.pointee.together)
    best = max(1, options.pointee.best)
    if let chosen = options.pointee.decoding {
      guard chosen.pointee.struct_size >= MemoryLayout<crnn_ctc_options>.size else {
        return Message(error, CRNN_ERROR_ARGUMENT)
          .text("decoding is not initialised with CRNN_CTC_OPTIONS_INITIALIZER").status
      }
      decoding = chosen.pointee
    }
  }
  given.output = decoding.output
  var taker = ImageModel(model: model)
  var status = taker.read(given, error)
  guard status == CRNN_OK else { return status }
  return withUnsafePointer(to: &decoding) { decoding in
    // What must be refused before anything is run.
    var decoder = LineDecoder(model, decoding)
    status = decoder.prepare(0, error)
    if status == CRNN_OK, count > 0 {
      withUnsafeMutablePointer(to: &decoder) { ImageBatch.run(taker, .texts(items, best: Int(best)), count, $0) }
    }
    decoder.free()
    return status
  }
}

/// One line, by itself.
private func read(
  _ model: OpaquePointer?, _ options: UnsafePointer<crnn_read_options>?, _ item: crnn_read_item,
  _ reading: UnsafeMutablePointer<crnn_reading>?, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  guard let model else { return Message(error, CRNN_ERROR_ARGUMENT).text("model is NULL").status }
  guard let reading, reading.pointee.struct_size >= MemoryLayout<crnn_reading>.size else {
    return Message(error, CRNN_ERROR_ARGUMENT)
      .text("reading is NULL, or not initialised with CRNN_READING_INITIALIZER").status
  }
  var item = item
  (item.reading, item.error) = (reading, error)
  return withUnsafeMutablePointer(to: &item) { item in
    let status = read(model, options, item, 1, error)
    return status == CRNN_OK ? ImageItems.texts(item, best: 1).onlyStatus(error) : status
  }
}

@_cdecl("crnn_read_file") @implementation
public func crnn_read_file(
  _ model: OpaquePointer?, _ options: UnsafePointer<crnn_read_options>?, _ path: UnsafePointer<CChar>?,
  _ reading: UnsafeMutablePointer<crnn_reading>?, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  var item = crnn_read_item()
  item.path = path
  return read(model, options, item, reading, error)
}

@_cdecl("crnn_read_bytes") @implementation
public func crnn_read_bytes(
  _ model: OpaquePointer?, _ options: UnsafePointer<crnn_read_options>?, _ bytes: UnsafeRawPointer?,
  _ byteCount: Int, _ reading: UnsafeMutablePointer<crnn_reading>?, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  var item = crnn_read_item()
  (item.bytes, item.byte_count) = (bytes, byteCount)
  return read(model, options, item, reading, error)
}

@_cdecl("crnn_read_image") @implementation
public func crnn_read_image(
  _ model: OpaquePointer?, _ options: UnsafePointer<crnn_read_options>?, _ image: UnsafePointer<crnn_image>?,
  _ reading: UnsafeMutablePointer<crnn_reading>?, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  var item = crnn_read_item()
  item.image = image
  return read(model, options, item, reading, error)
}

@_cdecl("crnn_reading_free") @implementation
public func crnn_reading_free(_ reading: UnsafeMutablePointer<crnn_reading>?) {
  guard let reading, reading.pointee.struct_size >= MemoryLayout<crnn_reading>.size else { return }
  release(UnsafeMutablePointer(mutating: reading.pointee.texts))
  reading.pointee.texts = nil
  reading.pointee.count = 0
}
