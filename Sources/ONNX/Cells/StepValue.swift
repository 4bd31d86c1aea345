/// What a name stands for inside a recurrent step.
enum StepValue {
  /// Numbers that are the same in every step, or integers that count the steps (`StepValue.step`).
  case constant(Constant)
  /// Expressions: a tensor of `ExpressionID`s.
  case expressions(Constant)
  /// A value of the graph around a loop.
  case outer(name: String, shape: [Dimension])
  /// A condition that holds until so many steps are done, all of these at least.
  case limits([Dimension])
  /// A list of tensors, and what the step appended.
  case list(appended: [Constant])
  /// Why it is not followed.
  case unknown(String)

  /// The number of the step, from 0: the open size that no input has.
  static let symbol = -1
  static let step = Dimension.open(symbol: symbol)

  var constant: Constant? {
    if case .constant(let constant) = self { return constant }
    return nil
  }
  var expressions: Constant? {
    if case .expressions(let codes) = self { return codes }
    return nil
  }
}

/// Where elements of expressions come from.
enum StepSource: Hashable {
  /// A state that is handed on from step to step, by its number.
  case state(Int)
  /// A frame of a value along one of its axes.
  case frame(name: String, axis: Int, isReversed: Bool)
  /// A value that is not looked into.
  case value(String)
}
