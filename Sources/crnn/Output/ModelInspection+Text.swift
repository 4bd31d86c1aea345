import Quantizer

extension ModelInspection {
  var text: String {
    var parts = [head, portTable]
    if !packed.metadata.isEmpty { parts.append(metadataTable) }
    parts += [nodeTable, timingTable, foot]
    return parts.joined(separator: "\n\n")
  }

  private var head: String {
    """
    \(packed.bytes.count) bytes, format \(packed.header.format_version), numerics \(packed.header.numerics_revision), \
    needs reader \(packed.header.reader_version)
    SHA-256 of the content \(packed.contentID)
    kernels \(instructionSet), of \(RuntimeModel.supportedInstructionSets.joined(separator: ", "))
    """
  }

  private var portTable: String {
    var table = Table(["port", "", "frame", "store", "frames per tick", "integers"], leftColumns: [0, 1, 2, 3])
    for port in ports {
      let shape = port.description.shape
      var rate = port.rate.isPerSequence ? "one per sequence" : "\(port.rate)"
      if let frames = port.description.fixedFrames, !port.rate.isPerSequence { rate += ", exactly \(frames)" }
      let scale = port.description.integerScale.map { "× \($0)" } ?? "u8 / 255, s16 / 32768"
      table.add([
        port.description.name, port.direction, shape.isEmpty ? "1" : shape.crossed, port.store, rate,
        port.direction == "input" ? scale : "",
      ])
    }
    return table.text
  }

  private var metadataTable: String {
    var table = Table(["text", "value"], leftColumns: [0, 1])
    for entry in packed.metadata {
      table.add([
        entry.key, entry.value.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: ", "),
      ])
    }
    return table.text
  }

  private var nodeTable: String {
    let ones = [1, 1, 1]
    let areDilated = nodes.contains { $0.geometry.dilation != ones }
    var table = Table(
      ["node", "operation", "kernel", "stride"] + (areDilated ? ["dilation"] : [])
        + ["frame", "store", "rate", "MACs", "weights", "ring", "state", "lookahead"],
      leftColumns: Set(0...(areDilated ? 6 : 5)))
    for node in nodes {
      let geometry = node.geometry
      table.add(
        [node.name, node.operation, node.kernel, geometry.stride == ones ? "" : geometry.stride.crossed]
          + (areDilated ? [geometry.dilation == ones ? "" : geometry.dilation.crossed] : [])
          + [
            node.frame, node.store, rate(node), String(node.macs), String(node.weightBytes),
            streamBytes == nil && node.ringBytes == 0 ? "by length" : String(node.ringBytes), String(node.stateBytes),
            node.lookahead.map(String.init) ?? "the end",
          ])
    }
    return table.text
  }

  private var timingTable: String {
    var table = Table(
      ["output", "input", "frames in : out", "lookahead", "receptive field", "beyond it"], leftColumns: [0, 1, 5])
    for timing in timings {
      let beyond =
        (timing.seesWholePast ? ["all before"] : []) + (timing.needsWholeSequence ? ["all after"] : [])
      table.add([
        timing.output, timing.input,
        timing.outputFrames == 0
          ? "all : \(wholeOutput(timing.output))" : "\(timing.inputFrames) : \(timing.outputFrames)",
        timing.lookahead.map(String.init) ?? "the end", timing.receptiveField.map(String.init) ?? "all",
        beyond.joined(separator: ", "),
      ])
    }
    return table.text
  }

  /// What comes of a whole sequence.
  private func wholeOutput(_ name: String) -> String {
    let tensor = ports.first { $0.direction == "output" && $0.description.name == name }?.tensor
    return nodes.first { $0.output == tensor }?.frames.map(String.init) ?? "all"
  }

  private var foot: String {
    let first = ports.first?.description.name ?? ""
    var lines = [
      "constants \(weightBytes) bytes in \(nodes.count) nodes; a model takes \(modelBytes) bytes beside its file"
    ]
    let isWhole = macsPerInputFrame == macsPerInputFrame.rounded()
    var macs = ["\(fixed(macsPerInputFrame, isWhole ? 0 : 1)) for each frame of \(first)"]
    if macsPerSequence > 0 { macs.append("\(macsPerSequence) for each sequence") }
    lines.append("MACs (multiplications by weights) \(macs.joined(separator: ", "))")
    if let streamBytes, let parts = streamParts {
      lines.append(
        "a stream takes \(streamBytes) bytes at chunk \(chunk)"
          + (isBounded ? " for up to \(length ?? 0) frames" : ", however long")
          + ": rings \(parts.rings), states \(parts.states), scratch \(parts.scratch), input rings and counters "
          + "\(parts.inputs)")
    } else {
      lines.append("a stream takes memory by the longest sequence: --length says for how many frames to count")
    }
    let whole = nodes.filter(\.needsWholeSequence).map(\.name)
    if !whole.isEmpty { lines.append("bounded: \(whole.joined(separator: ", ")) need the whole sequence") }
    lines.append("16-bit tensors: \(wideTensors.isEmpty ? "none" : wideTensors.joined(separator: ", "))")
    return lines.joined(separator: "\n")
  }
}
