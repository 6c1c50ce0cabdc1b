// The tensors of a model in one view, whether they come in one file or in many.

/// One file or all shards of a model. Only headers are read when it is opened; large files are mapped.
package struct TensorCollection: Sendable {
  /// What was opened: a file, or an index; nil for bytes that came from no file.
  package let path: String?
  /// The one file, or the shards in the order of their names.
  package let files: [TensorFile]
  /// File by file, each in the order of its data. No name occurs twice.
  package let tensors: [TensorEntry]
  private let index: NameIndex

  /// Opens one file. Errors: those of `TensorFile.read`.
  package init(file path: String) throws(TensorFileError) {
    self.init(try TensorFile.read(path: path))
  }

  /// A file that is open, or bytes that were read.
  package init(_ file: TensorFile) {
    path = file.path
    files = [file]
    tensors = file.tensors
    index = NameIndex(tensors)
  }

  /// Opens the shards that stand beside an index. Every tensor that is listed must be in its shard. One that is
  /// in a shard and not listed is there too, as in the reference, if it is in one shard only; copies in shards
  /// that it is not listed for are left out. Errors: `.badIndex`, those of `TensorFile.read`.
  package init(index path: String) throws(TensorFileError) {
    let file = try SystemFile(reading: path)
    let size = try file.size()
    guard size <= Header.lengthLimit else {
      throw .badIndex(path: path, .tooLong(length: size, limit: Header.lengthLimit))
    }
    let list = try ShardIndex(parsing: try file.next(size), path: path)
    let folder = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? ""

    var files: [TensorFile] = []
    for shard in list.shards { files.append(try Self.open(shard, in: folder, of: list, path)) }
    do throws(IndexFlaw) {
      tensors = try Self.joined(files, list)
    } catch {
      throw .badIndex(path: path, error)
    }
    self.path = path
    self.files = files
    self.index = NameIndex(tensors)
  }

  /// Opens what a folder has: `<stem>.safetensors`, or else the shards of `<stem>.safetensors.index.json`.
  /// Errors: `.noTensors` if it has neither, and those of the two.
  package init(folder: String, stem: String = "model") throws(TensorFileError) {
    let path = folder.utf8.last == UInt8(ascii: "/") ? folder : folder + "/"
    let (file, index) = ("\(path)\(stem).safetensors", "\(path)\(stem).safetensors.index.json")
    if SystemFile.exists(file) {
      try self.init(file: file)
    } else if SystemFile.exists(index) {
      try self.init(index: index)
    } else {
      let others = try SystemFile.names(inFolder: folder).filter(Self.mightHoldTensors)
      throw .noTensors(folder: folder, stem: stem, others: others)
    }
  }

  /// The tensor of this name, compared byte for byte; nil if there is none.
  package subscript(name: String) -> TensorEntry? {
    index.position(of: name, in: tensors).map { tensors[$0] }
  }

  /// The tensor of this name, compared byte for byte. Error `.noTensor`.
  package func tensor(_ name: String) throws(TensorFileError) -> TensorEntry {
    guard let entry = self[name] else { throw .noTensor(path: path, tensor: name) }
    return entry
  }

  /// How many bytes the tensors take in their files.
  package var byteCount: Int { tensors.reduce(0) { $0 + $1.bytes.count } }

  /// Names of files in which the programs of the field store weights, in formats that are not read.
  private static func mightHoldTensors(_ name: String) -> Bool {
    [".safetensors", ".bin", ".pt", ".pth", ".gguf", ".npz", ".h5", ".msgpack"].contains {
      name.hasSuffix($0)
    }
  }
}
