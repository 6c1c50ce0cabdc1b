// What PEFT, transformers, TRL, PyTorch and papers call the parameters of the workbench.
import Adapters
import Analysis
package import Interpreter
import Training

extension Synonyms {
  package static let standard = Synonyms(
    groups: TrainingSettings.options.map(\.allNames) + LoRAConfiguration.fields.map(\.sameNames) + others,
    field: FieldNames.synonym)

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
}
