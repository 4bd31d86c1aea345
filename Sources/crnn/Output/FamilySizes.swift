/// Bytes on a Cortex-M4F, in the order of `crnn_linked`. Written by `tools/sizes --write`.
enum FamilySizes {
  /// The runtime without any family, with all, and what each adds by itself.
  static let core = 43340
  static let all = 85384
  static let families: [(name: String, bytes: Int)] = [
    ("convolution", 14544),
    ("dense", 7760),
    ("depthwise", 10048),
    ("pool", 7568),
    ("recurrent", 11776),
    ("pointwise", 6432),
    ("movement", 3776),
    ("time_reduction", 5472),
    ("frame_reduction", 3568),
    ("embedding", 3040),
  ]
}
