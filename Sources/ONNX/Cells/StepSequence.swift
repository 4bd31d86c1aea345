import Quantizer

/// How the inputs of a chain's steps lie in the values of a graph: frames along one axis of each.
struct StepSequence {
  struct Part {
    var name: String
    var shape: [Int]
    /// Nil where there is one step, which reads from the whole value.
    var axis: Int?
    /// The first frame, and the number of the value's frames.
    var start = 0
    /// Elements of a frame.
    var width: Int
  }
  var parts: [Part] = []
  /// Where each input of a step stands in the frames of all parts, one part after another.
  var columns: [Int] = []
  var isReversed = false
  var width: Int { parts.reduce(0) { $0 + $1.width } }

  /// Nil where the steps do not read frame after frame.
  init?(_ chain: StepChain, _ search: StepSearch) {
    guard let first = chain.inputs.first else { return nil }
    var partOf: [String: Int] = [:]
    var directions: Set<Bool> = []
    var offsets: [(part: Int, column: Int)] = []
    let isFirst = chain.count == 1
    for (column, id) in first.enumerated() {
      guard let place = search.place(id, isFirst: isFirst),
        let shape = search.evaluator.environment[place.name]?.expressions?.shape
      else {
        return nil
      }
      let positions = chain.inputs.map { step in
        column < step.count ? search.place(step[column], isFirst: isFirst) : nil
      }
      guard positions.allSatisfy({ $0?.name == place.name }) else { return nil }
      let numbers = positions.compactMap { $0?.position }
      let strides = RowMajor.strides(shape)
      let coordinates = shape.indices.map { place.position / strides[$0] % shape[$0] }
      guard chain.count > 1 else {
        let part = partOf[place.name] ?? parts.count
        if part == parts.count {
          partOf[place.name] = part
          parts.append(Part(name: place.name, shape: shape, axis: nil, width: shape.reduce(1, *)))
        }
        offsets.append((part, place.position))
        continue
      }
      let distance = numbers[1] - numbers[0]
      guard distance != 0, zip(numbers, numbers.dropFirst()).allSatisfy({ $1 - $0 == distance }),
        let axis = shape.indices.last(where: { strides[$0] == abs(distance) && shape[$0] > 1 })
      else { return nil }
      let isReversed = distance < 0
      let start = isReversed ? coordinates[axis] - chain.count + 1 : coordinates[axis]
      guard start >= 0, start + chain.count <= shape[axis] else { return nil }
      directions.insert(isReversed)
      let part = partOf[place.name] ?? parts.count
      if part == parts.count {
        partOf[place.name] = part
        parts.append(
          Part(name: place.name, shape: shape, axis: axis, start: start, width: shape.reduce(1, *) / shape[axis]))
      }
      guard parts[part].axis == axis, parts[part].start == start else { return nil }
      let rest = shape.indices.filter { $0 != axis }
      offsets.append((part, rest.reduce(0) { $0 * shape[$1] + coordinates[$1] }))
    }
    guard directions.count <= 1 else { return nil }
    isReversed = directions.first ?? false
    var starts: [Int] = []
    var start = 0
    for part in parts {
      starts.append(start)
      start += part.width
    }
    columns = offsets.map { starts[$0.part] + $0.column }
  }

  /// The frame that a step reads.
  func frame(_ step: Int, of count: Int) -> Int { isReversed ? count - 1 - step : step }
}
