#if !hasFeature(Embedded)
  import CCRNN
  import CKernels

  /// How the command line tool sees into a running stream (`crnn bench --layers`). It is in no library: there, nothing stands between nodes.
  public enum Measurement {
    /// Called before each node that may run.
    nonisolated(unsafe) public static var willRun: (() -> Void)?
    /// Called after it: which one, and how many frames it gave.
    nonisolated(unsafe) public static var hasRun: ((_ node: Int, _ frames: Int) -> Void)?

    /// The kernels that a model runs with.
    public static func kernels(of model: OpaquePointer) -> UnsafePointer<crnn_kernels> {
      UnsafePointer<Model>(model).pointee.kernels
    }

    /// How many products of 16-bit values Winograd's convolution takes for so many frames of a node, in a stream of this chunk; 0 where the
    /// node goes the direct way.
    public static func winogradProducts(of model: OpaquePointer, node: Int, chunk: Int, frames: Int) -> Int {
      let view = UnsafePointer<Model>(model).pointee.file.node(node)
      guard frames > 0, Winograd.isTaken(kernels(of: model), view, chunk: chunk, count: frames) else { return 0 }
      let shape = WindowShape(view)
      let tiles = Winograd.tilesPerColumn(shape) * ((frames + Winograd.edge - 1) &/ Winograd.edge)
      return Winograd.points * tiles * shape.channels * Matrix.paddedRows(Int(view.output.pointee.channels))
    }
  }
#endif
