// Models in the user's folders.
import Interchange
package import Interpreter
package import Models

package enum ModelFiles {
  /// Whether there is a folder of that name, from where the session works.
  package static func isFolder(_ folder: String, _ session: Session) -> Bool {
    (try? TextFile.place(folder, in: session.environment.workingFolder)).map(ModelFolder.isFolder) ?? false
  }

  /// The model of a folder; what a user should know of it is emitted as notes.
  ///
  /// - Parameter context: the longest sequence that it will be used with; nil for its own, but at most 1024.
  /// - Throws: `ModelFolderError`, `TensorFileError`, `ModelError`.
  package static func load(_ folder: String, context: Int?, _ session: Session) throws -> Model {
    let place = try TextFile.place(folder, in: session.environment.workingFolder)
    if AdapterFolder.isOne(place), !ModelFolder.isOne(place) {
      throw Failure(
        argument: "file", "`\(folder)` is the folder of an adapter",
        label: "it needs the model that it is for",
        fix: "load_adapter(base, \"\(folder)\")")
    }
    let loaded = try ModelFolder.load(
      folder, at: place, context: context, memory: session.environment.memory,
      stop: session.environment.stop)
    for note in loaded.notes { session.emit(.note(note)) }
    let name = folder.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    return Model(
      base: loaded.base, description: "load(\"\(name)\"\(context.map { ", context=\($0)" } ?? ""))",
      source: loaded.source)
  }

  /// Writes a model without adapter as a folder.
  ///
  /// - Throws: `Failure` where the model carries an adapter, or the path holds something else; `ModelFolderError`,
  ///   `TensorFileError`.
  package static func save(_ model: Model, to folder: String, overwrite: Bool, _ session: Session) throws {
    guard model.adapter == nil else {
      throw Failure(
        argument: "value", "the model carries an adapter", label: "merge it in first",
        fix: "save(merge(m), \"\(folder)\")")
    }
    do {
      try ModelFolder.save(
        model, to: folder, at: try TextFile.place(folder, in: session.environment.workingFolder),
        overwrite: overwrite, stop: session.environment.stop)
    } catch let error as ModelFolderError {
      guard case .occupied = error else { throw error }
      throw Failure(argument: "file", error.title, body: error.advice, fix: "overwrite=True")
    }
  }
}
