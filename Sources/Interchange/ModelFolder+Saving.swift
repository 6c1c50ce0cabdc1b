// Writing a model as a folder that transformers loads.
import Fields
import Foundation
package import Models
package import Signals
import Storage
import TensorFile

extension ModelFolder {
  /// Writes config.json and model.safetensors, in single precision or quantised as bitsandbytes saves it, as one step (`AtomicFolder`); what else is in the
  /// folder stays. Perceptrons and single layers have a configuration of their own, which only `load` reads.
  ///
  /// - Precondition: the model carries no adapter.
  /// - Parameters:
  ///   - folder: as the user named it, for errors.
  ///   - path: where it is to stand.
  ///   - overwrite: writes into a folder whose config.json is not that of a model.
  /// - Throws: `ModelFolderError.occupied`, `.cannotWrite`, `.unreadable`; `TensorFileError`; `Interruption`.
  package static func save(
    _ model: Model, to folder: String, at path: String, overwrite: Bool = false,
    stop: StopSignal = .never
  ) throws {
    precondition(model.adapter == nil, "the model carries an adapter")
    let text = try HubConfiguration.text(
      model.architecture, source: model.source, quantization: model.base.quantization)
    if !overwrite, let content = otherContent(path) {
      throw ModelFolderError.occupied(path: folder, content: content)
    }
    try AtomicFolder.write(to: path, named: folder) { try write(model.base, text, into: $0, stop) }
  }

  /// What stands at a path and is neither nothing nor a model; nil where a model may be written.
  static func otherContent(_ path: String) -> String? {
    let names: [String]
    do throws(Occupant.NoFolder) {
      guard let found = try Occupant.names(inFolderAt: path) else { return nil }
      names = found
    } catch {
      return error.content
    }
    guard names.contains(configurationName) else {
      return names.contains(weightsName) ? "a folder with weights and without config.json" : nil
    }
    guard let bytes = try? contents("\(path)/\(configurationName)"),
      let value = try? Literal(json: bytes), value["model_type"] != nil
    else { return "a folder whose config.json is no model's" }
    return nil
  }

  /// Writes the files of a model into a folder that is being written.
  ///
  /// - Throws: `TensorFileError`, `.interrupted` too.
  static func write(
    _ base: BaseWeights, _ configuration: String, into folder: PreparedFolder, _ stop: StopSignal
  ) throws {
    let tensors = try base.shapes.indices.flatMap { i in
      let (shape, matrix) = (base.shapes[i], base.matrix(i))
      switch matrix.storage.quantized {
      case .fourBits(let elements): return try elements.tensors(shape)
      case .rowBytes(let elements): return elements.tensors(shape)
      case nil: break
      }
      let stored = matrix.storedElements(isTransposed: shape.isStoredTransposed)
      return [
        try TensorData(
          shape.name, shape: shape.fileDimensions, as: .f32, count: shape.count, floats: stored)
      ]
    }
    try folder.write(weightsName) { output throws(TensorFileError) in
      try TensorFile.write(
        into: output, path: folder.shownPath(weightsName), tensors: tensors,
        metadata: [(key: "format", value: "pt")] + ConfigurationSeal.metadata(of: configuration), stop: stop
      )
    }
    try folder.write(configurationName, configuration)
  }
}
