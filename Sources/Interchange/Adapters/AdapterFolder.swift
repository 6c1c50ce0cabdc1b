// An adapter as a folder, as PEFT writes and reads it: adapter_config.json beside adapter_model.safetensors.
package import Adapters
import Foundation
import Kernels
package import Models
package import Signals
package import Storage
package import TensorFile

/// A folder with an adapter, as PEFT's `save_pretrained` writes it, read and not yet put on a model: its configuration,
/// and A, B and what else was trained under PEFT's names.
package struct AdapterFolder: Sendable {
  package static let configurationName = "adapter_config.json"
  package static let tensorsName = "adapter_model.safetensors"
  /// The weights as older versions of PEFT wrote them.
  private static let pickleName = "adapter_model.bin"
  private static let prefix = "base_model.model."
  /// Bytes of the longest configuration that is read.
  private static let jsonLimit = 1 << 24

  /// As the user named it.
  package let folder: String
  package let configuration: PEFTConfiguration
  /// The content of adapter_model.safetensors; values are converted when they are put on a model.
  package let tensors: TensorFile
  /// Whether the weights were saved with another configuration than the one that is there; false where they do not say.
  package let isMixed: Bool

  /// - Parameters:
  ///   - folder: as the user named it, for errors and for where the adapter comes from.
  ///   - path: where it stands.
  /// - Throws: `AdapterFolderError`, `TensorFileError`.
  package init(_ folder: String, at path: String) throws {
    self.folder = folder
    configuration = try AdapterFolder.configuration(folder, at: path)
    guard FileManager.default.fileExists(atPath: "\(path)/\(AdapterFolder.tensorsName)") else {
      throw FileManager.default.fileExists(atPath: "\(path)/\(AdapterFolder.pickleName)")
        ? AdapterFolderError.pickled(folder: folder)
        : AdapterFolderError.missingFile(folder: folder, name: AdapterFolder.tensorsName)
    }
    tensors = try TensorFile.read(path: "\(path)/\(AdapterFolder.tensorsName)")
    isMixed = ConfigurationSeal.isBroken(
      tensors.metadata,
      configuration: try AdapterFolder.contents("\(path)/\(AdapterFolder.configurationName)"))
  }

  /// What is said where the two files do not belong together: one sentence, lower case, no full stop.
  package static let mixedNote =
    "\(configurationName) is not the one that the weights were saved with: it was edited since, or comes from another adapter"

  /// Whether a folder has an adapter's configuration.
  package static func isOne(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(path)/\(configurationName)")
  }

  /// Names of the folders within a folder that are adapters, as PEFT writes those that have names.
  package static func subfolders(of path: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.filter { isOne("\(path)/\($0)") }.sorted()
  }

  /// The configuration alone.
  ///
  /// - Throws: `AdapterFolderError`; `.inSubfolders` where the folder has none and folders within it do.
  package static func configuration(_ folder: String, at path: String) throws -> PEFTConfiguration {
    guard isOne(path) else {
      let names = subfolders(of: path)
      throw names.isEmpty
        ? AdapterFolderError.missingFile(folder: folder, name: configurationName)
        : AdapterFolderError.inSubfolders(folder: folder, names: names)
    }
    return try PEFTConfiguration(
      parsing: contents("\(path)/\(configurationName)"), path: "\(folder)/\(configurationName)")
  }

  /// The bytes of the configuration. Throws `.unreadable` and `.tooLong`.
  private static func contents(_ path: String) throws -> [UInt8] {
    let data: Data
    do {
      data =
        try FileHandle(forReadingFrom: URL(fileURLWithPath: path)).read(upToCount: jsonLimit + 1) ?? Data()
    } catch {
      throw AdapterFolderError.unreadable(path: path, reason: error.localizedDescription)
    }
    guard data.count <= jsonLimit else {
      throw AdapterFolderError.tooLong(path: path, bytes: data.count, limit: jsonLimit)
    }
    return Array(data)
  }

  // MARK: Names

  /// One part of the parameter vector as a tensor of the file.
  struct Part {
    var name: String
    var shape: [Int]
    var offset: Int
    /// Held as the transpose in the file: a whole Conv1D.
    var isTransposed = false

    var count: Int { shape.reduce(1, *) }

    /// Its values out of a vector of parameters, or of what an optimiser keeps for each.
    func tensor(of vector: Buffer, suffix: String = "") -> TensorData {
      var values = vector.array(offset..<offset + count)
      if isTransposed, shape.count == 2 {
        let rows = values
        values.withUnsafeMutableBufferPointer { target in
          rows.withUnsafeBufferPointer { source in
            guard let target = target.baseAddress, let source = source.baseAddress else { return }
            transpose(rows: shape[1], columns: shape[0], source, into: target)
          }
        }
      }
      return TensorData(name + suffix, shape: shape, floats: values)
    }

    /// Puts the values of a tensor into their place of such a vector.
    func copy(_ values: [Float], into vector: Buffer) {
      let target = vector.elements(offset, count: count)
      values.withUnsafeBufferPointer { source in
        guard let source = source.baseAddress else { return }
        if isTransposed, shape.count == 2 {
          transpose(rows: shape[0], columns: shape[1], source, into: target)
        } else {
          target.update(from: source, count: count)
        }
      }
    }
  }

  /// Every tensor of an adapter. PEFT keeps a module with an adapter as `base_layer`, its bias too.
  static func parts(_ layout: AdapterLayout, _ architecture: Architecture) -> [Part] {
    var parts: [Part] = []
    for site in layout.sites {
      let path = prefix + site.module.path
      parts += site.parts.map {
        Part(name: path + $0.role.suffix, shape: $0.shape, offset: $0.offset)
      }
    }
    let shapes = architecture.weights
    for trained in layout.weights {
      let isAdapted = layout.sites.contains { $0.module.path == trained.weight.module }
      let name = isAdapted ? trained.weight.module + ".base_layer.bias" : trained.weight.name
      let shape = trained.index < shapes.count ? shapes[trained.index] : nil
      parts.append(
        Part(
          name: prefix + name, shape: shape?.fileDimensions ?? [trained.weight.count], offset: trained.offset,
          isTransposed: shape?.isStoredTransposed ?? false))
    }
    return parts
  }

  // MARK: Reading

  /// A model that shares the base's weights and carries the adapter of the folder, whose scaling rule is its own.
  ///
  /// - Throws: `AdapterError` where the configuration does not fit the model, `AdapterFolderError` where the tensors do
  ///   not fit the two, `TensorFileError`; `Interruption`.
  package func attached(
    to model: Model, memory: Double = .infinity, stop: StopSignal = .never
  ) throws -> Model {
    let fresh = try model.attached(configuration.adapter, memory: memory, stop: stop)
    guard let layout = fresh.adapter?.layout else { throw AdapterError.notAdapted }
    let parameters = Buffer(count: layout.count)
    let parts = AdapterFolder.parts(layout, fresh.architecture)
    var missing: [String] = []
    for part in parts {
      try stop.check()
      guard let entry = tensors[part.name] else {
        missing.append(part.name)
        continue
      }
      guard entry.shape == part.shape else {
        throw AdapterFolderError.wrongShape(
          folder: folder, tensor: part.name, has: entry.shape, needs: part.shape)
      }
      part.copy(try entry.floats(), into: parameters)
    }
    guard missing.isEmpty else {
      throw AdapterFolderError.missingTensors(
        folder: folder, names: missing, found: tensors.tensors.map(\.name))
    }
    let known = Set(parts.map(\.name))
    let extra = tensors.tensors.map(\.name).filter { !known.contains($0) }.sorted()
    guard extra.isEmpty else { throw AdapterFolderError.extraTensors(folder: folder, names: extra) }
    let script = Provenance(model.steps + [.loadAdapter(folder: folder)])
    return try model.attached(
      Adapter(layout, of: fresh.architecture, loaded: parameters, madeBy: script),
      stop: stop)
  }

  // MARK: Writing

  /// Writes the adapter of a model, as one step (`AtomicFolder`); what else is in the folder stays.
  ///
  /// - Parameters:
  ///   - rule: the rule in force.
  ///   - isPortable: folds rsLoRA's √r into alpha, for loaders that ignore `use_rslora`.
  ///   - overwrite: writes into a folder that holds something else.
  /// - Throws: `AdapterFolderError.occupied`; `TensorFileError`; `Interruption`.
  package static func save(
    _ layout: AdapterLayout, parameters: Buffer, rule: ScalingRule, architecture: Architecture,
    baseModel: String?, to folder: String, at path: String, isPortable: Bool = false, overwrite: Bool = false,
    stop: StopSignal = .never
  ) throws {
    if !overwrite, let content = otherContent(path) {
      throw AdapterFolderError.occupied(path: folder, content: content)
    }
    try AtomicFolder.write(to: path, named: folder) {
      try write(
        layout, parameters: parameters, rule: rule, architecture: architecture, baseModel: baseModel,
        into: $0, isPortable: isPortable, stop: stop)
    }
  }

  /// Writes the files of an adapter into a folder that is being written.
  ///
  /// - Parameter subfolder: the folder in it that they belong into; empty for itself.
  /// - Throws: `TensorFileError`, `.interrupted` too.
  package static func write(
    _ layout: AdapterLayout, parameters: Buffer, rule: ScalingRule, architecture: Architecture,
    baseModel: String?, into folder: PreparedFolder, subfolder: String = "", isPortable: Bool = false,
    stop: StopSignal = .never
  ) throws(TensorFileError) {
    let start = subfolder.isEmpty ? "" : subfolder + "/"
    let name = start + tensorsName
    let tensors = try parts(layout, architecture).map { part throws(TensorFileError) in
      if stop.isAsked { throw .interrupted(path: folder.shownPath(name)) }
      return part.tensor(of: parameters)
    }
    let text = PEFTConfiguration.text(
      layout, rule: rule, architecture: architecture, baseModel: baseModel, isPortable: isPortable)
    try folder.write(name) { output throws(TensorFileError) in
      try TensorFile.write(
        into: output, path: folder.shownPath(name), tensors: tensors,
        metadata: [(key: "format", value: "pt")] + ConfigurationSeal.metadata(of: text), stop: stop)
    }
    try folder.write(start + configurationName, text)
  }

  /// What stands at the path and is no adapter; nil where one may be written.
  package static func otherContent(_ path: String) -> String? {
    let names: [String]
    do throws(Occupant.NoFolder) {
      guard let found = try Occupant.names(inFolderAt: path) else { return nil }
      names = found
    } catch {
      return error.content
    }
    if names.isEmpty { return nil }
    guard names.contains(configurationName) else { return "a folder with other files" }
    guard (try? configuration(path, at: path)) != nil else {
      return "a folder whose adapter_config.json is none that is read here"
    }
    return nil
  }
}
