import Testing

@testable import crnn

/// Pictures of networks: boxes stand apart, arrows lead down and around boxes, and whatever a name holds, the file is XML.
@Suite struct GraphLayoutTests {
  @Test func randomGraphs() {
    // Knuth's linear congruential generator: the same graphs every time.
    var state: UInt64 = 1
    func integer(_ range: ClosedRange<Int>) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return range.lowerBound + Int(state >> 33) % range.count
    }
    for boxes in 1...40 {
      var edges: Set<GraphLayout.Edge> = []
      for box in 0..<boxes where box > 0 {
        for _ in 0..<integer(1...3) {
          edges.insert(GraphLayout.Edge(from: integer(max(0, box - 9)...(box - 1)), to: box))
        }
      }
      GraphLayoutTests.check(boxes, edges.sorted { ($0.to, $0.from) < ($1.to, $1.from) })
    }
  }

  @Test func aChainStandsInOneColumn() {
    let layout = GraphLayout(boxes: 5, edges: (0..<4).map { GraphLayout.Edge(from: $0, to: $0 + 1) })
    #expect(Set(layout.centers.map(\.x)).count == 1 && layout.width == layout.metrics.boxWidth)
  }

  @Test func branchesStandBesideEachOther() {
    let edges = [(0, 1), (0, 2), (1, 3), (2, 3)].map { GraphLayout.Edge(from: $0.0, to: $0.1) }
    let centers = GraphLayout(boxes: 4, edges: edges).centers
    #expect(centers[1].y == centers[2].y && centers[0].x == centers[3].x)
    #expect(centers[1].x + centers[2].x == 2 * centers[0].x)
  }

  @Test func noBoxes() {
    let layout = GraphLayout(boxes: 0, edges: [])
    #expect(layout.centers.isEmpty && layout.width == 0)
  }

  @Test func whatXMLCannotHoldIsReplaced() {
    #expect(SVGDocument.escaped("a<b>&\"c\"\n\u{1}é") == "a&lt;b&gt;&amp;&quot;c&quot; \u{FFFD}é")
  }

  @Test func longNamesKeepTheirEnds() {
    #expect(ModelDrawing.shortened("short", to: 8) == "short")
    #expect(ModelDrawing.shortened("model/encoder/layer/Conv", to: 12) == "…/layer/Conv")
    #expect(ModelDrawing.shortened("abcdefghijklmnop", to: 8) == "…jklmnop")
  }

  static func check(_ boxes: Int, _ edges: [GraphLayout.Edge]) {
    let layout = GraphLayout(boxes: boxes, edges: edges)
    let (width, height) = (layout.metrics.boxWidth, layout.metrics.boxHeight)
    #expect(layout.centers.count == boxes)
    for (a, first) in layout.centers.enumerated() {
      #expect(first.x >= width / 2 - 0.01 && first.x <= layout.width - width / 2 + 0.01)
      #expect(first.y >= height / 2 && first.y <= layout.height - height / 2)
      for second in layout.centers.dropFirst(a + 1) {
        #expect(abs(first.x - second.x) > width || abs(first.y - second.y) > height, "boxes overlap")
      }
    }
    for edge in edges {
      guard let path = layout.paths[edge], let start = path.first, let end = path.last else {
        Issue.record("an edge has no path")
        continue
      }
      let (from, to) = (layout.centers[edge.from], layout.centers[edge.to])
      #expect(abs(start.x - from.x) < width / 2 && start.y == from.y + height / 2)
      #expect(abs(end.x - to.x) < width / 2 && end.y == to.y - height / 2)
      #expect(zip(path, path.dropFirst()).allSatisfy { $0.y < $1.y })
      for (a, b) in zip(path, path.dropFirst()) where a.x == b.x {
        // Beside every box of the layer that it passes.
        for (box, center) in layout.centers.enumerated() where box != edge.from && box != edge.to {
          #expect(
            abs(center.x - a.x) > width / 2 || center.y + height / 2 <= a.y || center.y - height / 2 >= b.y,
            "an edge runs through a box")
        }
      }
    }
  }
}
