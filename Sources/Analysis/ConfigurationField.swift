// A field of a configuration, as a JSON file or a Python call states it.
package import Fields
import Text

/// One field as it was stated.
package struct ConfigurationField: Equatable, Sendable {
  package var name: String
  package var value: StatedValue

  package init(_ name: String, _ value: StatedValue) {
    self.name = name
    self.value = value
  }
}

extension StatedValue {
  /// For messages: "the text \"16\"", "True", "a list".
  var phrase: String {
    switch self {
    case .number(let number): NumberFormat.asRate(number)
    case .text(let text) where text.count <= 40: "the text \"\(text)\""
    case .text: "a text"
    case .bool(let bool): bool ? "True" : "False"
    case .none: "None"
    case .list: "a list"
    case .dictionary: "a dictionary"
    case .name(let name): name
    case .unknown: "not known"
    }
  }
}
