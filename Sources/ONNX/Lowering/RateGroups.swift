import Quantizer

/// Inputs whose sequences are joined frame by frame somewhere, so that the rate of one tells the rates of the others.
struct RateGroups {
  private var representative: [String: String] = [:]
  /// Groups in which the user has said an input's rate.
  private var isStated: Set<String> = []

  mutating func add(_ input: String, isStated stated: Bool) {
    representative[input] = input
    if stated { isStated.insert(input) }
  }

  func group(_ input: String) -> String {
    var current = input
    while let next = representative[current], next != current { current = next }
    return current
  }

  func isStated(_ input: String) -> Bool { isStated.contains(group(input)) }

  func members(_ input: String) -> [String] {
    let group = group(input)
    return representative.keys.filter { self.group($0) == group }.sorted()
  }

  mutating func join(_ a: String, _ b: String) {
    let (first, second) = (group(a), group(b))
    guard first != second else { return }
    representative[second] = first
    if isStated.contains(second) { isStated.insert(first) }
  }
}
