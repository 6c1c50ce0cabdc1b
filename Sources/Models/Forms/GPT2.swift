// GPT-2's form (Radford et al. 2019): LayerNorm, learned positions, a plain MLP, biases everywhere.

extension TransformerForm {
  package static let gpt2 = TransformerForm(
    modelType: "gpt2", className: "GPT2LMHeadModel", title: "GPT-2",
    embedding: "transformer.wte", positions: .learned("transformer.wpe"),
    blocks: "transformer.h",
    block: [
      .norm(.attention): "ln_1",
      .linear(.qkv): "attn.c_attn",
      .linear(.o): "attn.c_proj",
      .norm(.mlp): "ln_2",
      .linear(.up): "mlp.c_fc",
      .linear(.down): "mlp.c_proj",
    ],
    lastNorm: "transformer.ln_f", outputLayer: "lm_head",
    norm: .layer, biases: [.qkv, .o, .up, .down], isStoredTransposed: true, isTiedByDefault: true,
    standardTargets: ["c_attn"])
}
