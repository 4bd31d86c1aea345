/// Bytes on a Cortex-M4F, in the order of `crnn_linked`. Written by `tools/sizes --write`.
enum FamilySizes {
  /// The runtime without any family, with all, and what each adds by itself.
  static let core = 43260
  static let all = 85368
  static let families: [(name: String, bytes: Int)] = [
    ("convolution", 14528),
    ("dense", 7680),
    ("depthwise", 9936),
    ("pool", 7488),
    ("recurrent", 11776),
    ("pointwise", 6416),
    ("movement", 3776),
    ("time_reduction", 5472),
    ("frame_reduction", 3568),
    ("embedding", 3024),
  ]
}
