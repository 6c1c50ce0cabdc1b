// What a user's Python asked of a library beside what is needed here.

/// One argument of a call, its value as Python writes it.
package struct PythonArgument: Equatable, Sendable {
  package var name: String
  package var text: String

  package init(name: String, text: String) {
    self.name = name
    self.text = text
  }
}

/// What a user's Python asked of a library when it loaded a model and put an adapter on it. Trainers
/// take over its checkpointing; nothing else here depends on it, and a script that is exported carries it on.
package struct ModelRequest: Equatable, Sendable {
  /// The name on a hub in whose place a small model stands; nil for a folder.
  package var hubName: String?
  /// Whether Unsloth's call loaded it, which loads in 4 bits where it is not told otherwise.
  package var isUnsloth: Bool
  /// The checkpointing that Unsloth's call asks trainers for; nil where none was asked.
  package var checkpointing: Checkpointing?
  /// Arguments of the call that loaded it, but for the name.
  package var loading: [PythonArgument]
  /// Arguments of the call that made the adapter, but for the adapter's own fields.
  package var adapting: [PythonArgument]

  package init(
    hubName: String? = nil, isUnsloth: Bool = false, checkpointing: Checkpointing? = nil,
    loading: [PythonArgument] = [], adapting: [PythonArgument] = []
  ) {
    self.hubName = hubName
    self.isUnsloth = isUnsloth
    self.checkpointing = checkpointing
    self.loading = loading
    self.adapting = adapting
  }

  /// Whether the base was asked for in 16 bits: by name, or by Unsloth, which loads none in 32 unless it is told to.
  package var isHalf: Bool {
    let format = loading.last { ["dtype", "torch_dtype"].contains($0.name) && $0.text != "None" }?.text
    return format.map { $0.contains("float16") } ?? isUnsloth
  }
}
