// Llama's form in a config.json, and what its descendants have in common with it.
import Fields
import Models

extension HubForm {
  static let llama = HubForm(
    form: .llama, dropouts: ["attention_dropout"], isTakenByUnsloth: true,
    read: { fields, notes in
      var shape = try fields.shapeLikeLlamas(.llama, context: 2048, &notes)
      if let parts = try fields.optionalSize("pretraining_tp"), parts > 1 {
        notes.append(
          "pretraining_tp=\(parts) sums in another order elsewhere: results differ in the last digits")
      }
      if try fields.bool("attention_bias", default: false) { shape.biases.formUnion([.q, .k, .v, .o]) }
      if try fields.bool("mlp_bias", default: false) { shape.biases.formUnion([.gate, .up, .down]) }
      return shape
    },
    write: { shape in
      let attention = shape.biases.intersection(LinearPart.attention)
      let mlp = shape.biases.intersection(LinearPart.mlp)
      guard attention.isEmpty || attention == [.q, .k, .v, .o], mlp.isEmpty || mlp == [.gate, .up, .down]
      else { return nil }
      var fields = shape.fieldsLikeLlamas
      fields["head_dim"] = .number(Double(shape.headWidth))
      fields["attention_bias"] = .bool(!attention.isEmpty)
      fields["mlp_bias"] = .bool(!mlp.isEmpty)
      return fields
    })
}

extension ConfigurationFields {
  /// The shape of a model whose configuration has Llama's fields, with the biases of its form.
  ///
  /// - Parameters:
  ///   - context: the class's default for `max_position_embeddings`.
  ///   - unused: as for `refuseVariants`.
  mutating func shapeLikeLlamas(
    _ form: TransformerForm, context: Int, unused: Set<String> = [], _ notes: inout [String]
  ) throws -> TransformerShape {
    let heads = try size("num_attention_heads")
    let width = try size("hidden_size")
    let keyHeads = try optionalSize("num_key_value_heads") ?? heads
    let headWidth = try optionalSize("head_dim")
    guard heads.isMultiple(of: keyHeads) else {
      throw ModelFolderError.wrongField(
        path: path, field: "num_key_value_heads", needs: "a divisor of num_attention_heads \(heads)",
        has: "\(keyHeads)")
    }
    guard headWidth != nil || width.isMultiple(of: heads) else {
      throw ModelFolderError.wrongField(
        path: path, field: "hidden_size", needs: "a multiple of num_attention_heads \(heads)",
        has: "\(width)")
    }
    guard (headWidth ?? width / heads).isMultiple(of: 2) else {
      throw ModelFolderError.wrongField(
        path: path, field: "head_dim", needs: "an even number", has: "\(headWidth ?? width / heads)")
    }
    let angles = try rotaryAngles(&notes)
    try require("hidden_act", among: [.text("silu"), .text("swish")])
    try refuseVariants(unused: unused)
    if let rate = try optionalNumber("attention_dropout"), rate > 0 {
      notes.append("attention_dropout=\(rate) of the model is not applied in training here")
    }
    var shape = TransformerShape(
      form, layers: try size("num_hidden_layers", limit: 10_000), width: width, heads: heads,
      keyHeads: keyHeads, headWidth: headWidth, feedForward: try size("intermediate_size"),
      context: try optionalSize("max_position_embeddings") ?? context, vocabulary: try size("vocab_size"),
      normEpsilon: try optionalPositive("rms_norm_eps") ?? 1e-6, angles: angles,
      isTied: try bool("tie_word_embeddings", default: form.isTiedByDefault))
    // A width that only repeats what follows from the others is not kept apart.
    if headWidth == width / heads && width.isMultiple(of: heads) { shape.givenHeadWidth = nil }
    return shape
  }
}

extension TransformerShape {
  /// What `shapeLikeLlamas` reads, but for the width of heads.
  var fieldsLikeLlamas: [String: Literal] {
    [
      "hidden_size": .number(Double(width)), "intermediate_size": .number(Double(feedForward)),
      "num_hidden_layers": .number(Double(layers)), "num_attention_heads": .number(Double(heads)),
      "num_key_value_heads": .number(Double(keyHeads)), "hidden_act": .text("silu"),
      "max_position_embeddings": .number(Double(positionCount)), "rms_norm_eps": .number(normEpsilon),
      "rope_theta": .number(angles.theta), "rope_scaling": angles.scaling.field,
    ]
  }
}
