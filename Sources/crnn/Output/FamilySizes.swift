/// Bytes on a Cortex-M4F, in the order of `crnn_linked`. Written by `tools/sizes --write`.
enum FamilySizes {
  /// The runtime without any family, with all, and what each adds by itself.
  static let core = 42876
  static let all = 85976
  static let families: [(name: String, bytes: Int)] = [
    ("convolution", 15168),
    ("dense", 7728),
    ("depthwise", 10144),
    ("pool", 7600),
    ("recurrent", 11856),
    ("pointwise", 6448),
    ("movement", 4096),
    ("time_reduction", 5488),
    ("frame_reduction", 3712),
    ("embedding", 2976),
  ]
}
