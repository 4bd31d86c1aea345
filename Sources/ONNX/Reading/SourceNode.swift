/// A node of the file with its attributes checked on access.
struct SourceNode {
  /// The node's name, or where it has none, its first output.
  var name: String
  var op: String
  /// Names of values; empty where an optional one is left out.
  var inputs: [String]
  var outputs: [String]
  var attributes: [String: Attribute]

  enum Attribute {
    case float(Float)
    case integer(Int)
    case string(String)
    case floats([Float])
    case integers([Int])
    case strings([String])
    case tensor(Constant)
    case body(SourceBody)
    /// A kind of attribute that no supported operator has.
    case other
  }

  func error(_ message: String) -> ImportError { ImportError(message, node: name, op: op) }

  func has(_ attribute: String) -> Bool { attributes[attribute] != nil }

  func integer(_ attribute: String, default standard: Int) throws -> Int {
    switch attributes[attribute] {
    case nil: return standard
    case .integer(let value): return value
    default: throw error("its attribute '\(attribute)' is not an integer; the file is damaged, export it again")
    }
  }

  func float(_ attribute: String, default standard: Float) throws -> Float {
    switch attributes[attribute] {
    case nil: return standard
    case .float(let value): return value
    default: throw error("its attribute '\(attribute)' is not a number; the file is damaged, export it again")
    }
  }

  func string(_ attribute: String, default standard: String) throws -> String {
    switch attributes[attribute] {
    case nil: return standard
    case .string(let value): return value
    default: throw error("its attribute '\(attribute)' is not a text; the file is damaged, export it again")
    }
  }

  func integers(_ attribute: String) throws -> [Int]? {
    switch attributes[attribute] {
    case nil: return nil
    case .integers(let values): return values
    default: throw error("its attribute '\(attribute)' is not a list of integers; the file is damaged, export it again")
    }
  }

  func floats(_ attribute: String) throws -> [Float]? {
    switch attributes[attribute] {
    case nil: return nil
    case .floats(let values): return values
    default: throw error("its attribute '\(attribute)' is not a list of numbers; the file is damaged, export it again")
    }
  }

  func strings(_ attribute: String) throws -> [String]? {
    switch attributes[attribute] {
    case nil: return nil
    case .strings(let values): return values
    default: throw error("its attribute '\(attribute)' is not a list of texts; the file is damaged, export it again")
    }
  }

  /// The name of input `index`, nil where it is left out.
  func input(_ index: Int) -> String? {
    index < inputs.count && !inputs[index].isEmpty ? inputs[index] : nil
  }

  /// True where something may read output `index`.
  func hasOutput(_ index: Int) -> Bool { index < outputs.count && !outputs[index].isEmpty }
}
