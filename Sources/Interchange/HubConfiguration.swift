// What a model's config.json says: its architecture, in the spellings of transformers 4 and 5.
import Kernels
import Models

/// An architecture read from a configuration. A field that would change what the model computes in a way that is not
/// known here is refused by name; fields without such an effect are left out, and those that are not known are noted.
package struct HubConfiguration {
  package private(set) var architecture: Architecture
  /// What a user should know: one sentence each, lower case, no full stop.
  package private(set) var notes: [String] = []

  /// The values of `model_type` that are known.
  static let forms = ["llama", "gpt2"]
  static let ownPerceptron = "ranklab_mlp"
  static let ownLinear = "ranklab_linear"

  /// - Throws: `ModelFolderError`.
  package init(parsing bytes: [UInt8], path: String) throws {
    var fields = try ConfigurationFields(parsing: bytes, path: path)
    let form = try fields.text("model_type")
    switch form {
    case "llama": architecture = .transformer(try HubConfiguration.llama(&fields, &notes))
    case "gpt2": architecture = .transformer(try HubConfiguration.gpt2(&fields, &notes))
    case HubConfiguration.ownPerceptron:
      let widths = try fields.sizes("widths")
      let name = try fields.text("activation") ?? "relu"
      guard let activation = Activation(rawValue: name) else {
        throw fields.unsupported("activation", .text(name), Activation.allCases.map { .text($0.rawValue) })
      }
      architecture = .perceptron(PerceptronShape(widths: widths, activation: activation))
    case HubConfiguration.ownLinear:
      architecture = .linear(inputs: try fields.size("inputs"), outputs: try fields.size("outputs"))
    default: throw ModelFolderError.unknownForm(path: path, form: form, known: HubConfiguration.forms)
    }
    fields.ignore(HubConfiguration.harmless)
    if !fields.unseen.isEmpty {
      notes.append(
        "config.json has fields that are not known here and were left out: "
          + fields.unseen.prefix(12).joined(separator: ", ") + (fields.unseen.count > 12 ? ", …" : ""))
    }
  }

  // MARK: Llama

  private static func llama(_ fields: inout ConfigurationFields, _ notes: inout [String]) throws
    -> TransformerShape
  {
    let heads = try fields.size("num_attention_heads")
    let width = try fields.size("hidden_size")
    let keyHeads = try fields.optionalSize("num_key_value_heads") ?? heads
    let headWidth = try fields.optionalSize("head_dim")
    guard heads.isMultiple(of: keyHeads) else {
      throw ModelFolderError.wrongField(
        path: fields.path, field: "num_key_value_heads", needs: "a divisor of num_attention_heads \(heads)",
        has: "\(keyHeads)")
    }
    guard headWidth != nil || width.isMultiple(of: heads) else {
      throw ModelFolderError.wrongField(
        path: fields.path, field: "hidden_size", needs: "a multiple of num_attention_heads \(heads)",
        has: "\(width)")
    }
    guard (headWidth ?? width / heads).isMultiple(of: 2) else {
      throw ModelFolderError.wrongField(
        path: fields.path, field: "head_dim", needs: "an even number", has: "\(headWidth ?? width / heads)")
    }
    let angles = try rotary(&fields, &notes)
    try fields.require("hidden_act", among: [.text("silu"), .text("swish")])
    try refuseVariants(&fields)
    if let rate = try fields.optionalNumber("attention_dropout"), rate > 0 {
      notes.append("attention_dropout=\(rate) of the model is not applied in training here")
    }
    if let parts = try fields.optionalSize("pretraining_tp"), parts > 1 {
      notes.append(
        "pretraining_tp=\(parts) sums in another order elsewhere: results differ in the last digits")
    }
    var shape = TransformerShape(
      layers: try fields.size("num_hidden_layers", limit: 10_000), width: width, heads: heads,
      keyHeads: keyHeads, headWidth: headWidth, feedForward: try fields.size("intermediate_size"),
      context: try fields.optionalSize("max_position_embeddings") ?? 2048,
      vocabulary: try fields.size("vocab_size"), ropeTheta: angles.theta, ropeScaling: angles.scaling,
      normEpsilon: try fields.optionalPositive("rms_norm_eps") ?? 1e-6,
      hasAttentionBiases: try fields.bool("attention_bias", default: false),
      hasMLPBiases: try fields.bool("mlp_bias", default: false),
      isTied: try fields.bool("tie_word_embeddings", default: false))
    // A width that only repeats what follows from the others is not kept apart.
    if headWidth == width / heads && width.isMultiple(of: heads) { shape.givenHeadWidth = nil }
    return shape
  }

  /// transformers 5 writes `rope_parameters`, 4 `rope_theta` beside `rope_scaling`.
  private static func rotary(_ fields: inout ConfigurationFields, _ notes: inout [String]) throws
    -> RotaryAngles
  {
    let topTheta = try fields.optionalPositive("rope_theta")
    let old = try fields.object("rope_scaling")
    guard var inner = try fields.object("rope_parameters") ?? old else {
      return RotaryAngles(theta: topTheta ?? 10_000)
    }
    let theta = try inner.optionalPositive("rope_theta") ?? topTheta ?? 10_000
    let oldType = try inner.text("type")
    let type = try inner.text("rope_type") ?? oldType ?? "default"
    try inner.require("partial_rotary_factor", among: [.number(1)])
    let scaling: RotaryAngles.Scaling
    switch type {
    case "default": scaling = .none
    case "linear": scaling = .linear(factor: try inner.positive("factor"))
    case "llama3":
      let low = try inner.positive("low_freq_factor")
      let high = try inner.positive("high_freq_factor")
      guard low < high else {
        throw ModelFolderError.wrongField(
          path: fields.path, field: "high_freq_factor", needs: "a number above low_freq_factor \(low)",
          has: "\(high)")
      }
      scaling = .llama3(
        factor: try inner.positive("factor"), low: low, high: high,
        context: try inner.positive("original_max_position_embeddings"))
    default:
      throw inner.unsupported("rope_type", .text(type), [.text("default"), .text("linear"), .text("llama3")])
    }
    if !inner.unseen.isEmpty {
      notes.append(
        "config.json has fields that rope type \(type) does not use: \(inner.unseen.joined(separator: ", "))")
    }
    return RotaryAngles(theta: theta, scaling: scaling)
  }

  // MARK: GPT-2

  private static func gpt2(_ fields: inout ConfigurationFields, _ notes: inout [String]) throws
    -> TransformerShape
  {
    let (width, heads) = (try fields.size("n_embd"), try fields.size("n_head"))
    guard width.isMultiple(of: heads) else {
      throw ModelFolderError.wrongField(
        path: fields.path, field: "n_embd", needs: "a multiple of n_head \(heads)", has: "\(width)")
    }
    let name = try fields.text("activation_function") ?? "gelu_new"
    guard let activation = activations.first(where: { $0.name == name })?.activation else {
      throw fields.unsupported("activation_function", .text(name), activations.map { .text($0.name) })
    }
    try fields.require("scale_attn_weights", among: [.bool(true)])
    try fields.require("scale_attn_by_inverse_layer_idx", among: [.bool(false)])
    try fields.require("add_cross_attention", among: [.bool(false)])
    try refuseVariants(&fields)
    var dropouts: [String] = []
    // transformers' default is 0.1, so an absent field counts.
    for name in ["attn_pdrop", "embd_pdrop", "resid_pdrop"] {
      let rate = try fields.optionalNumber(name) ?? 0.1
      if rate > 0 { dropouts.append("\(name)=\(rate)") }
    }
    if !dropouts.isEmpty {
      notes.append("\(dropouts.joined(separator: ", ")) of the model are not applied in training here")
    }
    return .gpt2(
      layers: try fields.size("n_layer", limit: 10_000), width: width, heads: heads,
      feedForward: try fields.optionalSize("n_inner") ?? 4 * width,
      context: try fields.optionalSize("n_positions") ?? 1024, vocabulary: try fields.size("vocab_size"),
      normEpsilon: try fields.optionalPositive("layer_norm_epsilon") ?? 1e-5, activation: activation,
      isTied: try fields.bool("tie_word_embeddings", default: true))
  }

  /// By transformers' names; the first of each activation is the one that is written.
  static let activations: [(name: String, activation: Activation)] = [
    ("gelu_new", .geluTanh), ("gelu_pytorch_tanh", .geluTanh), ("gelu_fast", .geluTanh), ("gelu", .gelu),
    ("relu", .relu),
  ]

  // MARK: Both

  /// Fields of other forms that change what a model computes, with the values that do not.
  private static func refuseVariants(_ fields: inout ConfigurationFields) throws {
    let neutral: [(String, [JSONValue])] = [
      ("sliding_window", []), ("quantization_config", []), ("attn_logit_softcapping", []),
      ("final_logit_softcapping", []), ("query_pre_attn_scalar", []), ("attention_multiplier", []),
      ("embedding_multiplier", [.number(1)]), ("residual_multiplier", [.number(1)]),
      ("logits_scaling", [.number(1)]), ("partial_rotary_factor", [.number(1)]),
      ("rope_interleaved", [.bool(false)]), ("no_rope_layers", []), ("is_causal", [.bool(true)]),
      ("use_qk_norm", [.bool(false)]), ("qk_layernorm", [.bool(false)]), ("num_local_experts", []),
      ("num_experts", []), ("is_encoder_decoder", [.bool(false)]),
      ("pruned_heads", [.object([])]), ("auto_map", []), ("alibi", [.bool(false)]),
    ]
    for (name, values) in neutral { try fields.require(name, among: values) }
    if case .list(let kinds)? = fields.value("layer_types") {
      for kind in kinds where kind != .text("full_attention") {
        throw fields.unsupported("layer_types", kind, [.text("full_attention")])
      }
    }
  }

  /// Fields that say nothing about what a model computes.
  private static let harmless: Set<String> = [
    "_attn_implementation_autoset", "_name_or_path", "architectures", "bad_words_ids",
    "begin_suppress_tokens",
    "bos_token_id", "chunk_size_feed_forward", "cross_attention_hidden_size", "decoder_start_token_id",
    "diversity_penalty", "do_sample", "dtype", "early_stopping", "encoder_no_repeat_ngram_size",
    "eos_token_id",
    "exponential_decay_length_penalty", "finetuning_task", "forced_bos_token_id", "forced_eos_token_id",
    "id2label",
    "initializer_range", "is_decoder", "label2id", "length_penalty", "max_length", "min_length", "model_type",
    "n_ctx", "name_or_path", "no_repeat_ngram_size", "num_beam_groups", "num_beams", "num_labels",
    "num_return_sequences", "output_attentions", "output_hidden_states", "output_scores", "pad_token_id",
    "prefix",
    "problem_type", "remove_invalid_values", "reorder_and_upcast_attn", "repetition_penalty", "return_dict",
    "return_dict_in_generate", "sep_token_id", "summary_activation", "summary_first_dropout",
    "summary_proj_to_labels", "summary_type", "summary_use_proj", "suppress_tokens", "task_specific_params",
    "temperature", "tf_legacy_loss", "tie_encoder_decoder", "tokenizer_class", "top_k", "top_p",
    "torch_dtype",
    "torchscript", "transformers_version", "typical_p", "unk_token_id", "unsloth_fixed", "unsloth_version",
    "use_bfloat16", "use_cache", "vocab_file",
  ]
}
