extension SourceGraph {
  /// Puts the nodes into an order in which every value stands before its readers, and drops what no output depends on.
  ///
  /// Throws where a value comes from nowhere or depends on itself.
  mutating func sortTopologically() throws {
    nodes = try SourceGraph.sorted(nodes, given: Set(inputs.map(\.name)).union(initializers.keys), outputs: outputs)
  }

  /// `nodes`, those that `outputs` depend on, each behind what it reads.
  static func sorted(_ nodes: [SourceNode], given: Set<String>, outputs: [String]) throws -> [SourceNode] {
    var producer: [String: Int] = [:]
    for (index, node) in nodes.enumerated() {
      for output in node.outputs where !output.isEmpty { producer[output] = index }
    }
    let reads = nodes.map(\.reads)
    enum Mark { case untouched, open, done }
    var marks = [Mark](repeating: .untouched, count: nodes.count)
    var sorted: [SourceNode] = []

    for output in outputs where producer[output] == nil && !given.contains(output) {
      throw ImportError("the output '\(output)' is produced by no node: the file is damaged, export it again")
    }
    // Depth first with a stack of its own: a long chain must not exhaust the program's.
    for root in outputs.compactMap({ producer[$0] }) where marks[root] == .untouched {
      var stack = [(node: root, next: 0)]
      marks[root] = .open
      while let (node, next) = stack.last {
        guard next < reads[node].count else {
          marks[node] = .done
          sorted.append(nodes[node])
          stack.removeLast()
          continue
        }
        stack[stack.count - 1].next += 1
        let name = reads[node][next]
        if name.isEmpty || given.contains(name) { continue }
        guard let source = producer[name] else {
          throw nodes[node].error("its input '\(name)' is produced by no node: the file is damaged, export it again")
        }
        switch marks[source] {
        case .done: continue
        case .open:
          throw nodes[source].error(
            "it depends on its own output: the graph holds a cycle, so it cannot be run; export it again")
        case .untouched:
          marks[source] = .open
          stack.append((source, 0))
        }
      }
    }
    return sorted
  }
}
