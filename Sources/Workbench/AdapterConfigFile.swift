// Reading the fields of an adapter_config.json.
import Analysis
import Interchange
import Interpreter

enum AdapterConfigFile {
  /// The fields in the order of their names.
  ///
  /// - Throws: `Failure` where the text is no JSON object, or has a key twice.
  static func fields(_ text: String, path: String) throws -> [ConfigurationField] {
    let value: JSONValue
    do throws(JSONFlaw) {
      value = try JSONValue(Array(text.utf8))
    } catch {
      if case .duplicateKey = error.problem {
        throw Failure(
          argument: "x", "`\(path)` states a field twice", label: error.description,
          body: "Python takes the last of the two and says nothing: leave one.")
      }
      throw Failure(argument: "x", "`\(path)` is not JSON", label: error.description)
    }
    guard case .object(let members) = value else {
      throw Failure(
        argument: "x", "`\(path)` is not an adapter configuration", label: "it is \(value.kind)",
        body: "It must be a JSON object with fields such as \"r\" and \"lora_alpha\".")
    }
    // In the order of the keys, as PEFT writes them.
    return members.sorted { $0.key < $1.key }.map { ConfigurationField($0.key, FieldValue($0.value)) }
  }
}

extension FieldValue {
  fileprivate init(_ value: JSONValue) {
    self =
      switch value {
      case .null: .none
      case .bool(let bool): .bool(bool)
      case .number(let number): .number(number)
      case .text(let text): .text(text)
      case .list(let items): .list(items.map { FieldValue($0) })
      case .object(let members):
        // In the order of the file: the first key of a pattern that matches wins.
        .dictionary(members.map { Entry($0.key, FieldValue($0.value)) })
      }
  }
}
