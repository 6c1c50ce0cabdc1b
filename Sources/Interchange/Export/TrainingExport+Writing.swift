// The script and what stands beside it as files.
import Foundation
import Kernels
import Models
package import Signals
import TensorFile
import Training

extension TrainingExport {
  /// Writes rows, adapter, base and script. All of them are complete and durable beside their places before the first is
  /// put in place, one after the other and the script last: what fails before that leaves everything as it was. A folder
  /// that does not exist is made.
  ///
  /// - Parameters:
  ///   - folder: where the script is to stand.
  ///   - overwrite: replaces what is of another kind.
  /// - Throws: `ExportError.occupied`, `.unreadable`; `ModelFolderError`, `AdapterFolderError`, `TensorFileError`;
  ///   `Interruption`, and everything is as it was.
  package func write(in folder: String, overwrite: Bool = false, stop: StopSignal = .never) throws {
    if !overwrite { try checkPlaces(folder) }
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw ExportError.unwritable(path: folder, reason: error.localizedDescription)
    }
    let script = "\(stem).py"
    var standing: FolderStanding =
      FileManager.default.fileExists(atPath: "\(folder)/\(script)") ? .asBefore : .absent
    do {
      let parts = try parts(in: folder, overwrite: overwrite, stop)
      let file = try PreparedFile("\(folder)/\(script)") { output throws(TensorFileError) in
        try output.append(Array(text.utf8))
      }
      for commit in parts + [file.commit] {
        try commit()
        if standing == .asBefore { standing = .mixed }
      }
    } catch let error as TensorFileError {
      if case .interrupted = error { throw Interruption() }
      throw TensorFileError.folder(script, standing, because: error)
    }
  }

  /// What stands beside the script, written and not yet in place; each is put there by its function.
  private func parts(in folder: String, overwrite: Bool, _ stop: StopSignal) throws -> [() throws -> Void] {
    var parts: [() throws -> Void] = []
    var baseName: String?
    switch base {
    case .folder(let source, _): baseName = source
    case .beside:
      let name = "\(stem)_base"
      let place = "\(folder)/\(name)"
      if !overwrite, let content = ModelFolder.otherContent(place) {
        throw ModelFolderError.occupied(path: name, content: content)
      }
      let configuration = try HubConfiguration.text(
        model.architecture, source: model.source, quantization: model.base.quantization)
      let prepared = try PreparedFolder(place)
      try ModelFolder.write(model.base, configuration, into: prepared, stop)
      parts.append { try prepared.commit() }
      baseName = name
    case .named: break
    }
    if !isNamed {
      let name = "\(stem)_adapter"
      let place = "\(folder)/\(name)"
      if !overwrite, let content = AdapterFolder.otherContent(place) {
        throw AdapterFolderError.occupied(path: name, content: content)
      }
      let prepared = try PreparedFolder(place)
      try AdapterFolder.write(
        layout, parameters: start, rule: rule, architecture: model.architecture, baseModel: baseName,
        into: prepared, stop: stop)
      parts.append { try prepared.commit() }
    }
    if let data {
      let rows = try preparedRows(of: data, to: "\(folder)/\(stem)_data.jsonl", stop)
      parts.append { try rows.commit() }
    }
    return parts
  }

  /// What an export writes beside its own script it may replace; beside no script, or another's, nothing.
  private func checkPlaces(_ folder: String) throws {
    let script = "\(stem).py"
    if try isOwn("\(folder)/\(script)", named: script) { return }
    let beside = isNamed ? [] : ["\(stem)_data.jsonl", "\(stem)_adapter", "\(stem)_base"]
    for name in [script] + beside {
      let path = "\(folder)/\(name)"
      if case .unreadable(let reason) = Occupant.at(path, first: 1) {
        throw ExportError.unreadable(path: name, reason: reason)
      }
      if FileManager.default.fileExists(atPath: path) {
        throw ExportError.occupied(path: name, script: script)
      }
    }
  }

  /// Whether a file begins as a script of ours.
  private func isOwn(_ path: String, named name: String) throws -> Bool {
    let marker = Array(TrainingExport.marker.utf8)
    let occupant = Occupant.at(path, first: marker.count)
    if case .unreadable(let reason) = occupant { throw ExportError.unreadable(path: name, reason: reason) }
    return occupant == .file(marker)
  }

  /// A line for each sequence of each batch.
  private func preparedRows(
    of data: any TrainingData, to path: String, _ stop: StopSignal
  ) throws -> PreparedFile {
    let shape = BatchShape(
      sequences: settings.sequencesPerStep, positions: data.positions(model.architecture))
    let source = data.batches(seed: settings.seed, shape: shape, stop: stop)
    return try PreparedFile(path) { output throws(TensorFileError) in
      for step in 0..<settings.steps {
        if stop.isAsked { throw .interrupted(path: path) }
        let batch: Batch
        do { batch = try source.batch(step: step) } catch { throw .interrupted(path: path) }
        guard let tokens = batch.tokens else { continue }
        let lines = (0..<shape.sequences).map { line(tokens, $0, positions: shape.positions) }
        try output.append(Array(lines.joined().utf8))
      }
    }
  }

  /// transformers compares each position with the label of the next: the row is the tokens and behind them the last
  /// target that counts, its labels the targets one place later.
  private func line(_ rows: TokenBuffer, _ sequence: Int, positions: Int) -> String {
    let first = sequence * positions
    let counted = (0..<positions).last { rows.targets[first + $0] != ignoredTarget } ?? 0
    let targets = (0...counted).map { rows.targets[first + $0] }
    let last = targets.last ?? ignoredTarget
    let tokens = (0...counted).map { rows.tokens[first + $0] } + [last == ignoredTarget ? 0 : last]
    func list(_ values: [Int32]) -> String { values.map(String.init).joined(separator: ", ") }
    return "{\"input_ids\": [\(list(tokens))], \"labels\": [\(list([ignoredTarget] + targets))]}\n"
  }
}
