// Llama's form (Touvron et al. 2023): RMSNorm, rotary positions, a gated MLP, no biases unless a configuration says so.

extension TransformerForm {
  package static let llama = TransformerForm(
    modelType: "llama", className: "LlamaForCausalLM", title: "Llama",
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
    norm: .rootMeanSquare, biases: [], isStoredTransposed: false, isTiedByDefault: false,
    standardTargets: ["q_proj", "v_proj"])
}
