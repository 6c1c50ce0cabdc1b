// The forms of transformers as Hugging Face's config.json tells of them: the table that reading, writing and export use.
import Fields
package import Models

/// How models of one form stand in a config.json, and what programs around transformers make of them. Each form is
/// declared once, in a file beside this one.
package struct HubForm: Sendable {
  package let form: TransformerForm
  /// Fields of config.json with rates of dropout in the base.
  let dropouts: [String]
  /// Whether Unsloth's FastLanguageModel trains such a model.
  let isTakenByUnsloth: Bool
  /// The shape that a configuration describes. A field that would change what the model computes in a way that is not
  /// known here is refused by name; what a user should know is added to the notes, one sentence each, lower case, no
  /// full stop.
  ///
  /// - Throws: `ModelFolderError`.
  let read:
    @Sendable (_ fields: inout ConfigurationFields, _ notes: inout [String]) throws -> TransformerShape
  /// The fields that give a shape back to `read`, without those that all forms share: class, `model_type`, vocabulary,
  /// tied embeddings. Nil where the form has no field for what the shape is.
  let write: @Sendable (_ shape: TransformerShape) -> [String: Literal]?

  /// Every form that is known.
  package static let all: [HubForm] = [.llama, .gpt2, .qwen2]

  /// - Precondition: the form is among `all`.
  static func of(_ form: TransformerForm) -> HubForm {
    guard let found = all.first(where: { $0.form == form }) else {
      preconditionFailure("\(form.modelType) is missing in the table of forms")
    }
    return found
  }

  /// For a sentence: `Llama's, GPT-2's or Qwen2's`.
  ///
  /// - Parameter joined: the word before the last.
  package static func owners(joined: String) -> String {
    let owners = all.map { $0.form.title + "'s" }
    return owners.dropLast().joined(separator: ", ") + " \(joined) " + (owners.last ?? "")
  }
}
