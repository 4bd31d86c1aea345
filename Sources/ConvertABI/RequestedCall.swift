import Arrays
import CCRNN
import CCRNNConvert
import Converter

/// A request of the C interface, its pointers checked and what they point to read.
struct RequestedCall {
  private let request: crnn_convert_request
  let name: String
  private let settings: ConversionRequest

  init(_ request: crnn_convert_request) throws {
    self.request = request
    name = request.name.map { String(cString: $0) } ?? "network"
    guard request.network != nil, request.network_bytes > 0 else {
      throw Failure(status: CRNN_ERROR_ARGUMENT, message: "the request has no network")
    }
    var settings = ConversionRequest()
    for index in 0..<(try RequestedCall.count(request.option_count, request.options != nil, "options")) {
      guard let option = request.options?[Int(index)], let name = option.name, let value = option.value else {
        throw Failure(status: CRNN_ERROR_ARGUMENT, message: "option \(index) has no name or no value")
      }
      try failing(CRNN_CONVERT_ERROR_OPTION) { try settings.set(String(cString: name), to: String(cString: value)) }
    }
    self.settings = settings
  }

  /// Reads the network.
  func job() throws -> ConversionJob {
    guard let network = request.network else {
      throw Failure(status: CRNN_ERROR_ARGUMENT, message: "the request has no network")
    }
    let bytes = [UInt8](UnsafeRawBufferPointer(start: network, count: Int(request.network_bytes)))
    let directory = request.directory.map { String(cString: $0) }
    return try failing(CRNN_CONVERT_ERROR_NETWORK, options: CRNN_CONVERT_ERROR_OPTION) {
      try ConversionJob(settings, bytes: bytes, name: name, directory: directory)
    }
  }

  /// Copies of the calibration arrays, dense.
  func arrays() throws -> [(name: String, array: NumericArray)] {
    let count = try RequestedCall.count(request.calibration_count, request.calibration != nil, "calibration arrays")
    guard count > 0 else { throw Failure(status: CRNN_CONVERT_ERROR_DATA, message: "there are no calibration data") }
    return try (0..<count).map { index in
      guard let entry = request.calibration?[index], let name = entry.name else {
        throw Failure(status: CRNN_ERROR_ARGUMENT, message: "calibration array \(index) has no name")
      }
      let title = String(cString: name)
      return (title, try RequestedCall.dense(entry.values, title))
    }
  }

  /// Tells the caller how far it is.
  var progress: (Int, Int) -> Void {
    guard let tell = request.progress else { return { _, _ in } }
    let context = request.context
    return { done, all in tell(context, done, all) }
  }

  private static func count(_ count: Int, _ isThere: Bool, _ what: String) throws -> Int {
    guard count == 0 || isThere, (0...1 << 20).contains(count) else {
      throw Failure(status: CRNN_ERROR_ARGUMENT, message: "the request's \(what) are NULL, or too many")
    }
    return count
  }

  private static func dense(_ view: crnn_array, _ name: String) throws -> NumericArray {
    func refuse(_ status: crnn_status, _ reason: String) -> Failure {
      Failure(status: status, message: "calibration array '\(name)': \(reason)")
    }
    guard view.struct_size >= MemoryLayout<crnn_array>.size, let data = view.data else {
      throw refuse(CRNN_ERROR_ARGUMENT, "its data are NULL, or its struct_size is not set")
    }
    let types: [crnn_dtype: ElementType] = [
      CRNN_U8: .uint8, CRNN_S16: .int16, CRNN_F32: .float32, CRNN_S32: .int32,
    ]
    guard let type = types[view.dtype] else {
      throw refuse(CRNN_ERROR_TYPE, "its element type \(view.dtype) is unknown")
    }
    guard (0...CRNN_MAXIMUM_RANK).contains(view.rank) else {
      throw refuse(CRNN_ERROR_SHAPE, "its rank \(view.rank) is not between 0 and \(CRNN_MAXIMUM_RANK)")
    }
    let rank = Int(view.rank)
    let shape = withUnsafeBytes(of: view.shape) { Array($0.bindMemory(to: Int64.self).prefix(rank)).map { Int($0) } }
    let strides = withUnsafeBytes(of: view.stride) { Array($0.bindMemory(to: Int64.self).prefix(rank)).map { Int($0) } }
    var bytes = type.size
    for size in shape {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: size)
      guard size >= 0, !overflow, product < 1 << 40 else {
        throw refuse(CRNN_ERROR_SHAPE, "its shape \(shape) is impossible")
      }
      bytes = product
    }
    let copy: [UInt8]
    if strides.allSatisfy({ $0 == 0 }) {
      copy = [UInt8](UnsafeRawBufferPointer(start: data, count: bytes))
    } else {
      copy = gathered(UnsafeRawPointer(data), shape, strides, element: type.size, bytes: bytes)
    }
    do { return try NumericArray(shape: shape, elementType: type, bytes: copy) } catch {
      throw refuse(CRNN_ERROR_SHAPE, "\(error)")
    }
  }

  /// The elements of a strided view in C order.
  private static func gathered(
    _ data: UnsafeRawPointer, _ shape: [Int], _ strides: [Int], element: Int, bytes: Int
  ) -> [UInt8] {
    guard bytes > 0 else { return [] }
    var result: [UInt8] = []
    result.reserveCapacity(bytes)
    var index = [Int](repeating: 0, count: shape.count)
    var offset = 0
    while result.count < bytes {
      result.append(contentsOf: UnsafeRawBufferPointer(start: data + offset, count: element))
      var axis = shape.count - 1
      while axis >= 0 {
        index[axis] += 1
        offset &+= strides[axis]
        if index[axis] < shape[axis] { break }
        offset &-= strides[axis] &* shape[axis]
        index[axis] = 0
        axis -= 1
      }
    }
    return result
  }
}
