// The fields that PEFT and Unsloth know.
import Adapters
import Fields
import Text

package enum FieldNames {
  /// PEFT's `LoraConfig`, version 0.21.2, with the fields it inherits.
  static let peft = Set(LoRAConfiguration.fields.map(\.name))

  /// What Unsloth's `get_peft_model` takes beside fields that it hands on to PEFT.
  static let unsloth: Set<String> = [
    "model", "use_gradient_checkpointing", "random_state", "max_seq_length", "temporary_location",
    "qat_scheme",
    "finetune_vision_layers", "finetune_language_layers", "finetune_attention_modules",
    "finetune_mlp_modules",
  ]

  /// The fields that a rule looks at: what is not read of these is named.
  package static let judged = Set(LoRAConfiguration.fields.filter(\.isJudged).map(\.name))

  /// Those of which None, or nothing in a dictionary, is a value.
  package static let takingNone = Set(
    LoRAConfiguration.fields.filter {
      $0.isJudged && ($0.standard == .absent || $0.standard == .dictionary([]))
    }.map(\.name))

  static func known(_ form: LintSubject.Form) -> Set<String> {
    form == .unsloth ? peft.union(unsloth) : peft
  }

  /// The field that a name from elsewhere means: `lora_alpha` for `alpha`; nil where it is none.
  package static func synonym(of name: String) -> String? {
    let lower = name.lowercased()
    return LoRAConfiguration.fields.first { $0.name != lower && $0.allNames.contains(lower) }?.name
  }

  /// The field that an unknown name most likely stands for; nil where none is close.
  static func closest(to name: String, _ form: LintSubject.Form) -> String? {
    let lower = name.lowercased()
    if let synonym = synonym(of: lower) { return synonym }
    let wanted = Array(lower.unicodeScalars)
    // Nobody mistypes so long a name.
    guard wanted.count <= 40 else { return nil }
    let limit = max(1, wanted.count / 4)
    let distances = known(form).sorted().map {
      ($0, Suggestion.editDistance(wanted, Array($0.unicodeScalars)))
    }
    return distances.filter { $0.1 <= limit && $0.1 < wanted.count }.min { $0.1 < $1.1 }?.0
  }
}
