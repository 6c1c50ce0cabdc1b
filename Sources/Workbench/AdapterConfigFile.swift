// Reading the fields of an adapter_config.json.
import Analysis
import Fields
import Interchange
import Interpreter

enum AdapterConfigFile {
  /// The fields in the order of their names.
  ///
  /// - Throws: `Failure` where the text is no JSON object, or has a key twice.
  static func fields(_ text: String, path: String) throws -> [ConfigurationField] {
    let value: Literal
    do throws(JSONFlaw) {
      value = try Literal(json: Array(text.utf8))
    } catch {
      if case .duplicateKey = error.problem {
        throw Failure(
          argument: "x", "`\(path)` states a field twice", label: error.description,
          body: "Python takes the last of the two and says nothing: leave one.")
      }
      throw Failure(argument: "x", "`\(path)` is not JSON", label: error.description)
    }
    guard case .dictionary(let members) = value else {
      throw Failure(
        argument: "x", "`\(path)` is not an adapter configuration", label: "it is \(value.kind)",
        body: "It must be a JSON object with fields such as \"r\" and \"lora_alpha\".")
    }
    // In the order of the keys, as PEFT writes them.
    return members.sorted { $0.key < $1.key }.map { ConfigurationField($0.key, StatedValue($0.value)) }
  }
}
