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
    // What no thread comes to, for want of memory, keeps this.
    items[i].status = CRNN_ERROR_MEMORY
    i &+= 1
  }
  var classifier = Classifier(model: model)
  let status = classifier.read(options, error)
  guard status == CRNN_OK else {
    i = 0
    while i < count {
      items[i].status = status
      i &+= 1
    }
    return status
  }
  guard count > 0 else { return CRNN_OK }
  var counter: UInt32 = 0
  withUnsafeMutablePointer(to: &counter) { counter in
    var batch = ClassifierBatch(classifier, items, count, result, context, counter)
    withUnsafeMutablePointer(to: &batch) { ClassifierBatch.run($0) }
  }
  return firstFailure(items, count, error)
}

/// The status of the first item that has one, with its number before the sentence.
private func firstFailure(
  _ items: UnsafeMutablePointer<crnn_classify_item>, _ count: Int, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  var i = 0
  while i < count, items[i].status == CRNN_OK { i &+= 1 }
  guard i < count else { return CRNN_OK }
  let message = Message(error, items[i].status).text("item ").number(i).text(": ")
  guard let own = items[i].error, own.pointee.status == items[i].status else {
    return message.sentence(crnn_status_text(items[i].status)).status
  }
  return withUnsafePointer(to: &own.pointee.message.0) { message.sentence($0).status }
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
  var classifier = Classifier(model: model)
  var status = classifier.read(options, error)
  guard status == CRNN_OK else { return status }
  var item = item
  item.struct_size = MemoryLayout<crnn_classify_item>.size
  (item.classes, item.class_count, item.error) = (classes, count.pointee, error)
  return withUnsafeMutablePointer(to: &item) { item in
    var lane = ClassifierLane()
    defer { lane.free() }
    guard lane.begin(item, classifier) else { return item.pointee.status }
    status = lane.run(classifier, error)
    guard status == CRNN_OK else { return status }
    lane.rank(classifier.values)
    count.pointee = item.pointee.class_count
    return CRNN_OK
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
