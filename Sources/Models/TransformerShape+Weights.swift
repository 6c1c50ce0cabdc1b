// The weights of a transformer, with Hugging Face's names.

extension TransformerShape {
  /// In the order of computation; a bias follows its weight. A tied output layer has none of its own.
  var weights: [WeightShape] {
    var weights = [WeightShape(module: embedding, role: .embedding, rows: vocabulary, columns: width)]
    if case .learned = positions {
      weights.append(
        WeightShape(module: "transformer.wpe", role: .embedding, rows: positionCount, columns: width))
    }
    for i in 0..<layers { weights += block(i) }
    weights += normWeights(names == .llama ? "model.norm" : "transformer.ln_f")
    if !isTied {
      weights.append(
        WeightShape(
          module: Architecture.outputLayer, role: .outputLayer, rows: vocabulary, columns: width))
    }
    return weights
  }

  /// The module whose table tokens are looked up in.
  package var embedding: String { names == .llama ? "model.embed_tokens" : "transformer.wte" }

  private func block(_ i: Int) -> [WeightShape] {
    switch names {
    case .llama:
      let block = "model.layers.\(i)"
      return normWeights("\(block).input_layernorm")
        + linear("\(block).self_attn.q_proj", queryWidth, width, hasAttentionBiases)
        + linear("\(block).self_attn.k_proj", keyWidth, width, hasAttentionBiases)
        + linear("\(block).self_attn.v_proj", keyWidth, width, hasAttentionBiases)
        + linear("\(block).self_attn.o_proj", width, queryWidth, hasAttentionBiases)
        + normWeights("\(block).post_attention_layernorm")
        + (mlp == .gated ? linear("\(block).mlp.gate_proj", feedForward, width, hasMLPBiases) : [])
        + linear("\(block).mlp.up_proj", feedForward, width, hasMLPBiases)
        + linear("\(block).mlp.down_proj", width, feedForward, hasMLPBiases)
    case .gpt2:
      let block = "transformer.h.\(i)"
      return normWeights("\(block).ln_1")
        + linear("\(block).attn.c_attn", queryWidth + 2 * keyWidth, width, hasAttentionBiases)
        + linear("\(block).attn.c_proj", width, queryWidth, hasAttentionBiases)
        + normWeights("\(block).ln_2")
        + linear("\(block).mlp.c_fc", feedForward, width, hasMLPBiases)
        + linear("\(block).mlp.c_proj", width, feedForward, hasMLPBiases)
    }
  }

  private func normWeights(_ module: String) -> [WeightShape] {
    let weight = WeightShape(module: module, role: .norm, rows: width, columns: 1)
    switch norm {
    case .rootMeanSquare: return [weight]
    case .layer: return [weight, WeightShape(module: module, role: .bias, rows: width, columns: 1)]
    }
  }

  private func linear(_ module: String, _ outputs: Int, _ inputs: Int, _ hasBias: Bool) -> [WeightShape] {
    var weight = WeightShape(module: module, role: .linear, rows: outputs, columns: inputs)
    weight.isStoredTransposed = names == .gpt2
    return hasBias ? [weight, WeightShape(module: module, role: .bias, rows: outputs, columns: 1)] : [weight]
  }

  /// Number of parameters, in floating point so that no size overflows it.
  var parameterEstimate: Double {
    let (d, f) = (Double(width), Double(feedForward))
    let (q, kv) = (Double(heads) * Double(headWidth), Double(keyHeads) * Double(headWidth))
    let norms = norm == .layer ? 2.0 : 1.0
    var layer = 2 * d * q + 2 * d * kv + (mlp == .gated ? 3 : 2) * d * f + 2 * norms * d
    if hasAttentionBiases { layer += q + 2 * kv + d }
    if hasMLPBiases { layer += (mlp == .gated ? 2 : 1) * f + d }
    let tables = Double(vocabulary) * d * (isTied ? 1 : 2)
    return Double(layers) * layer + tables + norms * d
      + (positions == .learned ? Double(positionCount) * d : 0)
  }
}
