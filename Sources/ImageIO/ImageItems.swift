import CCRNN
import CCRNNImage

/// Where an item's image comes from.
struct ImageSource {
  let path: UnsafePointer<CChar>?
  let bytes: UnsafeRawPointer?
  let byteCount: Int
  let image: UnsafePointer<crnn_image>?
}

/// The items of a batch, of either kind, and where their answers go.
enum ImageItems {
  case classes(UnsafeMutablePointer<crnn_classify_item>, crnn_classify_result?, UnsafeMutableRawPointer?)
  /// How many texts each line gives at most, beside its items.
  case texts(UnsafeMutablePointer<crnn_read_item>, best: Int)

  func source(_ index: Int) -> ImageSource {
    switch self {
    case .classes(let items, _, _):
      let item = items[index]
      return ImageSource(path: item.path, bytes: item.bytes, byteCount: item.byte_count, image: item.image)
    case .texts(let items, _):
      let item = items[index]
      return ImageSource(path: item.path, bytes: item.bytes, byteCount: item.byte_count, image: item.image)
    }
  }

  func error(_ index: Int) -> UnsafeMutablePointer<crnn_error>? {
    switch self {
    case .classes(let items, _, _): items[index].error
    case .texts(let items, _): items[index].error
    }
  }

  func status(_ index: Int) -> crnn_status {
    switch self {
    case .classes(let items, _, _): items[index].status
    case .texts(let items, _): items[index].status
    }
  }

  func set(_ index: Int, _ status: crnn_status) {
    switch self {
    case .classes(let items, _, _): items[index].status = status
    case .texts(let items, _): items[index].status = status
    }
  }

  func setAll(_ count: Int, _ status: crnn_status) {
    var i = 0
    while i < count {
      set(i, status)
      i &+= 1
    }
  }

  /// That of a single item, with a sentence in any case.
  func onlyStatus(_ error: UnsafeMutablePointer<crnn_error>?) -> crnn_status {
    let status = status(0)
    guard status != CRNN_OK, error?.pointee.status != status else { return status }
    return Message(error, status).text(of: status).status
  }

  /// The status of the first item that has one, with its number before the sentence.
  func firstFailure(_ count: Int, _ error: UnsafeMutablePointer<crnn_error>?) -> crnn_status {
    var i = 0
    while i < count, status(i) == CRNN_OK { i &+= 1 }
    guard i < count else { return CRNN_OK }
    let message = Message(error, status(i)).text("item ").number(i).text(": ")
    guard let own = self.error(i), own.pointee.status == status(i) else {
      return message.text(of: status(i)).status
    }
    return withUnsafePointer(to: &own.pointee.message.0) { message.sentence($0).status }
  }
}

extension Message {
  /// What is said of a status in general.
  fileprivate func text(of status: crnn_status) -> Message {
    guard let text = crnn_status_text(status) else { return self }
    return sentence(text)
  }
}
