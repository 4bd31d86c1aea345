/// What a search has chosen, tensor by tensor and node by node (by the tensor that it computes).
struct QuantizationChoices {
  /// Of one tensor of a group that passes data on; it holds for the whole group.
  var stores: [TensorID: Store] = [:]
  /// How the range of an 8-bit group is found.
  var rules: [TensorID: RangeRule] = [:]
  var hiddenStores: [TensorID: Store] = [:]
  /// Integer weights, instead of every weight's nearest.
  var matrices: [TensorID: [QuantizedMatrix]] = [:]
}
