#if !hasFeature(Embedded)
  import CKernels

  /// How the command line tool sees into a running stream (`crnn bench --layers`). It is in no library: there, nothing stands between nodes.
  public enum Measurement {
    /// Called when a node has run: which one, and how many frames it gave.
    nonisolated(unsafe) public static var hasRun: ((_ node: Int, _ frames: Int) -> Void)?
    /// Called before each.
    nonisolated(unsafe) public static var willRun: (() -> Void)?
    /// Products of 16-bit values that Winograd's convolution took in place of its direct multiplications, since the last time it was set to 0.
    nonisolated(unsafe) public static var winogradProducts = 0

    /// The kernels that a model runs with.
    public static func kernels(of model: OpaquePointer) -> UnsafePointer<crnn_kernels> {
      UnsafePointer<Model>(model).pointee.kernels
    }
  }
#endif
