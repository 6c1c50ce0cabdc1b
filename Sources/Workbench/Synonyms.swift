// What other programs call a parameter: the names that a user of theirs types first.
import Adapters
import Training

enum Synonyms {
  /// Each group is one thing under several names, of PEFT, transformers, TRL, PyTorch and papers.
  private static let groups =
    TrainingSettings.options.map(\.allNames) + LoRAConfiguration.fields.map(\.sameNames) + others

  /// Those of all but the options of training and the fields of adapters.
  private static let others: [[String]] = [
    ["optimizers", "optims", "optimisers"],
    ["data", "dataset", "train_dataset", "task"],
    ["width", "hidden_size", "d_model", "dim", "n_embd", "hidden_dim", "embed_dim"],
    ["layers", "num_layers", "num_hidden_layers", "n_layers", "n_layer", "depth"],
    ["heads", "num_heads", "num_attention_heads", "n_heads", "n_head"],
    ["kv_heads", "num_key_value_heads"],
    ["ff", "intermediate_size", "ffn_dim", "d_ff"],
    ["context", "max_length", "max_seq_length", "seq_len", "context_length", "block_size"],
    ["vocab", "vocab_size", "n_vocab"],
    ["widths", "sizes", "dims", "hidden"],
    ["activation", "act", "hidden_act", "activation_function", "nonlinearity"],
  ]

  /// The label among `labels` that means the same as `label`; nil where there is none.
  ///
  /// First by the groups, then by the table: where another command's parameter has both names, they mean the same
  /// (`alpha` and `lora_alpha`).
  static func known(_ label: String, among labels: [String], in table: CommandTable) -> String? {
    let lowered = label.lowercased()
    let names = groups.filter { $0.contains(lowered) }.flatMap { $0 }
    if let found = labels.first(where: { names.contains($0) && $0 != label }) { return found }
    for command in table.all {
      guard let parameter = command.parameter(labeled: label) else { continue }
      let others = [parameter.name] + parameter.aliases
      if let found = labels.first(where: { others.contains($0) }) { return found }
    }
    return nil
  }
}
