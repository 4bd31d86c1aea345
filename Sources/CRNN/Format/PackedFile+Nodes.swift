import CCRNN

extension UnsafePointer where Pointee == PackedFile {
  /// Quadratic in the number of tensors, but without memory: a network has tens of them, and no file more than CRNN_MAXIMUM_TENSORS.
  func checkNodes(_ error: UnsafeMutablePointer<crnn_error>?) -> crnn_status {
    var tensor = 0
    while tensor < pointee.tensorCount {
      var producers = 0
      var port = 0
      while port < pointee.inputCount {
        if Int(pointee.ports[port].tensor) == tensor { producers &+= 1 }
        port &+= 1
      }
      var n = 0
      while n < pointee.nodeCount {
        if Int(pointee.nodes[n].output) == tensor { producers &+= 1 }
        n &+= 1
      }
      guard producers == 1 else { return PackedFile.malformed(error, "a tensor has no single producer") }
      tensor &+= 1
    }
    var n = 0
    var inputs = 0
    while n < pointee.nodeCount {
      let node = self.node(n)
      let record = node.record.pointee
      guard Int(record.name) < pointee.stringBytes, Int(record.output) < pointee.tensorCount, record.input_count > 0,
        record.input_count <= 256,
        UInt64(record.input_first) &+ UInt64(record.input_count) <= UInt64(pointee.indexCount),
        UInt64(record.blob_first) &+ UInt64(record.blob_count) <= UInt64(pointee.blobCount)
      else { return PackedFile.malformed(error, "a node lies outside") }
      inputs &+= node.inputCount
      guard inputs <= CRNN_MAXIMUM_NODE_INPUTS else { return PackedFile.malformed(error, "it has too many parts") }
      var i = 0
      while i < node.inputCount {
        guard Int(pointee.indices[Int(record.input_first) &+ i]) < pointee.tensorCount,
          isProduced(node.inputIndex(i), before: n)
        else {
          return PackedFile.malformed(error, "a node uses what comes after it")
        }
        i &+= 1
      }
      if Operations.isMissing(node) { return notLinked(node, error) }
      let analysis = TimeAnalysis.of(node.record, pointee.tensors, pointee.indices)
      guard Operations.isValid(node), analysis.isEqual(to: TimeAnalysis(node.output.pointee)) else {
        return Message(error, CRNN_ERROR_FILE_MALFORMED).text("the file contradicts itself at node ").name(node.name)
          .status
      }
      n &+= 1
    }
    return CRNN_OK
  }

  /// The program names the families of operations that it links (`include/crnn_link.h`), and the node's is not among them.
  private func notLinked(_ node: NodeView, _ error: UnsafeMutablePointer<crnn_error>?) -> crnn_status {
    Message(error, CRNN_ERROR_NOT_LINKED).text("node ").name(node.name).text(" needs the operation ")
      .text(Operations.name(node.operation)).text(", which this program was linked without; see crnn_link.h").status
  }

  private func isProduced(_ tensor: Int, before node: Int) -> Bool {
    var port = 0
    while port < pointee.inputCount {
      if Int(pointee.ports[port].tensor) == tensor { return true }
      port &+= 1
    }
    var n = 0
    while n < node {
      if Int(pointee.nodes[n].output) == tensor { return true }
      n &+= 1
    }
    return false
  }
}
