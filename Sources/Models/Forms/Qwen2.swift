// Qwen2's form (Yang et al. 2024): Llama's with biases of queries, keys and values.

extension TransformerForm {
  package static let qwen2 = TransformerForm(
    modelType: "qwen2", className: "Qwen2ForCausalLM", title: "Qwen2",
    embedding: "model.embed_tokens", positions: .rotary,
    blocks: "model.layers",
    block: [
      .norm(.attention): "input_layernorm",
      .linear(.q): "self_attn.q_proj",
      .linear(.k): "self_attn.k_proj",
      .linear(.v): "self_attn.v_proj",
      .linear(.o): "self_attn.o_proj",
      .norm(.mlp): "post_attention_layernorm",
      .linear(.gate): "mlp.gate_proj",
      .linear(.up): "mlp.up_proj",
      .linear(.down): "mlp.down_proj",
    ],
    lastNorm: "model.norm", outputLayer: "lm_head",
    norm: .rootMeanSquare, biases: [.q, .k, .v], isStoredTransposed: false, isTiedByDefault: false,
    standardTargets: ["q_proj", "v_proj"])
}
