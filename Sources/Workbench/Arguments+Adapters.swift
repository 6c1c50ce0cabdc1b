// The fields of an adapter as arguments of `lora` and of PEFT's LoraConfig.
import Adapters
import Fields
import Interpreter

extension Arguments {
  /// An adapter with what was given, or the defaults, for fields.
  ///
  /// - Parameter name: of a field's parameter; nil for a field that the caller sets.
  func configuration(_ name: (AdapterField) -> String?) -> LoRAConfiguration {
    var configuration = LoRAConfiguration()
    for field in LoRAConfiguration.properties {
      guard let name = name(field) else { continue }
      do throws(FieldFlaw) {
        // What is no literal is of another type.
        guard let literal = value(name).literal else { throw .mistyped }
        try field.set(literal, in: &configuration)
      } catch {
        misuse(name, "what the table of fields takes")
      }
    }
    return configuration
  }
}
