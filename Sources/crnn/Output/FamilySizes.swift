/// Bytes on a Cortex-M4F, in the order of `crnn_linked`. Written by `tools/sizes --write`.
enum FamilySizes {
  /// The runtime without any family, with all, and what each adds by itself.
  static let core = 42196
  static let all = 82256
  static let families: [(name: String, bytes: Int)] = [
    ("convolution", 13344),
    ("dense", 7600),
    ("depthwise", 9632),
    ("pool", 8064),
    ("recurrent", 11248),
    ("pointwise", 6480),
    ("movement", 3424),
    ("time_reduction", 5424),
    ("frame_reduction", 3600),
    ("embedding", 2992),
  ]
}
