// Writing a model as a folder that transformers loads.
import Fields
import Foundation
package import Models
package import Signals
import Storage
import TensorFile

extension ModelFolder {
  /// Writes config.json and model.safetensors, in single precision. A new folder appears as a whole; in one that is there
  /// each file is replaced as a whole, the weights first. Perceptrons and single layers have a configuration of their own,
  /// which only `load` reads.
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
    let text = try HubConfiguration.text(model.architecture, source: model.source)
    let manager = FileManager.default
    if isFolder(path) {
      if !overwrite, let content = otherContent(path) {
        throw ModelFolderError.occupied(path: folder, content: content)
      }
      try write(model.base, text, into: path, stop)
      return
    }
    if !overwrite, manager.fileExists(atPath: path) {
      throw ModelFolderError.occupied(path: folder, content: "a file")
    }
    let target = URL(fileURLWithPath: path)
    let above = target.deletingLastPathComponent()
    let unfinished = above.appendingPathComponent(".\(target.lastPathComponent).\(getpid()).unfinished")
    do {
      try manager.createDirectory(at: unfinished, withIntermediateDirectories: true)
    } catch {
      throw ModelFolderError.unreadable(path: above.path, reason: error.localizedDescription)
    }
    do {
      try write(model.base, text, into: unfinished.path, stop)
      if manager.fileExists(atPath: path) { try manager.removeItem(at: target) }
      try manager.moveItem(at: unfinished, to: target)
    } catch {
      // The first error is the one to report; an unfinished folder that cannot be removed harms nobody.
      try? manager.removeItem(at: unfinished)
      throw error
    }
  }

  /// What stands in a folder and is neither nothing nor a model; nil where a model may be written.
  private static func otherContent(_ path: String) -> String? {
    guard FileManager.default.fileExists(atPath: "\(path)/\(configurationName)") else {
      return FileManager.default.fileExists(atPath: "\(path)/\(weightsName)")
        ? "a folder with weights and without config.json" : nil
    }
    guard let bytes = try? contents("\(path)/\(configurationName)"),
      let value = try? Literal(json: bytes), value["model_type"] != nil
    else { return "a folder whose config.json is no model's" }
    return nil
  }

  private static func write(
    _ base: BaseWeights, _ configuration: String, into path: String, _ stop: StopSignal
  ) throws {
    let tensors = try base.shapes.indices.map { i in
      let (shape, matrix) = (base.shapes[i], base.matrix(i))
      let stored = matrix.storedElements(isTransposed: shape.isStoredTransposed)
      return try TensorData(
        shape.name, shape: shape.fileDimensions, as: .f32, count: shape.count, floats: stored)
    }
    do {
      try TensorFile.write(
        path: "\(path)/\(weightsName)", tensors: tensors, metadata: [(key: "format", value: "pt")],
        stop: stop)
    } catch TensorFileError.interrupted {
      throw Interruption()
    }
    try AtomicFile.write([Array(configuration.utf8)], to: "\(path)/\(configurationName)")
  }
}
