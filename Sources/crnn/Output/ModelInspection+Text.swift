import Quantizer

extension ModelInspection {
  var text: String {
    var parts = [head, portTable]
    if !packed.metadata.isEmpty { parts.append(metadataTable) }
    parts += [nodeTable, foot]
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
        port.description.name, port.direction, shape.isEmpty ? "1" : shape.map(String.init).joined(separator: "×"),
        port.store, rate, port.direction == "input" ? scale : "",
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
    var table = Table(["node", "operation", "frame", "store", "rate", "weights", "ring"], leftColumns: [0, 1, 2, 3])
    for node in nodes {
      table.add([
        node.name, node.operation, node.frame, node.store, node.rate.isPerSequence ? "once" : "\(node.rate)",
        String(node.weightBytes),
        String(node.ringBytes),
      ])
    }
    return table.text
  }

  private var foot: String {
    let whole = nodes.filter(\.needsWholeSequence).map(\.name)
    var lines = ["constants \(weightBytes) bytes in \(nodes.count) nodes"]
    if let streamBytes {
      lines.append(
        "a stream takes \(streamBytes) bytes at chunk \(chunk)"
          + (isBounded ? " for up to \(length ?? 0) frames" : ", however long"))
    } else {
      lines.append("a stream takes memory by the longest sequence: --length says for how many frames to count")
    }
    if !whole.isEmpty { lines.append("bounded: \(whole.joined(separator: ", ")) need the whole sequence") }
    lines.append("16-bit tensors: \(wideTensors.isEmpty ? "none" : wideTensors.joined(separator: ", "))")
    return lines.joined(separator: "\n")
  }
}
