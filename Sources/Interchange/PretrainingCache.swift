// Pretrained weights kept between sessions, keyed by everything that determines them.
import Glibc
package import Models
package import Signals
import Storage
import TensorFile
package import Training

/// Pretrained weights of earlier sessions in the user's cache folder, one file a result. The key is all that determines
/// the bits: the engine, the architecture, the weights before, the data and the settings.
package struct PretrainingCache: Sendable {
  /// Changes whenever the engine computes other bits from the same settings.
  package static let engineVersion = "1"

  package let folder: String
  /// The text that determines the weights; it stands in the file and is compared, so that no two settings can meet.
  package let key: String

  /// - Throws: `Interruption`.
  package init(
    folder: String, model: Model, data: any TrainingData, settings: TrainingSettings,
    stop: StopSignal = .never
  ) throws {
    let weights = fingerprint(try model.base.values(stop), stop: stop)
    try stop.check()
    self.folder = folder
    key =
      [
        "ranklab engine \(PretrainingCache.engineVersion)",
        "\(model.architecture)",
        "weights \(hexadecimal(weights))",
        data.description, hexadecimal(try data.fingerprint(stop)), settings.arguments,
      ].joined(separator: "; ") + (settings.optimizer.weightDecay == 0 ? "" : "; biases and norms undecayed")
  }

  /// The file of the key.
  package var path: String {
    "\(folder)/pretrained-\(hexadecimal(fingerprint(Array(key.utf8)))).safetensors"
  }

  /// The run that is kept for this key, with its weights as parameters; nil where there is none, or not all of it. How long
  /// its steps took is not kept.
  ///
  /// - Throws: `TensorFileError` where there is a file and it cannot be used, `PretrainingCacheError` where its content is
  ///   not what was kept.
  package func load(_ task: TrainingTask) throws -> Run? {
    guard let file = try fileIfPresent(), file.metadata("key") == key else { return nil }
    // Files of versions that did not say it are made anew.
    guard let content = file.metadata("content") else { return nil }
    let shapes = task.base.shapes
    let values = Buffer(count: task.base.count)
    for (shape, offset) in zip(shapes, task.base.offsets) {
      guard let floats = try file[shape.name]?.floats(), floats.count == shape.count else { return nil }
      floats.withUnsafeBufferPointer { source in
        if let base = source.baseAddress { (values.pointer + offset).update(from: base, count: source.count) }
      }
    }
    let found = PretrainingCache.figures.map { doubles(file[$0]) }
    let figures = found.compactMap { $0 }
    guard figures.count == found.count else { return nil }
    guard content == PretrainingCache.content(values, figures) else {
      throw PretrainingCacheError.damaged(path: path)
    }
    var run = task.emptyRun(parameters: values)
    (run.losses, run.gradientNorms) = (figures[0], figures[1])
    run.evaluations = zip(figures[2], figures[3]).map { (Int($0), $1) }
    run.trace = zip(figures[4], figures[5]).map { (Int($0), $1) }
    return run
  }

  /// The file of the key; nil where there is none.
  private func fileIfPresent() throws -> TensorFile? {
    do {
      return try TensorFile.read(path: path)
    } catch {
      if case .system(.read, _, let code) = error, code == ENOENT { return nil }
      throw error
    }
  }

  /// Keeps a completed run and its weights; makes the folder where there is none.
  ///
  /// - Throws: `TensorFileError` where the file cannot be written.
  package func store(_ run: Run, of task: TrainingTask) throws {
    var tensors = zip(task.base.shapes, task.base.offsets).map { shape, offset in
      TensorData(
        shape.name, shape: shape.dimensions, floats: run.parameters.array(offset..<offset + shape.count))
    }
    let figures = [
      run.losses, run.gradientNorms, run.evaluations.map { Double($0.step) }, run.evaluations.map(\.loss),
      run.trace.map { Double($0.step) }, run.trace.map(\.loss),
    ]
    tensors += zip(PretrainingCache.figures, figures).map(tensor)
    makeFolder(folder)
    let content = PretrainingCache.content(run.parameters, figures)
    try TensorFile.write(
      path: path, tensors: tensors, metadata: [(key: "key", value: key), (key: "content", value: content)])
  }

  /// What is kept of a run beside its weights, in this order.
  private static let figures = [
    "run.losses", "run.gradient_norms", "run.evaluation_steps", "run.evaluations", "run.trace_steps",
    "run.trace",
  ]

  /// The fingerprint of everything that is kept.
  private static func content(_ values: Buffer, _ figures: [[Double]]) -> String {
    hexadecimal(fingerprint(values)) + hexadecimal(fingerprint(bytes(of: Array(figures.joined()))))
  }
}

/// Why kept weights are not used.
package enum PretrainingCacheError: Error {
  /// Not to the bit what was written.
  case damaged(path: String)

  /// One line, lower case, no full stop.
  package var title: String {
    switch self {
    case .damaged(let path): "`\(path)` is not what was kept in it, to the bit; it is made anew"
    }
  }
}

/// Values of a run as a tensor of double precision.
private func tensor(_ name: String, _ values: [Double]) -> TensorData {
  TensorData(name, type: .f64, shape: [values.count], bytes: bytes(of: values))
}

/// Values in double precision as a file holds them.
private func bytes(of values: [Double]) -> [UInt8] {
  values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
}

/// The values of such a tensor; nil where it is missing or of another type.
private func doubles(_ entry: TensorEntry?) -> [Double]? {
  guard let entry, entry.type == .f64 else { return nil }
  let bytes = Array(entry.bytes)
  return stride(from: 0, to: bytes.count, by: 8).map { start in
    Double(bitPattern: (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[start + $1]) &<< UInt64(8 * $1) })
  }
}

/// Makes the folder and those above it; what cannot be made shows when the file is written.
private func makeFolder(_ path: String) {
  var made = path.hasPrefix("/") ? "/" : ""
  for part in path.split(separator: "/") {
    made += part + "/"
    mkdir(made, 0o700)
  }
}
