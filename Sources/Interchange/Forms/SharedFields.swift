// Fields of a config.json that all forms share: those that would change what a model computes, and those that say nothing.
import Fields

extension ConfigurationFields {
  /// Refuses fields of other forms that change what a model computes, unless their values do not.
  ///
  /// - Parameter unused: fields that another one switches off, whatever they are.
  /// - Throws: `ModelFolderError.unsupported`.
  mutating func refuseVariants(unused: Set<String> = []) throws {
    ignore(unused)
    let neutral: [(String, [Literal])] = [
      ("sliding_window", []), ("attn_logit_softcapping", []),
      ("final_logit_softcapping", []), ("query_pre_attn_scalar", []), ("attention_multiplier", []),
      ("embedding_multiplier", [.number(1)]), ("residual_multiplier", [.number(1)]),
      ("logits_scaling", [.number(1)]), ("partial_rotary_factor", [.number(1)]),
      ("rope_interleaved", [.bool(false)]), ("no_rope_layers", []), ("is_causal", [.bool(true)]),
      ("use_qk_norm", [.bool(false)]), ("qk_layernorm", [.bool(false)]), ("num_local_experts", []),
      ("num_experts", []), ("is_encoder_decoder", [.bool(false)]),
      ("pruned_heads", [.dictionary([])]), ("auto_map", []), ("alibi", [.bool(false)]),
    ]
    for (name, values) in neutral where !unused.contains(name) { try require(name, among: values) }
    if case .list(let kinds)? = value("layer_types") {
      for kind in kinds where kind != .text("full_attention") {
        throw unsupported("layer_types", kind, [.text("full_attention")])
      }
    }
  }

  /// Fields that say nothing about what a model computes.
  static let harmless: Set<String> = [
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
