/// How arrays become the network's input, in the words of the command line.
package struct ArrayReading: Sendable {
  package var inputScale: [NamedValue] = []
  package var inputLayout: [NamedValue] = []
  package var array: [NamedValue] = []

  package init() {}

  package init(inputScale: [NamedValue], inputLayout: [NamedValue], array: [NamedValue]) {
    self.inputScale = inputScale
    self.inputLayout = inputLayout
    self.array = array
  }

  /// Names of arrays, per port.
  package func patterns(_ ports: [PortDescription]) throws -> [String: String] {
    try array.check(against: ports.map(\.name), "input")
    var patterns: [String: String] = [:]
    for entry in array {
      if let port = entry.name.isEmpty ? ports.first?.name : entry.name { patterns[port] = entry.value }
    }
    return patterns
  }

  /// The ports with what is said of their arrays.
  package func applied(to ports: [PortDescription]) throws -> [PortDescription] {
    let names = ports.map(\.name)
    try inputScale.check(against: names, "input")
    try inputLayout.check(against: names, "input")
    return try ports.map { port in
      var port = port
      if let scale = inputScale[port.name] { port.integerScale = try parseScale(scale) }
      if let layout = inputLayout[port.name] {
        port.statedLayout = try ArrayLayout(layout)
        port.isLayoutDemanded = true
      }
      return port
    }
  }
}
