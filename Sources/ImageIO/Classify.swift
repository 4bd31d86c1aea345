import CCRNN
import CCRNNImage

@_cdecl("crnn_classify_batch") @implementation
public func crnn_classify_batch(
  _ model: OpaquePointer?, _ options: UnsafePointer<crnn_classify_options>?,
  _ items: UnsafeMutablePointer<crnn_classify_item>?, _ itemCount: Int32, _ result: crnn_classify_result?,
  _ context: UnsafeMutableRawPointer?, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  guard let model else { return Message(error, CRNN_ERROR_ARGUMENT).text("model is NULL").status }
  guard itemCount >= 0, let items = items ?? UnsafeMutablePointer(bitPattern: itemCount == 0 ? 16 : 0) else {
    return Message(error, CRNN_ERROR_ARGUMENT).text("items is NULL, or item_count negative").status
  }
  let count = Int(itemCount)
  var i = 0
  while i < count {
    guard items[i].struct_size >= MemoryLayout<crnn_classify_item>.size else {
      return Message(error, CRNN_ERROR_ARGUMENT).text("item ").number(i)
        .text(" is not initialised with CRNN_CLASSIFY_ITEM_INITIALIZER").status
    }
    i &+= 1
  }
  var taker = ImageModel(model: model)
  let status = taker.read(ImageOptions(options), error)
  let all = ImageItems.classes(items, result, context)
  guard status == CRNN_OK else {
    all.setAll(count, status)
    return status
  }
  if count > 0 { ImageBatch.run(taker, all, count, nil) }
  return all.firstFailure(count, error)
}

extension ImageOptions {
  /// nil where they are of another size.
  fileprivate init?(_ options: UnsafePointer<crnn_classify_options>?) {
    guard let options else {
      self.init()
      return
    }
    guard options.pointee.struct_size >= MemoryLayout<crnn_classify_options>.size else { return nil }
    self.init(
      executor: options.pointee.executor, recipe: options.pointee.recipe,
      maximumPixels: options.pointee.maximum_pixels, maximumBytes: options.pointee.maximum_bytes,
      together: options.pointee.together, output: options.pointee.output)
  }
}

/// One image, by itself.
private func classify(
  _ model: OpaquePointer?, _ options: UnsafePointer<crnn_classify_options>?, _ item: crnn_classify_item,
  _ classes: UnsafeMutablePointer<crnn_class>?, _ count: UnsafeMutablePointer<Int32>?,
  _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  guard let model else { return Message(error, CRNN_ERROR_ARGUMENT).text("model is NULL").status }
  guard let classes, let count, count.pointee >= 1 else {
    return Message(error, CRNN_ERROR_ARGUMENT).text("classes or count is NULL, or *count below 1").status
  }
  var taker = ImageModel(model: model)
  let status = taker.read(ImageOptions(options), error)
  guard status == CRNN_OK else { return status }
  var item = item
  (item.classes, item.class_count, item.error) = (classes, count.pointee, error)
  return withUnsafeMutablePointer(to: &item) { item in
    let only = ImageItems.classes(item, nil, nil)
    ImageBatch.run(taker, only, 1, nil)
    if item.pointee.status == CRNN_OK { count.pointee = item.pointee.class_count }
    return only.onlyStatus(error)
  }
}

@_cdecl("crnn_classify_file") @implementation
public func crnn_classify_file(
  _ model: OpaquePointer?, _ options: UnsafePointer<crnn_classify_options>?, _ path: UnsafePointer<CChar>?,
  _ classes: UnsafeMutablePointer<crnn_class>?, _ count: UnsafeMutablePointer<Int32>?,
  _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  var item = crnn_classify_item()
  item.path = path
  return classify(model, options, item, classes, count, error)
}

@_cdecl("crnn_classify_bytes") @implementation
public func crnn_classify_bytes(
  _ model: OpaquePointer?, _ options: UnsafePointer<crnn_classify_options>?, _ bytes: UnsafeRawPointer?,
  _ byteCount: Int, _ classes: UnsafeMutablePointer<crnn_class>?, _ count: UnsafeMutablePointer<Int32>?,
  _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  var item = crnn_classify_item()
  (item.bytes, item.byte_count) = (bytes, byteCount)
  return classify(model, options, item, classes, count, error)
}

@_cdecl("crnn_classify_image") @implementation
public func crnn_classify_image(
  _ model: OpaquePointer?, _ options: UnsafePointer<crnn_classify_options>?, _ image: UnsafePointer<crnn_image>?,
  _ classes: UnsafeMutablePointer<crnn_class>?, _ count: UnsafeMutablePointer<Int32>?,
  _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  var item = crnn_classify_item()
  item.image = image
  return classify(model, options, item, classes, count, error)
}
