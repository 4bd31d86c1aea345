import Quantizer

/// The expressions of a recurrent step, number by number. Equal expressions have equal IDs, so that recognising a cell
/// does not depend on how an exporter ordered, split or joined its arithmetic.
struct ExpressionTable {
  enum Expression: Hashable {
    /// Element `index` of a value that is not looked into.
    case element(source: Int, index: Int)
    /// A row of a constant matrix times a vector of expressions.
    case row(matrix: Int, row: Int, vector: Int)
    case function(Function, ExpressionID)
    /// A sum that stands for one value of the step, a state for example, and is not multiplied out.
    case whole(ExpressionID)
    case sum(Polynomial)
  }

  struct Function: Hashable {
    var kind: Activation.Kind
    var alpha: Float = 0
    var beta: Float = 0
    var activation: Activation { Activation(kind, alpha: alpha, beta: beta) }
    static let identity = Function(kind: .identity)
  }

  struct Matrix: Hashable {
    var depth: Int
    /// `[row][depth]`
    var values: [Float]
  }

  private(set) var expressions: [Expression] = []
  private var ids: [Expression: ExpressionID] = [:]
  private(set) var vectors: [[ExpressionID]] = []
  private var vectorIDs: [[ExpressionID]: Int] = [:]
  private(set) var matrices: [Matrix] = []
  private var matrixIDs: [Matrix: Int] = [:]

  /// More than any step of a network that can run here has.
  static let largestCount = 1 << 22
  var isFull: Bool { expressions.count > ExpressionTable.largestCount }

  mutating func id(_ expression: Expression) -> ExpressionID {
    if let id = ids[expression] { return id }
    expressions.append(expression)
    ids[expression] = expressions.count - 1
    return expressions.count - 1
  }

  mutating func id(_ polynomial: Polynomial) -> ExpressionID { polynomial.single ?? id(.sum(polynomial)) }

  mutating func vector(_ elements: [ExpressionID]) -> Int {
    if let id = vectorIDs[elements] { return id }
    vectors.append(elements)
    vectorIDs[elements] = vectors.count - 1
    return vectors.count - 1
  }

  mutating func matrix(_ matrix: Matrix) -> Int {
    if let id = matrixIDs[matrix] { return id }
    matrices.append(matrix)
    matrixIDs[matrix] = matrices.count - 1
    return matrices.count - 1
  }

  func polynomial(_ id: ExpressionID) -> Polynomial {
    if case .sum(let polynomial) = expressions[id] { return polynomial }
    return Polynomial(id)
  }

  /// The polynomial behind an expression that stands for a whole one.
  func opened(_ id: ExpressionID) -> Polynomial { polynomial(stripped(id)) }

  func stripped(_ id: ExpressionID) -> ExpressionID {
    if case .whole(let inner) = expressions[id] { return inner }
    return id
  }

  // MARK: Arithmetic

  mutating func constant(_ value: Float) -> ExpressionID { id(Polynomial(constant: value)) }

  mutating func sum(_ a: ExpressionID, _ b: ExpressionID, scale: Float = 1) -> ExpressionID {
    id(polynomial(a).adding(polynomial(b), scale: scale))
  }

  mutating func product(_ a: ExpressionID, _ b: ExpressionID) -> ExpressionID {
    let (x, y) = (polynomial(a), polynomial(b))
    if x.isConstant { return id(y.scaled(x.constant)) }
    if y.isConstant { return id(x.scaled(y.constant)) }
    return id(factor(x).multiplied(factor(y)))
  }

  /// 1 − z and h − n are multiplied out, sums of products of matrices and longer ones are not.
  private mutating func factor(_ polynomial: Polynomial) -> Polynomial {
    if polynomial.terms.count == 1 { return polynomial }
    let isShort =
      polynomial.terms.count == 2
      && polynomial.terms.keys.allSatisfy { factors in
        factors.count <= 1 && factors.allSatisfy { if case .row = expressions[$0] { false } else { true } }
      }
    return isShort ? polynomial : Polynomial(whole(id(polynomial)))
  }

  /// The expression as one that is not multiplied out, where it is a sum or a product.
  mutating func whole(_ expression: ExpressionID) -> ExpressionID {
    guard case .sum(let polynomial) = expressions[expression], !polynomial.isConstant else { return expression }
    return id(.whole(expression))
  }

  mutating func function(_ function: Function, _ argument: ExpressionID) -> ExpressionID {
    let polynomial = polynomial(argument)
    if polynomial.isConstant { return constant(function.activation(polynomial.constant)) }
    return id(.function(function, argument))
  }

  /// 1 / x; 1 / (1 + exp(−x)) is the sigmoid.
  mutating func reciprocal(_ argument: ExpressionID) -> ExpressionID {
    let sum = polynomial(argument)
    if sum.constant == 1, sum.terms.count == 2,
      let (factors, coefficient) = sum.terms.first(where: { !$0.key.isEmpty }), coefficient == 1, factors.count == 1,
      case .function(let inner, let exponent) = expressions[factors[0]], inner.kind == .exponential
    {
      let negative = id(polynomial(exponent).scaled(-1))
      return function(Function(kind: .sigmoid), negative)
    }
    return function(Function(kind: .reciprocal), argument)
  }

  /// A row of a matrix times a vector. Constants are multiplied at once.
  mutating func row(_ matrix: Int, _ row: Int, _ vector: Int) -> ExpressionID {
    id(.row(matrix: matrix, row: row, vector: vector))
  }

  func weight(_ matrix: Int, row: Int, column: Int) -> Float {
    matrices[matrix].values[row * matrices[matrix].depth + column]
  }
}
