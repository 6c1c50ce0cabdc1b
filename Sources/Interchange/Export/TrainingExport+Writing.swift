// The script and what stands beside it as files.
import Foundation
import Kernels
import Models
import TensorFile
import Training

extension TrainingExport {
  /// Writes rows, adapter and base where they belong to it, and the script last: each file appears as a whole. A folder
  /// that does not exist is made.
  ///
  /// - Parameters:
  ///   - folder: where the script is to stand.
  ///   - overwrite: replaces what is of another kind.
  /// - Throws: `ExportError.occupied`, `.unreadable`; `ModelFolderError`, `AdapterFolderError`, `TensorFileError`.
  package func write(in folder: String, overwrite: Bool = false) throws {
    if !overwrite { try checkPlaces(folder) }
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw ExportError.unwritable(path: folder, reason: error.localizedDescription)
    }
    if let data { try writeRows(of: data, to: "\(folder)/\(stem)_data.jsonl") }
    var baseName: String?
    switch base {
    case .folder(let source, _): baseName = source
    case .beside:
      let name = "\(stem)_base"
      try ModelFolder.save(model, to: name, at: "\(folder)/\(name)", overwrite: overwrite)
      baseName = name
    case .named: break
    }
    if !isNamed {
      let adapterName = "\(stem)_adapter"
      try AdapterFolder.save(
        layout, parameters: start, rule: rule, architecture: model.architecture, baseModel: baseName,
        to: adapterName, at: "\(folder)/\(adapterName)", overwrite: overwrite)
    }
    try AtomicFile.write([Array(text.utf8)], to: "\(folder)/\(stem).py")
  }

  /// What an export writes beside its own script it may replace; beside no script, or another's, nothing.
  private func checkPlaces(_ folder: String) throws {
    let script = "\(stem).py"
    if try isOwn("\(folder)/\(script)", named: script) { return }
    let beside = isNamed ? [] : ["\(stem)_data.jsonl", "\(stem)_adapter", "\(stem)_base"]
    for name in [script] + beside
    where FileManager.default.fileExists(atPath: "\(folder)/\(name)") {
      throw ExportError.occupied(path: name, script: script)
    }
  }

  /// Whether a file begins as a script of ours.
  private func isOwn(_ path: String, named name: String) throws -> Bool {
    guard FileManager.default.fileExists(atPath: path) else { return false }
    let marker = Data(TrainingExport.marker.utf8)
    do {
      return try FileHandle(forReadingFrom: URL(fileURLWithPath: path)).read(upToCount: marker.count)
        == marker
    } catch {
      throw ExportError.unreadable(path: name, reason: error.localizedDescription)
    }
  }

  /// A line for each sequence of each batch.
  private func writeRows(of data: any TrainingData, to path: String) throws {
    let shape = BatchShape(sequences: settings.batch, positions: data.positions(model.architecture))
    let source = data.batches(seed: settings.seed, shape: shape)
    try AtomicFile.write(to: path) { output throws(TensorFileError) in
      for step in 0..<settings.steps {
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
