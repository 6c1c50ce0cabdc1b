// The fields that PEFT and Unsloth know.

package enum FieldNames {
  /// PEFT's `LoraConfig`, version 0.21.2, with the fields it inherits.
  static let peft: Set<String> = [
    "alora_invocation_tokens", "alpha_pattern", "arrow_config", "auto_mapping", "base_model_name_or_path",
    "bias",
    "corda_config", "ensure_weight_tying", "eva_config", "exclude_modules", "fan_in_fan_out",
    "inference_mode",
    "init_lora_weights", "kasa_config", "layer_replication", "layers_pattern", "layers_to_transform",
    "loftq_config", "lora_alpha", "lora_bias", "lora_dropout", "lora_ga_config", "megatron_config",
    "megatron_core", "modules_to_save", "monteclora_config", "peft_type", "peft_version", "qalora_group_size",
    "r",
    "rank_pattern", "revision", "runtime_config", "target_modules", "target_parameters", "task_type",
    "trainable_token_indices", "use_bdlora", "use_dora", "use_qalora", "use_rslora", "velora_config",
  ]

  /// What Unsloth's `get_peft_model` takes beside fields that it hands on to PEFT.
  static let unsloth: Set<String> = [
    "model", "use_gradient_checkpointing", "random_state", "max_seq_length", "temporary_location",
    "qat_scheme",
    "finetune_vision_layers", "finetune_language_layers", "finetune_attention_modules",
    "finetune_mlp_modules",
  ]

  /// The fields that a rule looks at: what is not read of these is named.
  package static let judged: Set<String> = [
    "r", "lora_alpha", "lora_dropout", "use_rslora", "target_modules", "exclude_modules", "rank_pattern",
    "alpha_pattern", "use_dora", "lora_bias", "inference_mode", "bias", "modules_to_save",
    "layers_to_transform", "target_parameters", "init_lora_weights",
  ]

  static func known(_ form: LintSubject.Form) -> Set<String> {
    form == .unsloth ? peft.union(unsloth) : peft
  }

  /// What people write for a field by its name elsewhere.
  private static let synonyms = [
    "alpha": "lora_alpha", "rank": "r", "lora_r": "r", "lora_rank": "r", "dropout": "lora_dropout",
    "targets": "target_modules",
    "lora_target_modules": "target_modules", "rslora": "use_rslora", "use_rs_lora": "use_rslora",
    "dora": "use_dora",
    "init_weights": "init_lora_weights", "scaling": "use_rslora", "init": "init_lora_weights",
  ]

  /// The field that a name from elsewhere means: `lora_alpha` for `alpha`; nil where it is none.
  package static func synonym(of name: String) -> String? { synonyms[name.lowercased()] }

  /// The field that an unknown name most likely stands for; nil where none is close.
  static func closest(to name: String, _ form: LintSubject.Form) -> String? {
    let lower = name.lowercased()
    if let synonym = synonym(of: lower) { return synonym }
    let wanted = Array(lower.unicodeScalars)
    // Nobody mistypes so long a name.
    guard wanted.count <= 40 else { return nil }
    let limit = max(1, wanted.count / 4)
    let distances = known(form).sorted().map { ($0, editDistance(wanted, Array($0.unicodeScalars))) }
    return distances.filter { $0.1 <= limit && $0.1 < wanted.count }.min { $0.1 < $1.1 }?.0
  }

  /// Insertions, deletions and replacements between two texts.
  private static func editDistance(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar]) -> Int {
    var last = Array(0...second.count)
    for (row, left) in first.enumerated() {
      var current = [row + 1]
      for (column, right) in second.enumerated() {
        current.append(
          min(current[column] + 1, last[column + 1] + 1, last[column] + (left == right ? 0 : 1)))
      }
      last = current
    }
    return last[second.count]
  }
}
