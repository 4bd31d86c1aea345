/// Places the boxes of a directed acyclic graph in layers from top to bottom, and its edges between them.
///
/// A box stands one layer below the lowest box that it depends on; an edge that passes layers takes a place of its own in each of
/// them, so that it runs beside the boxes and not through them. The order within a layer is found by moving everything to the
/// middle of its neighbours, back and forth; then the places are moved sideways to straighten the edges.
struct GraphLayout {
  struct Edge: Hashable {
    var from: Int
    var to: Int
  }

  struct Point: Equatable {
    var x: Double
    var y: Double
  }

  struct Metrics {
    var boxWidth = 250.0
    var boxHeight = 66.0
    /// Between boxes of a layer, between layers, and what an edge takes that passes a layer.
    var columnGap = 28.0
    var layerGap = 34.0
    var laneWidth = 14.0
  }

  let metrics: Metrics
  /// The middle of each box.
  private(set) var centers: [Point] = []
  /// Where each edge passes, from the lower side of one box to the upper side of another.
  private(set) var paths: [Edge: [Point]] = [:]
  private(set) var width = 0.0
  private(set) var height = 0.0

  /// A box, or an edge on its way through a layer.
  private struct Place {
    var box: Int?
    var layer: Int
    var above: [Int] = []
    var below: [Int] = []
    var x = 0.0
  }

  /// `boxes` of them, numbered; each edge leads from a lower number to a higher one.
  init(boxes: Int, edges: [Edge], sinks: Set<Int> = [], metrics: Metrics = Metrics()) {
    self.metrics = metrics
    guard boxes > 0 else { return }
    var places = GraphLayout.layered(boxes, edges, sinks)
    let chains = GraphLayout.connect(&places, edges)
    var layers = [[Int]](repeating: [], count: (places.map(\.layer).max() ?? 0) + 1)
    for (index, place) in places.enumerated() { layers[place.layer].append(index) }
    GraphLayout.order(&layers, places)
    spread(&places, layers)
    let left = places.map { $0.x - size($0) / 2 }.min() ?? 0
    for index in places.indices { places[index].x -= left }
    width = places.map { $0.x + size($0) / 2 }.max() ?? 0
    height = Double(layers.count) * (metrics.boxHeight + metrics.layerGap) - metrics.layerGap
    centers = places.prefix(boxes).map { Point(x: $0.x, y: middle($0.layer)) }
    for (edge, chain) in chains { paths[edge] = path(chain.map { places[$0] }) }
    let starts = separated(\.from) { $0.dropFirst().first }
    let ends = separated(\.to) { $0.dropLast().last }
    for edge in paths.keys {
      paths[edge]?[0].x += starts[edge] ?? 0
      if let last = paths[edge]?.indices.last { paths[edge]?[last].x += ends[edge] ?? 0 }
    }
  }

  private func size(_ place: Place) -> Double { place.box == nil ? metrics.laneWidth : metrics.boxWidth }
  private func gap(_ a: Place, _ b: Place) -> Double { a.box != nil && b.box != nil ? metrics.columnGap : 14 }
  private func middle(_ layer: Int) -> Double {
    Double(layer) * (metrics.boxHeight + metrics.layerGap) + metrics.boxHeight / 2
  }

  private static func layered(_ boxes: Int, _ edges: [Edge], _ sinks: Set<Int>) -> [Place] {
    var places = (0..<boxes).map { Place(box: $0, layer: 0) }
    let ordered = edges.sorted { $0.from < $1.from }
    for edge in ordered { places[edge.to].layer = max(places[edge.to].layer, places[edge.from].layer + 1) }
    // What nothing leads to stands right above what it leads to.
    let targets = Set(edges.map(\.to))
    for box in 0..<boxes where !targets.contains(box) {
      let below = edges.filter { $0.from == box }.map { places[$0.to].layer }.min()
      if let below { places[box].layer = below - 1 }
    }
    let last = places.map(\.layer).max() ?? 0
    for sink in sinks { places[sink].layer = last }
    return places
  }

  /// Gives long edges their places on the way. Returns the places of each edge from its start to its end.
  private static func connect(_ places: inout [Place], _ edges: [Edge]) -> [Edge: [Int]] {
    var chains: [Edge: [Int]] = [:]
    for edge in edges where chains[edge] == nil {
      var chain = [edge.from]
      for layer in places[edge.from].layer + 1..<max(places[edge.to].layer, places[edge.from].layer + 1) {
        chain.append(places.count)
        places.append(Place(box: nil, layer: layer))
      }
      chain.append(edge.to)
      for (a, b) in zip(chain, chain.dropFirst()) {
        places[a].below.append(b)
        places[b].above.append(a)
      }
      chains[edge] = chain
    }
    return chains
  }

