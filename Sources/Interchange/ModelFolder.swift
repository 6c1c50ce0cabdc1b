// A model as a folder, as transformers writes and reads it: config.json beside safetensors.
import Foundation
import Kernels
package import Models
package import Signals
import Storage
import TensorFile

/// A model's folder, as transformers writes it: config.json gives the form and the sizes (`HubForm`), safetensors files
/// give the weights. Nothing that would change what the model computes is passed over: a field or a tensor that is not
/// known is refused by name.
package enum ModelFolder {
  /// What a folder gave.
  package struct Loaded: Sendable {
    package let base: BaseWeights
    package let source: ModelSource
    /// What a user should know: one sentence each, lower case, no full stop.
    package let notes: [String]
  }

  static let configurationName = "config.json"
  static let weightsName = "model.safetensors"
  /// Bytes of the longest JSON file that is read.
  private static let jsonLimit = 1 << 24

  /// What is said where the two files do not belong together.
  static let mixedNote =
    "\(configurationName) is not the one that the weights were saved with: it was edited since, or comes from another model"

  /// Reads a model of a form that is known, its weights as single precision.
  ///
  /// - Parameters:
  ///   - folder: as the user named it, for errors and for where the model comes from.
  ///   - path: where it stands.
  ///   - context: the longest sequence that the model will be used with; nil for its own, but at most 1024.
  ///   - memory: bytes of the machine; a model that would not fit is refused before anything is allocated.
  /// - Throws: `ModelFolderError`, `TensorFileError`, `ModelError`.
  package static func load(
    _ folder: String, at path: String, context: Int? = nil, memory: Double,
    stop: StopSignal = .never
  ) throws
    -> Loaded
  {
    guard isFolder(path) else { throw ModelFolderError.notAFolder(path: folder) }
    guard FileManager.default.fileExists(atPath: "\(path)/\(configurationName)") else {
      throw ModelFolderError.noConfiguration(folder: folder)
    }
    let bytes = try contents("\(path)/\(configurationName)")
    let configuration = try HubConfiguration(parsing: bytes, path: "\(folder)/\(configurationName)")
    var notes = configuration.notes
    var architecture = configuration.architecture
    try architecture.validate(memory: memory)
    var innerModel: String?
    if case .transformer(let shape) = architecture { innerModel = shape.form.innerModel }
    let tensors = try ModelTensors(path: path, innerModel: innerModel)
    if ConfigurationSeal.isBroken(tensors.metadata, configuration: bytes) { notes.append(mixedNote) }
    if case .transformer(var shape) = architecture {
      shape.context = try usedContext(shape, context, folder, &notes)
      if shape.isTied, try hasOutputLayerOfItsOwn(shape, tensors, stop) {
        shape.isTied = false
        notes.append(
          "config.json ties the output layer to the embedding, and the weights differ: it is not tied")
      }
      architecture = .transformer(shape)
    }
    return Loaded(
      base: try weights(architecture, tensors, folder, configuration.quantization, stop),
      source: ModelSource(folder: folder, configuration: String(decoding: bytes, as: UTF8.self)), notes: notes
    )
  }

  /// The longest sequence that the model is used with: as given, or the model's own up to 1024, with a note where it is
  /// cut.
  private static func usedContext(
    _ shape: TransformerShape, _ context: Int?, _ folder: String, _ notes: inout [String]
  ) throws -> Int {
    let usual = 1024
    guard let context else {
      if shape.positionCount > usual {
        notes.append("sequences have \(usual) tokens here, of \(shape.positionCount) that the model takes")
      }
      return min(usual, shape.positionCount)
    }
    guard context <= shape.positionCount else {
      throw ModelError.contextTooLong(given: context, limit: shape.positionCount)
    }
    return context
  }

  /// Whether a file holds an output layer that differs from the embedding which it should be tied to; transformers 5
  /// believes the file then.
  private static func hasOutputLayerOfItsOwn(
    _ shape: TransformerShape, _ tensors: ModelTensors, _ stop: StopSignal
  ) throws -> Bool {
    guard let output = tensors.entry(shape.form.outputLayer + ".weight")?.entry,
      let table = tensors.entry(shape.form.embedding + ".weight")?.entry
    else { return false }
    if output.shape != table.shape || output.type != table.type { return true }
    let (first, second) = (output.bytes.pointer, table.bytes.pointer)
    defer { withExtendedLifetime((output, table)) {} }
    for start in stride(from: 0, to: first.count, by: Buffer.piece) {
      try stop.check()
      let part = start..<min(start + Buffer.piece, first.count)
      if !first[part].elementsEqual(second[part]) { return true }
    }
    return false
  }

  // MARK: Weights

  /// The weights by their names in the files. A tensor that is missing, of another shape or left over is an error.
  private static func weights(
    _ architecture: Architecture, _ tensors: ModelTensors, _ folder: String, _ quantization: Quantization?,
    _ stop: StopSignal
  ) throws -> BaseWeights {
    let shapes = architecture.weights
    let isPacked = BaseWeights.isPacked(count: shapes.reduce(0) { $0 + $1.count })
    var missing: [String] = []
    var used: Set<String> = []
    var found: [(shape: WeightShape, place: Place)] = []
    var tied: TransformerForm?
    if case .transformer(let shape) = architecture, shape.isTied { tied = shape.form }
    for shape in shapes {
      var place = tensors.entry(shape.name)
      if let tied, let output = tensors.entry(tied.outputLayer + ".weight") {
        used.insert(output.name)
        // Where only the output layer is there, it is the embedding too.
        if place == nil, shape.module == tied.embedding { place = output }
      }
      if let quantization, QuantizedTensors.has(shape, tensors) {
        var weight = QuantizedTensors(shape, tensors, folder: folder, isBorrowed: !isPacked)
        found.append((shape, .quantized(try weight.storage(quantization))))
        used.formUnion(weight.used)
        continue
      }
      guard let place else {
        missing.append(shape.name)
        continue
      }
      used.insert(place.name)
      guard place.entry.shape == shape.fileDimensions else {
        throw ModelFolderError.wrongShape(
          folder: folder, tensor: place.name, has: place.entry.shape, needs: shape.fileDimensions)
      }
      found.append((shape, .entry(place.entry)))
    }
    guard missing.isEmpty else { throw ModelFolderError.missingTensors(folder: folder, names: missing) }
    let extra = tensors.names.filter { !used.contains($0) && !isBuffer($0) }
    guard extra.isEmpty else { throw ModelFolderError.extraTensors(folder: folder, names: extra) }
    return try weights(architecture, found, quantization, stop)
  }

  /// Where a weight was found: as numbers, or quantised.
  private enum Place {
    case entry(TensorEntry)
    case quantized(WeightStorage)

    var isQuantized: Bool { if case .quantized = self { true } else { false } }
  }

  /// Weights of a small model stand in one vector, whose products have packed copies of them. Those of a large one are
  /// used where the file has them, if that is possible.
  private static func weights(
    _ architecture: Architecture, _ found: [(shape: WeightShape, place: Place)],
    _ quantization: Quantization?, _ stop: StopSignal
  ) throws -> BaseWeights {
    let count = found.reduce(0) { $0 + $1.shape.count }
    let isQuantized = found.contains { $0.place.isQuantized }
    let isPacked = BaseWeights.isPacked(count: count)
    if isPacked, !isQuantized {
      let values = Buffer(count: count)
      var offset = 0
      for (shape, place) in found {
        guard case .entry(let entry) = place else { continue }
        try read(entry, of: shape, into: values.pointer + offset, stop)
        offset += shape.count
      }
      return BaseWeights(architecture, values: values)
    }
    return BaseWeights(
      architecture,
      storage: try found.map { shape, place in
        let entry: TensorEntry
        switch place {
        case .quantized(let storage): return storage
        case .entry(let found): entry = found
        }
        let isTransposed = shape.isStoredTransposed
        if !isPacked, let values = entry.floatPointer {
          return WeightStorage(
            Buffer(borrowing: values, from: entry.bytes.owner), isTransposed: isTransposed)
        }
        if !isPacked, let format = halfFormat(entry.type) {
          return WeightStorage(
            HalfElements(format, borrowing: entry.bytes.pointer, from: entry.bytes.owner),
            isTransposed: isTransposed)
        }
        let copy = Buffer(count: shape.count)
        try read(entry, of: shape, into: copy.pointer, stop)
        entry.bytes.release()
        return WeightStorage(copy)
      }, quantization: isQuantized ? quantization : nil)
  }

  /// The format of two bytes that products expand themselves; nil for others.
  private static func halfFormat(_ type: ElementType) -> HalfFormat? {
    switch type {
    case .f16: .half
    case .bf16: .brain
    default: nil
    }
  }

  /// Constants that older files hold beside the weights: angles of positions, masks of attention.
  private static func isBuffer(_ name: String) -> Bool {
    [".rotary_emb.inv_freq", ".attn.bias", ".attn.masked_bias"].contains { name.hasSuffix($0) }
  }

  /// One tensor as floats, row after row as `BaseWeights` has it.
  private static func read(
    _ entry: TensorEntry, of shape: WeightShape, into target: UnsafeMutablePointer<Float>,
    _ stop: StopSignal
  ) throws {
    guard shape.isStoredTransposed else {
      for first in stride(from: 0, to: shape.count, by: Buffer.piece) {
        try stop.check()
        let count = min(Buffer.piece, shape.count - first)
        try entry.read(
          first..<first + count, into: UnsafeMutableBufferPointer(start: target + first, count: count))
      }
      return
    }
    try stop.check()
    try entry.floats().withUnsafeBufferPointer { source in
      guard let source = source.baseAddress else { return }
      transpose(rows: shape.columns, columns: shape.rows, source, into: target)
    }
  }

  // MARK: Files

  /// Whether a folder has a model's configuration.
  package static func isOne(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(path)/\(configurationName)")
  }

  /// Whether there is a folder at the path, behind links too.
  package static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }

  /// The bytes of a JSON file. Throws `ModelFolderError.unreadable` and `.tooLong`.
  static func contents(_ path: String) throws -> [UInt8] {
    let handle: FileHandle
    let data: Data
    do {
      handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      data = try handle.read(upToCount: jsonLimit + 1) ?? Data()
    } catch {
      throw ModelFolderError.unreadable(path: path, reason: error.localizedDescription)
    }
    guard data.count <= jsonLimit else {
      throw ModelFolderError.tooLong(path: path, bytes: data.count, limit: jsonLimit)
    }
    return Array(data)
  }
}
