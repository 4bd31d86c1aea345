import Arrays

/// An array brought into the order sequence, time, frame.
package struct ArrangedArray {
  package var values: [Float]
  /// nil where the array has no axis of sequences: it is one sequence, or several that companion arrays tell apart.
  package var sequences: Int?
  package var frames: Int

  /// Arranges `array` for a port.
  ///
  /// The order of rules: the layout that the user stated; time × frame or sequences × time × frame; the network's own layout.
  /// - Parameters:
  ///   - source: the array's name for messages.
  ///   - isStrict: refuses arrays that both of the last two rules fit, in different ways.
  package init(_ array: NumericArray, for port: PortDescription, source: String, isStrict: Bool = false) throws {
    let axes = try ArrangedArray.axes(of: array, port, source, isStrict)
    let values: [Float]
    do { values = try ArrangedArray.numbers(array, port) } catch { throw ConverterError("\(source): \(error)") }
    var order: [Int] = []
    for axis in Set(axes).sorted() where axis != .one {
      if let index = axes.firstIndex(of: axis) { order.append(index) }
    }
    order += axes.indices.filter { axes[$0] == .one }
    self.values = order == Array(axes.indices) ? values : transposed(values, array.shape, order)
    func size(_ axis: ArrayLayout.Axis) -> Int? { axes.firstIndex(of: axis).map { array.shape[$0] } }
    switch (size(.sequence), size(.time)) {
    case (let sequences, let time?): (self.sequences, frames) = (sequences, time)
    // One frame for each sequence; or, for a stream, the network takes a frame in each call and N counts the calls.
    case (let count?, nil): (sequences, frames) = port.isPerSequence ? (count, 1) : (nil, count)
    case (nil, nil): (sequences, frames) = (nil, 1)
    }
  }

  /// Integers stand for themselves times a scale: the port's, or the one that pixels and samples usually have. Others are
  /// refused, since a network trained on values between -1 and 1 would run on them without a word.
  private static func numbers(_ array: NumericArray, _ port: PortDescription) throws -> [Float] {
    let values = try array.floats()
    guard !port.isIndex, array.elementType.isInteger else { return values }
    guard let scale = port.integerScale ?? usualScale(array.elementType) else {
      throw ArrayError(
        "integers of type \(array.elementType) stand where input \(port.name) takes real numbers: --input-scale says what an "
          + "integer 1 stands for (1 where they are the values themselves); uint8 stands for value / 255 and int16 for "
          + "value / 32768 without it")
    }
    return scale == 1 ? values : values.map { $0 * scale }
  }

  private static func usualScale(_ type: ElementType) -> Float? {
    switch type {
    case .uint8: 1 / 255
    case .int16: 1 / 32768
    default: nil
    }
  }

  private static func axes(
    of array: NumericArray, _ port: PortDescription, _ source: String, _ isStrict: Bool
  ) throws -> [ArrayLayout.Axis] {
    if port.isLayoutDemanded, let stated = port.statedLayout, stated.letters.count != array.shape.count {
      throw ConverterError(
        "\(source) has shape \(array.shape), which has \(array.shape.count) axes, but --input-layout \(stated) names "
          + "\(stated.letters.count)")
    }
    if let stated = port.statedLayout, stated.letters.count == array.shape.count {
      guard fits(array.shape, stated.axes, port) else {
        throw ConverterError(
          "\(source) has shape \(array.shape), which is not \(stated) of \(port.title) for input \(port.name)")
      }
      return stated.axes
    }
    let standard = standardAxes(rank: array.shape.count, port).filter { fits(array.shape, $0, port) }
    let own = port.networkLayout.map { [$0.axes] }?.filter { fits(array.shape, $0, port) } ?? []
    if isStrict, let first = standard.first, let second = own.first, isDifferent(first, second, array.shape, port) {
      throw ConverterError(
        """
        \(source) of shape \(array.shape) can be read in two ways for input \(port.name): say which axis is what, \
        as in --input-layout \(port.name)=\(port.networkLayout?.description ?? "")
        """)
    }
    guard let axes = standard.first ?? own.first else {
      let layout = port.networkLayout.map { ", nor the network's own layout \($0)" } ?? ""
      throw ConverterError(
        """
        \(source) has shape \(array.shape), but input \(port.name) takes \(port.title): neither [time × frame] nor \
        [sequences × time × frame] fits\(layout); --input-layout says which axis is what
        """)
    }
    return axes
  }

  /// Whether two readings of an array give different sequences: other values, or, where that matters, other beginnings.
  private static func isDifferent(
    _ a: [ArrayLayout.Axis], _ b: [ArrayLayout.Axis], _ shape: [Int], _ port: PortDescription
  ) -> Bool {
    func significant(_ axes: [ArrayLayout.Axis]) -> [ArrayLayout.Axis] {
      zip(axes, shape).filter { $1 != 1 }.map { axis, _ in axis }
    }
    let (first, second) = (significant(a), significant(b))
    guard first == second else { return true }
    // N counts calls, which are frames, where there is no T beside it.
    return port.carriesState && first.contains(.sequence) && a.contains(.time) != b.contains(.time)
  }

  private static func standardAxes(rank: Int, _ port: PortDescription) -> [[ArrayLayout.Axis]] {
    let frame = port.shape.count
    switch rank - frame {
    case 0 where port.isPerSequence: return [(0..<frame).map { .frame($0) }]
    case 1 where port.isPerSequence: return [[.sequence] + (0..<frame).map { .frame($0) }]
    case 1: return [ArrayLayout.standard(rank: frame, batch: false)]
    case 2: return [ArrayLayout.standard(rank: frame, batch: true)]
    default: return []
    }
  }

  private static func fits(_ shape: [Int], _ axes: [ArrayLayout.Axis], _ port: PortDescription) -> Bool {
    guard axes.count == shape.count else { return false }
    var frame: [(Int, Int)] = []
    for (axis, size) in zip(axes, shape) {
      switch axis {
      case .frame(let index): if size != 1 { frame.append((index, size)) }
      case .one: if size != 1 { return false }
      case .time: if port.isPerSequence && size != 1 { return false }
      case .sequence: break
      }
    }
    return frame.sorted { $0.0 < $1.0 }.map { $0.1 } == port.significantShape
  }
}

/// The array with its axes in a new order: axis i of the result is axis `order[i]` of the source.
package func transposed(_ values: [Float], _ shape: [Int], _ order: [Int]) -> [Float] {
  guard !values.isEmpty, !order.isEmpty else { return values }
  var strides = [Int](repeating: 1, count: shape.count)
  for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
  let sizes = order.map { shape[$0] }
  let steps = order.map { strides[$0] }
  var index = [Int](repeating: 0, count: order.count)
  var result: [Float] = []
  result.reserveCapacity(values.count)
  var source = 0
  while result.count < values.count {
    result.append(values[source])
    var axis = order.count - 1
    while axis >= 0 {
      index[axis] += 1
      source += steps[axis]
      if index[axis] < sizes[axis] { break }
      source -= steps[axis] * sizes[axis]
      index[axis] = 0
      axis -= 1
    }
  }
  return result
}
