import ArgumentParser
import Converter

extension NamedValue: ExpressibleByArgument {
  package var defaultValueDescription: String { name.isEmpty ? value : "\(name)=\(value)" }
}
