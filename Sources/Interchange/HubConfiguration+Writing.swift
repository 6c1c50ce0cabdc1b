// A config.json for an architecture.
import Fields
import Kernels
package import Models

extension HubConfiguration {
  /// The text of a config.json, in the spelling that transformers 4 and 5 both read. Fields of the configuration that the
  /// model came with are kept where they do not speak of its shape, as token ids and dropout.
  ///
  /// - Throws: `ModelFolderError.cannotWrite` for an architecture that transformers has no form for.
  /// - Parameter quantization: of the weights as they are written.
  package static func text(
    _ architecture: Architecture, source: ModelSource?, quantization: Quantization? = nil
  ) throws -> String {
    var fields: [String: Literal]
    switch architecture {
    case .transformer(let shape):
      guard let sizes = HubForm.of(shape.form).write(shape) else {
        throw ModelFolderError.cannotWrite(
          what: "a transformer with \(shape.form.title)'s names and parts of another form")
      }
      fields = sizes
      fields["architectures"] = .list([.text(shape.form.className)])
      fields["model_type"] = .text(shape.form.modelType)
      fields["tie_word_embeddings"] = .bool(shape.isTied)
      fields["vocab_size"] = .number(Double(shape.vocabulary))
      fields["torch_dtype"] = .text("float32")
      if let source {
        let kept = try ConfigurationFields(
          parsing: Array(source.configuration.utf8), path: source.folder + "/config.json")
        if Literal.dictionary(kept.members)["model_type"] == fields["model_type"] {
          for member in kept.members where !replaced.contains(member.key) && fields[member.key] == nil {
            fields[member.key] = member.value
          }
        }
      } else {
        // transformers' defaults are tokens of Llama 2 and of GPT-2.
        fields["bos_token_id"] = Literal.absent
        fields["eos_token_id"] = Literal.absent
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
    if let quantization { fields["quantization_config"] = quantization.field }
    let members = fields.sorted { $0.key < $1.key }.map { Literal.Member(key: $0.key, value: $0.value) }
    let text = Literal.dictionary(members).indented() + "\n"
    guard let threshold = quantization?.threshold, threshold == threshold.rounded() else { return text }
    // transformers takes no whole number for it.
    let field = "\"llm_int8_threshold\": \(Int(threshold))"
    return text.replacing(field, with: field + ".0")
  }

  /// Fields of a source that no longer hold: of its number format, of the other spelling, of its place.
  private static let replaced: Set<String> = [
    "dtype", "torch_dtype", "rope_parameters", "rope_scaling", "rope_theta", "_name_or_path", "head_dim",
    "transformers_version", "quantization_config",
  ]
}
