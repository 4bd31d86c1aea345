/// A number inside a recurrent step; an index into `ExpressionTable`.
typealias ExpressionID = Int

/// A sum of products of expressions with constant factors: the one form in which the table keeps arithmetic, so that
/// (1 − z) n + z h and n + z (h − n) are the same.
struct Polynomial: Hashable {
  /// Coefficients by their factors, which are sorted; the constant has none.
  private(set) var terms: [[ExpressionID]: Float]

  init(constant: Float) { terms = constant == 0 ? [:] : [[]: constant] }
  init(_ expression: ExpressionID) { terms = [[expression]: 1] }
  init(_ factors: [ExpressionID], _ coefficient: Float) { terms = [factors.sorted(): coefficient] }

  var constant: Float { terms[[]] ?? 0 }
  var isConstant: Bool { terms.isEmpty || terms.count == 1 && terms[[]] != nil }
  /// The most factors of a term.
  var degree: Int { terms.keys.map(\.count).max() ?? 0 }
  /// The expression that it is by itself.
  var single: ExpressionID? {
    guard terms.count == 1, let (factors, coefficient) = terms.first, factors.count == 1, coefficient == 1 else {
      return nil
    }
    return factors[0]
  }

  func adding(_ other: Polynomial, scale: Float = 1) -> Polynomial {
    var result = self
    for (factors, coefficient) in other.terms {
      let sum = (result.terms[factors] ?? 0) + coefficient * scale
      result.terms[factors] = sum == 0 ? nil : sum
    }
    return result
  }

  func scaled(_ factor: Float) -> Polynomial {
    var result = self
    result.terms = factor == 0 ? [:] : terms.mapValues { $0 * factor }
    return result
  }

  func multiplied(_ other: Polynomial) -> Polynomial {
    var result = Polynomial(constant: 0)
    for (a, x) in terms {
      for (b, y) in other.terms { result = result.adding(Polynomial(a + b, x * y)) }
    }
    return result
  }
}
