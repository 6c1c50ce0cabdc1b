// Everything that this module throws to its users.

/// An error of reading, writing or converting. `TensorFileError+Sentences.swift` says each in words.
package enum TensorFileError: Error, Equatable, Sendable {
  /// What was tried on a file.
  package enum Action: Sendable { case read, write }

  /// The system refused; `code` is its errno.
  case system(Action, path: String, code: Int32)
  /// The path names something that is not a file: a folder, a device, a pipe.
  case notAFile(path: String)
  /// A folder could not be written as a whole; `folder` is as the user named it.
  indirect case folder(String, FolderStanding, because: TensorFileError)
  /// Writing was given up on request; the file is as it was.
  case interrupted(path: String)
  /// The file became shorter while it was read.
  case changed(path: String)
  /// The file was cut, or written to, while its tensors were used where they stand.
  case changedInUse(path: String, isCut: Bool)
  /// The bytes are not a safetensors file. `path` is nil for bytes that came from no file.
  case malformed(path: String?, FormatFlaw)
  /// The bytes are not an index of shards, or do not fit the shards.
  case badIndex(path: String?, IndexFlaw)
  /// The folder has no file of tensors of this stem; `others` are files in it that might be meant.
  case noTensors(folder: String, stem: String, others: [String])
  /// There is no tensor of this name. `path` is that of the file, the index or the folder.
  case noTensor(path: String?, tensor: String)
  /// The tensors cannot be written. `path` is nil if no file was asked for.
  case unwritable(path: String?, ContentFlaw)
  /// The tensor's type does not become `Float` (or is not made of it).
  case notFloats(tensor: String, type: ElementType)
  /// The tensor's type does not become `Int` (or is not made of it).
  case notIntegers(tensor: String, type: ElementType)
  /// The element does not fit: read from U64 into `Int`, or written from `Int` into `type`.
  case outOfRange(tensor: String, index: Int, value: String, type: ElementType)
}

/// What stands at a folder's place after it could not be written.
package enum FolderStanding: Sendable {
  /// Nothing, as before.
  case absent
  case asBefore
  /// Some files are new and some old: the file system has no one step for it, and the second of two failed.
  case mixed
}
