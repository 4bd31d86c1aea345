import ArgumentParser
import Converter

extension Quantity: ExpressibleByArgument {
  package init?(argument: String) { self.init(argument) }

  package var defaultValueDescription: String { "\(value)" }
}
