/// Bytes on a Cortex-M4F, in the order of `crnn_linked`. Written by `tools/sizes --write`.
enum FamilySizes {
  /// The runtime without any family, with all, and what each adds by itself.
  static let core = 43356
  static let all = 85384
  static let families: [(name: String, bytes: Int)] = [
    ("convolution", 14528),
    ("dense", 7744),
    ("depthwise", 10048),
    ("pool", 7552),
    ("recurrent", 11776),
    ("pointwise", 6416),
    ("movement", 3760),
    ("time_reduction", 5456),
    ("frame_reduction", 3568),
    ("embedding", 3024),
  ]
}
