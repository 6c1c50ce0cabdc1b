// Where a loaded model comes from.

/// The folder that a model was loaded from, and what its configuration says beside the shape.
package struct ModelSource: Equatable, Sendable {
  /// The folder's path, as it was given.
  package let folder: String
  /// The text of its config.json: saving a model keeps the fields that are not about its shape, as token ids.
  package let configuration: String

  package init(folder: String, configuration: String) {
    self.folder = folder
    self.configuration = configuration
  }
}
