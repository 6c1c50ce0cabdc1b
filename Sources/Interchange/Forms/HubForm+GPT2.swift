// GPT-2's form in a config.json.
import Fields
import Kernels
import Models

extension HubForm {
  static let gpt2 = HubForm(
    form: .gpt2, dropouts: gpt2Dropouts, isTakenByUnsloth: false,
    read: { fields, notes in
      let (width, heads) = (try fields.size("n_embd"), try fields.size("n_head"))
      guard width.isMultiple(of: heads) else {
        throw ModelFolderError.wrongField(
          path: fields.path, field: "n_embd", needs: "a multiple of n_head \(heads)", has: "\(width)")
      }
      let name = try fields.text("activation_function") ?? "gelu_new"
      guard let activation = gpt2Activations.first(where: { $0.name == name })?.activation else {
        throw fields.unsupported("activation_function", .text(name), gpt2Activations.map { .text($0.name) })
      }
      try fields.require("scale_attn_weights", among: [.bool(true)])
      try fields.require("scale_attn_by_inverse_layer_idx", among: [.bool(false)])
      try fields.require("add_cross_attention", among: [.bool(false)])
      try fields.refuseVariants()
      var rates: [String] = []
      // transformers' default is 0.1, so an absent field counts.
      for name in gpt2Dropouts {
        let rate = try fields.optionalNumber(name) ?? 0.1
        if rate > 0 { rates.append("\(name)=\(rate)") }
      }
      if !rates.isEmpty {
        notes.append("\(rates.joined(separator: ", ")) of the model are not applied in training here")
      }
      return TransformerShape(
        .gpt2, layers: try fields.size("n_layer", limit: 10_000), width: width, heads: heads,
        feedForward: try fields.optionalSize("n_inner") ?? 4 * width,
        context: try fields.optionalSize("n_positions") ?? 1024, vocabulary: try fields.size("vocab_size"),
        normEpsilon: try fields.optionalPositive("layer_norm_epsilon") ?? 1e-5, activation: activation,
        isTied: try fields.bool("tie_word_embeddings", default: TransformerForm.gpt2.isTiedByDefault))
    },
    write: { shape in
      guard shape.biases == TransformerForm.gpt2.biases, shape.heads == shape.keyHeads,
        shape.queryWidth == shape.width,
        let name = gpt2Activations.first(where: { $0.activation == shape.activation })?.name
      else { return nil }
      var fields: [String: Literal] = [
        "n_embd": .number(Double(shape.width)), "n_inner": .number(Double(shape.feedForward)),
        "n_layer": .number(Double(shape.layers)), "n_head": .number(Double(shape.heads)),
        "n_positions": .number(Double(shape.positionCount)), "activation_function": .text(name),
        "layer_norm_epsilon": .number(shape.normEpsilon),
      ]
      for name in gpt2Dropouts { fields[name] = .number(0) }
      return fields
    })

  private static let gpt2Dropouts = ["attn_pdrop", "embd_pdrop", "resid_pdrop"]

  /// By transformers' names; the first of each activation is the one that is written.
  private static let gpt2Activations: [(name: String, activation: Activation)] = [
    ("gelu_new", .geluTanh), ("gelu_pytorch_tanh", .geluTanh), ("gelu_fast", .geluTanh), ("gelu", .gelu),
    ("relu", .relu),
  ]
}
