/// Bytes on a Cortex-M4F, in the order of `crnn_linked`. Written by `tools/sizes --write`.
enum FamilySizes {
  /// The runtime without any family, with all, and what each adds by itself.
  static let core = 42964
  static let all = 84848
  static let families: [(name: String, bytes: Int)] = [
    ("convolution", 13840),
    ("dense", 7568),
    ("depthwise", 9856),
    ("pool", 8240),
    ("recurrent", 11632),
    ("pointwise", 6416),
    ("movement", 3776),
    ("time_reduction", 5456),
    ("frame_reduction", 3632),
    ("embedding", 3024),
  ]
}
