// A config.json for an architecture.
import Kernels
import Models

extension HubConfiguration {
  /// The text of a config.json, in the spelling that transformers 4 and 5 both read. Fields of the configuration that the
  /// model came with are kept where they do not speak of its shape, as token ids and dropout.
  ///
  /// - Throws: `ModelFolderError.cannotWrite` for an architecture that transformers has no form for.
  package static func text(_ architecture: Architecture, source: ModelSource?) throws -> String {
    var fields: [String: JSONValue]
    switch architecture {
    case .transformer(let shape):
      fields = try shape.names == .llama ? llamaFields(shape) : gpt2Fields(shape)
      fields["tie_word_embeddings"] = .bool(shape.isTied)
      fields["vocab_size"] = .number(Double(shape.vocabulary))
      fields["torch_dtype"] = .text("float32")
      if let source {
        let kept = try ConfigurationFields(
          parsing: Array(source.configuration.utf8), path: source.folder + "/config.json")
        if JSONValue.object(kept.members)["model_type"] == fields["model_type"] {
          for member in kept.members where !replaced.contains(member.key) && fields[member.key] == nil {
            fields[member.key] = member.value
          }
        }
      } else {
        // transformers' defaults are tokens of Llama 2 and of GPT-2.
        fields["bos_token_id"] = JSONValue.null
        fields["eos_token_id"] = JSONValue.null
      }
    case .perceptron(let shape):
      fields = [
        "model_type": .text(ownPerceptron), "widths": .list(shape.widths.map { .number(Double($0)) }),
        "activation": .text(shape.activation.rawValue),
      ]
    case .linear(let inputs, let outputs):
      fields = [
        "model_type": .text(ownLinear), "inputs": .number(Double(inputs)),
        "outputs": .number(Double(outputs)),
      ]
    }
    let members = fields.sorted { $0.key < $1.key }.map { JSONValue.Member(key: $0.key, value: $0.value) }
    return JSONValue.object(members).indented() + "\n"
  }

  /// Fields of a source that no longer hold: of its number format, of the other spelling, of its place.
  private static let replaced: Set<String> = [
    "dtype", "torch_dtype", "rope_parameters", "rope_scaling", "rope_theta", "_name_or_path", "head_dim",
    "transformers_version",
  ]

  private static func llamaFields(_ s: TransformerShape) throws -> [String: JSONValue] {
    guard case .rotary(let angles) = s.positions, s.norm == .rootMeanSquare, s.mlp == .gated else {
      throw ModelFolderError.cannotWrite(what: "a transformer with Llama's names and parts of another form")
    }
    let scaling: JSONValue
    switch angles.scaling {
    case .none: scaling = .null
    case .linear(let factor):
      scaling = .object([
        JSONValue.Member(key: "factor", value: .number(factor)),
        JSONValue.Member(key: "rope_type", value: .text("linear")),
      ])
    case .llama3(let factor, let low, let high, let context):
      scaling = .object([
        JSONValue.Member(key: "factor", value: .number(factor)),
        JSONValue.Member(key: "high_freq_factor", value: .number(high)),
        JSONValue.Member(key: "low_freq_factor", value: .number(low)),
        JSONValue.Member(key: "original_max_position_embeddings", value: .number(context)),
        JSONValue.Member(key: "rope_type", value: .text("llama3")),
      ])
    }
    return [
      "architectures": .list([.text("LlamaForCausalLM")]), "model_type": .text("llama"),
      "hidden_size": .number(Double(s.width)), "intermediate_size": .number(Double(s.feedForward)),
      "num_hidden_layers": .number(Double(s.layers)), "num_attention_heads": .number(Double(s.heads)),
      "num_key_value_heads": .number(Double(s.keyHeads)), "head_dim": .number(Double(s.headWidth)),
      "hidden_act": .text("silu"), "max_position_embeddings": .number(Double(s.positionCount)),
      "rms_norm_eps": .number(s.normEpsilon), "rope_theta": .number(angles.theta), "rope_scaling": scaling,
      "attention_bias": .bool(s.hasAttentionBiases), "mlp_bias": .bool(s.hasMLPBiases),
    ]
  }

  private static func gpt2Fields(_ s: TransformerShape) throws -> [String: JSONValue] {
    guard case .learned = s.positions, s.norm == .layer, case .plain(let activation) = s.mlp,
      s.hasAttentionBiases, s.hasMLPBiases, s.heads == s.keyHeads, s.queryWidth == s.width,
      let name = activations.first(where: { $0.activation == activation })?.name
    else {
      throw ModelFolderError.cannotWrite(what: "a transformer with GPT-2's names and parts of another form")
    }
    return [
      "architectures": .list([.text("GPT2LMHeadModel")]), "model_type": .text("gpt2"),
      "n_embd": .number(Double(s.width)), "n_inner": .number(Double(s.feedForward)),
      "n_layer": .number(Double(s.layers)), "n_head": .number(Double(s.heads)),
      "n_positions": .number(Double(s.positionCount)), "activation_function": .text(name),
      "layer_norm_epsilon": .number(s.normEpsilon),
      "attn_pdrop": .number(0), "embd_pdrop": .number(0), "resid_pdrop": .number(0),
    ]
  }
}
