// Qwen2's form in a config.json: Llama's fields, fixed biases, and a window of attention that must not be in use.
import Fields
import Models

extension HubForm {
  static let qwen2 = HubForm(
    form: .qwen2, dropouts: ["attention_dropout"], isTakenByUnsloth: true,
    read: { fields, notes in
      try fields.require("use_sliding_window", among: [.bool(false)])
      // transformers counts 32 where the field is absent, and as many as heads where it is null.
      guard fields.has("num_key_value_heads") else { throw fields.missing("num_key_value_heads") }
      return try fields.shapeLikeLlamas(
        .qwen2, context: 32_768, unused: ["sliding_window", "max_window_layers"], &notes)
    },
    write: { shape in
      guard shape.biases == TransformerForm.qwen2.biases else { return nil }
      var fields = shape.fieldsLikeLlamas
      fields["use_sliding_window"] = .bool(false)
      // transformers' class has no such field of its own and keeps what it is given.
      if let width = shape.givenHeadWidth { fields["head_dim"] = .number(Double(width)) }
      return fields
    })
}
