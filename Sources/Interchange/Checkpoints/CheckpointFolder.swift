// A checkpoint as a folder, as transformers' Trainer names it: the weights, the optimiser's state and the history.
import Adapters
import Foundation
import Kernels
package import Models
package import Signals
import Storage
import TensorFile
package import Training

/// `checkpoint-100`: a run after so many steps, in files.
///
/// - adapter_model.safetensors and adapter_config.json, as PEFT loads them; of a run that trains all weights
///   model.safetensors and config.json.
/// - optimizer.safetensors: what the optimiser keeps of each tensor, under the tensor's name with `.exp_avg` and
///   `.exp_avg_sq` of AdamW, `.momentum_buffer` of gradient descent.
/// - best_model.safetensors, of a run with `load_best`: the weights of its lowest evaluation.
/// - run.json: the record so far, which `load` reads, and from which with the rest a run goes on to the same bits.
/// - trainer_state.json and training_args.json: history and arguments under transformers' names, for its tools.
///
/// Random numbers and the place in the data follow from the seed and the step's number.
///
/// The metadata of optimizer.safetensors is the seal: it names the run, and has fingerprints of run.json and of all values.
package struct CheckpointFolder {
  package static let optimizerName = "optimizer.safetensors"
  package static let bestName = "best_model.safetensors"
  package static let recordName = "run.json"
  package static let stateName = "trainer_state.json"
  package static let argumentsName = "training_args.json"

  private static let runKey = "ranklab.run"
  private static let recordKey = "ranklab.record"
  private static let valuesKey = "ranklab.values"
  private static let scalerKey = "ranklab.scaler"
  /// What each is called, before the number of its step.
  private static let prefix = "checkpoint-"
  /// Bytes of the longest record that is read.
  private static let jsonLimit = 1 << 30

  package static func name(step: Int) -> String { "\(prefix)\(step)" }

  /// The step of a folder of that name; nil for other names.
  package static func step(ofName name: String) -> Int? {
    guard name.hasPrefix(prefix), let step = Int(name.dropFirst(prefix.count)), self.name(step: step) == name
    else { return nil }
    return step
  }

  /// Numbers of the checkpoints in a folder, whoever made them, in order; none where it cannot be read.
  package static func steps(in path: String) -> [Int] {
    names(in: path).filter { ModelFolder.isFolder("\(path)/\(name(step: $0))") }
  }

  /// The numbers of all that is called like a checkpoint in a folder, folders or not; none where it cannot be read.
  package static func names(in path: String) -> [Int] {
    (Occupant.names(inFolder: path) ?? []).compactMap(step(ofName:)).sorted()
  }

  // MARK: Writing

  /// The files that are texts.
  package struct Texts {
    package var record: [UInt8]
    package var state: String
    package var arguments: String

    package init(record: [UInt8], state: String, arguments: String) {
      (self.record, self.state, self.arguments) = (record, state, arguments)
    }
  }

  /// Writes a checkpoint, as one step (`AtomicFolder`); what else is in the folder stays.
  ///
  /// - Parameters:
  ///   - run: what tells the run from others, as `identity` has it.
  ///   - source: where the model was loaded from.
  ///   - folder: as the user named it, for errors.
  ///   - path: where it is to stand.
  /// - Throws: `TensorFileError`, `ModelFolderError.cannotWrite`.
  package static func write(
    _ checkpoint: Checkpoint, of task: TrainingTask, run: String, _ texts: Texts, source: ModelSource?,
    to folder: String, at path: String
  ) throws {
    let parameters = checkpoint.run.parameters
    try AtomicFolder.write(to: path, named: folder) { folder in
      if let layout = task.adapter {
        try AdapterFolder.write(
          layout, parameters: parameters, rule: task.rule, architecture: task.base.architecture,
          baseModel: source?.folder, into: folder)
      } else {
        try ModelFolder.write(
          BaseWeights(task.base.architecture, values: parameters),
          HubConfiguration.text(task.base.architecture, source: source), into: folder, .never)
      }
      let parts = parts(of: task)
      let states = checkpoint.optimizer.states
      try write(
        optimizerName,
        states.flatMap { state in parts.map { $0.tensor(of: state.values, suffix: ".\(state.name)") } },
        metadata: [
          (key: runKey, value: run), (key: recordKey, value: hexadecimal(fingerprint(texts.record))),
          (key: valuesKey, value: seal(parameters, states.map(\.values), checkpoint.best)),
        ] + (checkpoint.scaler.map { [(key: scalerKey, value: text($0))] } ?? []), into: folder)
      if let best = checkpoint.best {
        try write(bestName, parts.map { $0.tensor(of: best) }, metadata: [], into: folder)
      }
      try folder.write(recordName) { output throws(TensorFileError) in try output.append(texts.record) }
      try folder.write(stateName, texts.state)
      try folder.write(argumentsName, texts.arguments)
    }
  }

  private static func write(
    _ name: String, _ tensors: [TensorData], metadata: TensorFile.Metadata, into folder: PreparedFolder
  ) throws {
    try folder.write(name) { output throws(TensorFileError) in
      try TensorFile.write(
        into: output, path: folder.shownPath(name), tensors: tensors,
        metadata: [(key: "format", value: "pt")] + metadata)
    }
  }

  /// Every tensor of the trained parameters.
  private static func parts(of task: TrainingTask) -> [AdapterFolder.Part] {
    if let layout = task.adapter { return AdapterFolder.parts(layout, task.base.architecture) }
    return zip(task.base.shapes, task.base.offsets).map { shape, offset in
      AdapterFolder.Part(
        name: shape.name, shape: shape.fileDimensions, offset: offset,
        isTransposed: shape.isStoredTransposed)
    }
  }

  private static func seal(_ parameters: Buffer, _ states: [Buffer], _ best: Buffer?) -> String {
    ([parameters] + states + [best].compactMap { $0 }).map { hexadecimal(fingerprint($0)) }
      .joined(separator: " ")
  }

  /// What tells the run of a task from others, but for where it ends: sixteen digits. It looks at all weights once.
  ///
  /// - Throws: `Interruption`.
  package static func identity(of task: TrainingTask, stop: StopSignal) throws(Interruption) -> String {
    var values = [fingerprint(task.start, stop: stop)]
    if task.adapter != nil {
      for i in task.base.shapes.indices {
        let elements = task.base.matrix(i).storedElements(isTransposed: false)
        for first in stride(from: 0, to: task.base.shapes[i].count, by: Buffer.piece) {
          try stop.check()
          let piece = elements(first..<min(first + Buffer.piece, task.base.shapes[i].count))
          values.append(piece.withUnsafeBytes { fingerprint(Array($0)) })
        }
      }
    }
    try stop.check()
    let text = [
      "engine \(PretrainingCache.engineVersion)", "\(task.base.architecture)",
      task.adapter?.configuration.description(rule: task.rule) ?? "", task.data.description,
      hexadecimal(try task.data.fingerprint(stop)), task.settings.identity, values.map(hexadecimal).joined(),
    ].joined(separator: "; ")
    return hexadecimal(fingerprint(Array(text.utf8)))
  }

  // MARK: Looking

  /// Whether the folder is a checkpoint that was written here and not changed since, by its names and its seal; `run`
  /// asks for one of that run. Its values are not read.
  package static func isOurs(_ path: String, run: String? = nil) -> Bool {
    guard let names = Occupant.names(inFolder: path), !isLink(path) else { return false }
    let known: Set<String> = [
      AdapterFolder.tensorsName, AdapterFolder.configurationName, ModelFolder.weightsName,
      ModelFolder.configurationName, optimizerName, bestName, recordName, stateName, argumentsName,
    ]
    guard Set(names).isSubset(of: known), let folder = try? CheckpointFolder(path, at: path) else {
      return false
    }
    return run == nil || folder.run == run
  }

  private static func isLink(_ path: String) -> Bool {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
  }

  /// As the user named it.
  private let folder: String
  private let path: String
  private let optimizer: TensorFile
  /// What tells its run from others.
  package let run: String
  /// The content of run.json.
  package let record: [UInt8]

  /// Opens a checkpoint. Its values are read by `checkpoint(_:of:)`.
  ///
  /// - Throws: `CheckpointError`, `TensorFileError`.
  package init(_ folder: String, at path: String) throws {
    guard ModelFolder.isFolder(path) else { throw CheckpointError.missing(folder: folder) }
    guard FileManager.default.fileExists(atPath: "\(path)/\(CheckpointFolder.optimizerName)") else {
      throw CheckpointError.foreign(folder: folder)
    }
    optimizer = try TensorFile.read(path: "\(path)/\(CheckpointFolder.optimizerName)")
    guard let run = optimizer.metadata(CheckpointFolder.runKey),
      let seal = optimizer.metadata(CheckpointFolder.recordKey)
    else { throw CheckpointError.foreign(folder: folder) }
    let handle = FileHandle(forReadingAtPath: "\(path)/\(CheckpointFolder.recordName)")
    let data = try? handle?.read(upToCount: CheckpointFolder.jsonLimit)
    record = data.map { Array($0) } ?? []
    guard hexadecimal(fingerprint(record)) == seal else {
      throw CheckpointError.damaged(folder: folder, file: CheckpointFolder.recordName)
    }
    (self.folder, self.path, self.run) = (folder, path, run)
  }

  /// The checkpoint, which a run of the task goes on from.
  ///
  /// - Parameter record: what run.json holds.
  /// - Throws: `CheckpointError.damaged` where a value is another than was written; `TensorFileError`.
  package func checkpoint(_ record: Run, of task: TrainingTask) throws -> Checkpoint {
    let parts = CheckpointFolder.parts(of: task)
    let weights = task.adapter == nil ? ModelFolder.weightsName : AdapterFolder.tensorsName
    var run = record
    run.parameters = try vector(try open(weights), parts, weights)
    let states = try Optimizer.stateNames(task.settings.optimizer).map {
      try vector(optimizer, parts, CheckpointFolder.optimizerName, suffix: ".\($0)")
    }
    var best: Buffer?
    if task.settings.loadBest, record.watch.best != nil {
      best = try vector(try open(CheckpointFolder.bestName), parts, CheckpointFolder.bestName)
    }
    guard
      optimizer.metadata(CheckpointFolder.valuesKey) == CheckpointFolder.seal(run.parameters, states, best)
    else { throw CheckpointError.damaged(folder: folder, file: weights) }
    let scaler = optimizer.metadata(CheckpointFolder.scalerKey).flatMap(CheckpointFolder.scaler)
    guard !task.settings.precision.scalesLoss || scaler != nil else {
      throw CheckpointError.damaged(folder: folder, file: CheckpointFolder.optimizerName)
    }
    return Checkpoint(
      run: run,
      optimizer: Optimizer(task.settings.optimizer, states: states, undecayed: task.undecayed),
      scaler: scaler, best: best)
  }

  /// The loss scale, the steps without an overflow at it, and the steps that were skipped.
  private static func text(_ scaler: GradientScaler) -> String {
    "\(scaler.scale) \(scaler.growthTracker) \(scaler.skipped)"
  }

  /// Nil for another text.
  private static func scaler(_ text: String) -> GradientScaler? {
    let words = text.split(separator: " ")
    guard words.count == 3, let scale = Float(words[0]), scale > 0, scale.isFinite,
      let tracker = Int(words[1]), tracker >= 0, let skipped = Int(words[2]), skipped >= 0
    else { return nil }
    return GradientScaler(scale: scale, growthTracker: tracker, skipped: skipped)
  }

  private func open(_ name: String) throws -> TensorFile {
    guard FileManager.default.fileExists(atPath: "\(path)/\(name)") else {
      throw CheckpointError.damaged(folder: folder, file: name)
    }
    return try TensorFile.read(path: "\(path)/\(name)")
  }

  private func vector(
    _ file: TensorFile, _ parts: [AdapterFolder.Part], _ name: String, suffix: String = ""
  ) throws -> Buffer {
    let vector = Buffer(count: parts.reduce(0) { $0 + $1.count })
    for part in parts {
      guard let entry = file[part.name + suffix], entry.shape == part.shape, entry.type == .f32 else {
        throw CheckpointError.damaged(folder: folder, file: name)
      }
      part.copy(try entry.floats(), into: vector)
    }
    return vector
  }
}
