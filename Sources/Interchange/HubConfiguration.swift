// What a model's config.json says: its architecture, in the spellings of transformers 4 and 5.
import Fields
import Kernels
package import Models

/// An architecture read from a configuration. A field that would change what the model computes in a way that is not
/// known here is refused by name; fields without such an effect are left out, and those that are not known are noted.
package struct HubConfiguration {
  package private(set) var architecture: Architecture
  /// How the weights of linear layers are stored; nil where they are not quantised.
  package private(set) var quantization: Quantization?
  /// What a user should know: one sentence each, lower case, no full stop.
  package private(set) var notes: [String] = []

  static let ownPerceptron = "ranklab_mlp"
  static let ownLinear = "ranklab_linear"

  /// - Throws: `ModelFolderError`.
  package init(parsing bytes: [UInt8], path: String) throws {
    var fields = try ConfigurationFields(parsing: bytes, path: path)
    let type = try fields.text("model_type")
    quantization = try fields.quantization()
    if let hub = HubForm.all.first(where: { $0.form.modelType == type }) {
      architecture = .transformer(try hub.read(&fields, &notes))
    } else if type == HubConfiguration.ownPerceptron {
      let widths = try fields.sizes("widths")
      let name = try fields.text("activation") ?? "relu"
      guard let activation = Activation(rawValue: name) else {
        throw fields.unsupported("activation", .text(name), Activation.allCases.map { .text($0.rawValue) })
      }
      architecture = .perceptron(PerceptronShape(widths: widths, activation: activation))
    } else if type == HubConfiguration.ownLinear {
      architecture = .linear(inputs: try fields.size("inputs"), outputs: try fields.size("outputs"))
    } else {
      throw ModelFolderError.unknownForm(path: path, form: type, known: HubForm.all.map(\.form.modelType))
    }
    fields.ignore(ConfigurationFields.harmless)
    if !fields.unseen.isEmpty {
      notes.append(
        "config.json has fields that are not known here and were left out: "
          + fields.unseen.prefix(12).joined(separator: ", ") + (fields.unseen.count > 12 ? ", …" : ""))
    }
  }
}