  /// Sorts each layer by the middle of what its places are connected to, downwards and upwards in turn, and keeps the order that
  /// crosses least.
  private static func order(_ layers: inout [[Int]], _ places: [Place]) {
    var best = layers
    var fewest = crossings(layers, places)
    for round in 0..<12 where fewest > 0 {
      let isDown = round % 2 == 0
      for layer in isDown ? Array(layers.indices) : layers.indices.reversed() {
        let beside = isDown ? layer - 1 : layer + 1
        guard layers.indices.contains(beside) else { continue }
        let rank = Dictionary(uniqueKeysWithValues: layers[beside].enumerated().map { ($1, Double($0)) })
        let middles = layers[layer].enumerated().map { position, place in
          let neighbours = (isDown ? places[place].above : places[place].below).compactMap { rank[$0] }
          let middle = neighbours.isEmpty ? Double(position) : neighbours.reduce(0, +) / Double(neighbours.count)
          return (place: place, middle: middle, position: position)
        }
        layers[layer] = middles.sorted { ($0.middle, $0.position) < ($1.middle, $1.position) }.map(\.place)
      }
      let count = crossings(layers, places)
      if count < fewest { (best, fewest) = (layers, count) }
    }
    layers = best
  }

  private static func crossings(_ layers: [[Int]], _ places: [Place]) -> Int {
    var count = 0
    for (upper, lower) in zip(layers, layers.dropFirst()) {
      let rank = Dictionary(uniqueKeysWithValues: lower.enumerated().map { ($1, $0) })
      let ends = upper.map { places[$0].below.compactMap { rank[$0] } }
      for a in ends.indices {
        for b in ends.indices where b > a {
          for end in ends[a] { count += ends[b].count { $0 < end } }
        }
      }
    }
    return count
  }

  /// Moves each place towards the middle of its neighbours as far as those beside it allow.
  private func spread(_ places: inout [Place], _ layers: [[Int]]) {
    for layer in layers { pack(&places, layer, layer.map { _ in 0 }) }
    for round in 0..<24 {
      let isDown = round % 2 == 0
      for layer in isDown ? layers : layers.reversed() {
        let wanted = layer.map { place -> Double in
          let neighbours = isDown ? places[place].above : places[place].below
          guard !neighbours.isEmpty else { return places[place].x }
          return neighbours.reduce(0) { $0 + places[$1].x } / Double(neighbours.count)
        }
        pack(&places, layer, wanted)
      }
    }
  }

  /// Sets a layer's places as near to where they are wanted as their widths allow: those that would overlap are put side by side
  /// about their common middle.
  private func pack(_ places: inout [Place], _ layer: [Int], _ wanted: [Double]) {
    var groups: [(start: Double, offsets: [Double], wishes: [Double])] = []
    for position in layer.indices {
      groups.append((start: wanted[position], offsets: [0], wishes: [wanted[position]]))
      while groups.count > 1, let last = groups.last {
        let before = groups[groups.count - 2]
        let first = position - last.offsets.count + 1
        let distance =
          (size(places[layer[first - 1]]) + size(places[layer[first]])) / 2
          + gap(places[layer[first - 1]], places[layer[first]])
        guard let end = before.offsets.last, before.start + end + distance > last.start else { break }
        let offsets = before.offsets + last.offsets.map { end + distance + $0 }
        let wishes = before.wishes + last.wishes
        let start = zip(wishes, offsets).reduce(0) { $0 + $1.0 - $1.1 } / Double(wishes.count)
        groups.removeLast(2)
        groups.append((start: start, offsets: offsets, wishes: wishes))
      }
    }
    let positions = groups.flatMap { group in group.offsets.map { group.start + $0 } }
    for (place, x) in zip(layer, positions) { places[place].x = x }
  }

  /// How far from the middle of a box each of the edges that meet there ends, in the order of where they come from or go.
  private func separated(_ box: KeyPath<Edge, Int>, _ next: ([Point]) -> Point?) -> [Edge: Double] {
    var shifts: [Edge: Double] = [:]
    for group in Dictionary(grouping: paths.keys, by: { $0[keyPath: box] }).values {
      let step = min(20, metrics.boxWidth * 0.7 / Double(group.count))
      let sorted = group.map { (edge: $0, x: paths[$0].flatMap(next)?.x ?? 0) }
        .sorted { ($0.x, $0.edge.from, $0.edge.to) < ($1.x, $1.edge.from, $1.edge.to) }
      for (rank, end) in sorted.enumerated() {
        shifts[end.edge] = step * (Double(rank) - Double(group.count - 1) / 2)
      }
    }
    return shifts
  }

  private func path(_ places: [Place]) -> [Point] {
    places.enumerated().flatMap { index, place -> [Point] in
      let (top, bottom) = (
        middle(place.layer) - metrics.boxHeight / 2, middle(place.layer) + metrics.boxHeight / 2
      )
      if index == 0 { return [Point(x: place.x, y: bottom)] }
      if index == places.count - 1 { return [Point(x: place.x, y: top)] }
      return [Point(x: place.x, y: top), Point(x: place.x, y: bottom)]
    }
  }
}
