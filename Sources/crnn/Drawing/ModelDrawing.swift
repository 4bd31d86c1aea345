/// A model as a picture: a box for each port and node, an arrow for each tensor that leads from one to another.
struct ModelDrawing {
  private struct Box {
    var style: String
    var title: String
    var lines: [String]
    var hint: String
    var isBounded = false
  }

  private let inspection: ModelInspection
  private let title: String
  private var boxes: [Box] = []
  private var edges: [GraphLayout.Edge] = []
  private var sinks: Set<Int> = []

  init(_ inspection: ModelInspection, title: String) {
    self.inspection = inspection
    self.title = title
    var producers: [Int: Int] = [:]
    for port in inspection.ports where port.direction == "input" {
      producers[port.tensor] = boxes.count
      boxes.append(ModelDrawing.box(port))
    }
    for node in inspection.nodes {
      for input in node.inputs { connect(producers[input]) }
      producers[node.output] = boxes.count
      boxes.append(box(node))
    }
    for port in inspection.ports where port.direction == "output" {
      connect(producers[port.tensor])
      sinks.insert(boxes.count)
      boxes.append(ModelDrawing.box(port))
    }
  }

  /// An edge to the box that comes next.
  private mutating func connect(_ producer: Int?) {
    guard let producer else { return }
    let edge = GraphLayout.Edge(from: producer, to: boxes.count)
    if !edges.contains(edge) { edges.append(edge) }
  }

  private static func box(_ port: ModelInspection.Port) -> Box {
    let shape = port.description.shape
    let rate = port.rate.isPerSequence ? "one per sequence" : "rate \(port.rate)"
    return Box(
      style: "port", title: port.description.name,
      lines: [
        "\(port.direction), frame \(shape.isEmpty ? "1" : shape.crossed)", "\(port.store) · \(rate)",
      ], hint: "\(port.direction) \(port.description.name)")
  }

  private func box(_ node: ModelInspection.Node) -> Box {
    let kernel = [
      node.kernel, node.geometry.stride == [1, 1, 1] ? "" : "stride \(node.geometry.stride.crossed)",
      node.geometry.dilation == [1, 1, 1] ? "" : "dilation \(node.geometry.dilation.crossed)",
    ].filter { !$0.isEmpty }.joined(separator: ", ")
    let lookahead = node.lookahead.map { $0 == 0 ? "" : " · lookahead \($0)" } ?? " · at the end"
    return Box(
      style: ModelDrawing.style(node.operation), title: node.name,
      lines: [
        node.operation + (kernel.isEmpty ? "" : " \(kernel)"),
        "\(node.frame) \(node.store) · rate \(inspection.rate(node))\(lookahead)",
      ],
      hint:
        "\(node.name): \(node.operation) \(kernel), \(node.macs) MACs a frame, \(node.weightBytes) bytes of weights, "
        + "ring \(node.ringBytes) bytes, state \(node.stateBytes) bytes",
      isBounded: node.needsWholeSequence)
  }

  private static func style(_ operation: String) -> String {
    switch operation {
    case "convolution", "depthwise", "dense", "embedding": "matrix"
    case "recurrent": "recurrent"
    case "pool", "time reduction", "frame reduction": "reduction"
    case "activation", "affine", "binary", "softmax": "pointwise"
    default: "movement"
    }
  }

  private static let legend = [
    ("port", "input, output"), ("matrix", "weights"), ("recurrent", "recurrent"), ("reduction", "pool, reduction"),
    ("pointwise", "pointwise"), ("movement", "moves values"), ("bounded", "holds a whole sequence"),
  ]

  /// The picture as an SVG file, readable on light and dark ground.
  var svg: String {
    let layout = GraphLayout(boxes: boxes.count, edges: edges, sinks: sinks)
    let margin = 24.0
    let (top, bottom) = (70.0, 22.0 * Double((ModelDrawing.legend.count + 2) / 3) + 44)
    let width = max(layout.width, 620) + 2 * margin
    let left = (width - layout.width) / 2
    var picture = SVGDocument(width: width, height: top + layout.height + bottom, title: title)
    picture.rectangle(0, 0, width, top + layout.height + bottom, style: "ground")
    picture.text(title, width / 2, 30, style: "heading")
    picture.text(summary, width / 2, 50, style: "note")
    for edge in edges {
      let points = (layout.paths[edge] ?? []).map { GraphLayout.Point(x: $0.x + left, y: $0.y + top) }
      picture.curve(points, style: "edge")
    }
    for (box, center) in zip(boxes, layout.centers) {
      draw(box, center.x + left, center.y + top, layout.metrics, &picture)
    }
    for (index, entry) in ModelDrawing.legend.enumerated() {
      let (x, y) = (
        width / 2 - 300 + 210 * Double(index % 3), top + layout.height + 34 + 22 * Double(index / 3)
      )
      picture.rectangle(x, y, 22, 14, radius: 4, style: entry.0 == "bounded" ? "movement bounded" : entry.0)
      picture.text(entry.1, x + 30, y + 11, style: "key")
    }
    return picture.document(style: ModelDrawing.css)
  }

  private var summary: String {
    let macs = "\(fixed(inspection.macsPerInputFrame, 0)) MACs for each input frame"
    let weights = "\(inspection.weightBytes) bytes of constants"
    let stream = inspection.streamBytes.map { "\($0) bytes a stream" } ?? "a stream's memory by its length"
    return "\(weights) · \(macs) · \(stream)"
  }

  private func draw(_ box: Box, _ x: Double, _ y: Double, _ metrics: GraphLayout.Metrics, _ picture: inout SVGDocument)
  {
    let (width, height) = (metrics.boxWidth, metrics.boxHeight)
    picture.group(hint: box.hint) { picture in
      picture.rectangle(
        x - width / 2, y - height / 2, width, height, radius: box.style == "port" ? height / 2 : 9,
        style: box.style + (box.isBounded ? " bounded" : ""))
      // About as many characters of each size as the box is wide.
      picture.text(ModelDrawing.shortened(box.title, to: 32), x, y - 13, style: "name")
      for (line, text) in box.lines.enumerated() {
        picture.text(ModelDrawing.shortened(text, to: 42), x, y + 6 + 16 * Double(line), style: "line")
      }
    }
  }

  /// The end of a text that is too long, from the start of a part of it where one lies there: names differ in their ends.
  static func shortened(_ text: String, to limit: Int) -> String {
    guard text.count > limit else { return text }
    let tail = text.suffix(limit - 1)
    let start = tail.firstIndex(of: "/") ?? tail.startIndex
    return "…" + (tail.distance(from: tail.startIndex, to: start) < limit / 2 ? tail[start...] : tail)
  }
}
