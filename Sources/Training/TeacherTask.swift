// Regression onto a shifted copy of a model, with heavy-tailed inputs and label noise.
import Adapters
package import Kernels
package import Models
package import Signals
import Storage
import Text

/// The student's weights are W, the teacher's W + E with E ~ N(0, shift²/in) in every layer.
///
/// Inputs are normal with a power-law spectrum: variance of component k proportional to 1/k, D in total. `tail = t`
/// multiplies each training sample by e^(t·N(0, 1)) before the teacher sees it; label noise is added to the teacher's
/// output unscaled. The evaluation set has neither. W, E and the evaluation set belong to the task; a run's seed draws
/// the batches.
package struct TeacherTask: TrainingData {
  static let evaluationRows = 256

  /// As the description names the model: its constructor, or `net` where more statements make it.
  package let modelDescription: String
  package let steps: [Provenance.Step]
  /// Standard deviation of E's entries times √in; of the noise on each target; of the logarithm of a sample's scale.
  package let shift: Double
  package let noise: Double
  package let tail: Double
  /// Draws E and the evaluation set.
  package let seed: UInt64
  let teacher: BaseWeights
  /// The standard deviation of each component of an input.
  let spectrum: Buffer
  let outputs: Int

  /// - Throws: `ModelError.wrongData` for a transformer; `Interruption`.
  package init(
    model: Model, shift: Double, noise: Double, tail: Double, seed: UInt64,
    stop: StopSignal = .never
  ) throws {
    guard let shape = model.architecture.perceptron else {
      throw ModelError.wrongData(
        model: model.architecture.name, needs: "tokens: language(seed) or text(\"file\")",
        has: "a teacher")
    }
    if model.history.isEmpty {
      modelDescription = model.description
      steps = []
    } else {
      modelDescription = "net"
      steps = [.dataModel(model.steps)]
    }
    self.shift = shift
    self.noise = noise
    self.tail = tail
    self.seed = seed
    outputs = shape.widths[shape.widths.count - 1]
    // The teacher of a quantised model is not quantised.
    let base = model.base.quantization == nil ? model.base : try model.base.dequantized(stop: stop)
    teacher = try base.changed(Array(base.shapes.indices), stop) { i, values throws(Interruption) in
      let weight = base.shapes[i]
      let stream = RandomStream(seed: seed, purpose: .shift, index: UInt32(i))
      let e = Buffer(count: min(weight.count, Buffer.piece))
      let deviation = Float(shift / Double(weight.columns).squareRoot())
      Buffer.forEachPiece(of: weight.count, stop) { first, count in
        stream.fillNormal(e.pointer, count: count, first: first, deviation: deviation)
        add(count, e.pointer, to: values + first)
      }
    }
    let inputs = shape.widths[0]
    let harmonic = (1...inputs).reduce(0.0) { $0 + 1 / Double($1) }
    spectrum = Buffer(
      (1...inputs).map { k in Float((Double(inputs) / (Double(k) * harmonic)).squareRoot()) })
  }

  private var inputs: Int { spectrum.count }

  package var description: String {
    "teacher(\(modelDescription), shift=\(shortest(shift)), noise=\(shortest(noise)), "
      + "tail=\(shortest(tail)), seed=\(seed))"
  }

  package var details: [(name: String, value: String)] {
    [
      ("teacher", "the model's weights + N(0, \(shortest(shift))²/in), by seed \(seed)"),
      ("inputs", "\(inputs), variance of component k ∝ 1/k, \(inputs) in total"),
      ("tail", tail == 0 ? "none" : "each sample times e^(\(shortest(tail))·N(0, 1))"),
      ("noise", "N(0, \(shortest(noise))²) on each of \(outputs) targets"),
      ("evaluation", "\(TeacherTask.evaluationRows) fixed inputs without tail and noise"),
    ]
  }

  /// Of the teacher's weights.
  package func fingerprint(_ stop: StopSignal) throws(Interruption) -> UInt64 {
    let value = Storage.fingerprint(teacher.values, stop: stop)
    try stop.check()
    return value
  }
  package var floor: Double? { nil }
  package var vocabulary: Int? { nil }
  package var bytes: Int { (teacher.count + spectrum.count) * MemoryLayout<Float>.stride }

  package func check(_ architecture: Architecture) throws {
    guard let shape = architecture.perceptron else {
      throw ModelError.wrongData(
        model: architecture.name, needs: "tokens: language(seed) or text(\"file\")", has: "a teacher")
    }
    guard shape.widths[0] == inputs, shape.widths[shape.widths.count - 1] == outputs else {
      throw ModelError.wrongData(
        model: architecture.name, needs: "\(shape.widths[0]) inputs and \(shape.widths.last ?? 0) outputs",
        has: "\(inputs) and \(outputs)")
    }
  }

  package func positions(_ architecture: Architecture) -> Int { 1 }

  package func batches(
    seed: UInt64, shape: BatchShape, stop: StopSignal
  ) -> any BatchSource {
    TeacherBatches(self, seed: seed, shape: shape, stop: stop)
  }

  package func evaluation(shape: BatchShape, stop: StopSignal) throws(Interruption) -> EvaluationSet {
    let stream = RandomStream(seed: seed, purpose: .evaluation)
    var batches: [Batch] = []
    let plan = teacherPlan(shape)
    for start in stride(from: 0, to: TeacherTask.evaluationRows, by: shape.rows) {
      let x = Buffer(count: shape.rows * inputs)
      let y = Buffer(count: shape.rows * outputs)
      for row in 0..<shape.rows {
        let number = start + row < TeacherTask.evaluationRows ? start + row : 0
        stream.fillNormal(x.pointer + row * inputs, count: inputs, position: UInt64(number))
      }
      applySpectrum(x, rows: shape.rows)
      try plan.predict(inputs: x, into: y, stop: stop)
      batches.append(Batch(inputs: x, targets: y, rows: shape.rows))
    }
    return EvaluationSet(batches: batches, rows: TeacherTask.evaluationRows)
  }

  /// What computes the targets.
  fileprivate func teacherPlan(_ shape: BatchShape) -> Plan {
    Plan(base: teacher, adapter: nil, rule: .lora, trainable: .nothing, shape: shape)
  }

  /// Gives component k of each row its standard deviation.
  fileprivate func applySpectrum(_ x: Buffer, rows: Int) {
    for row in 0..<rows { multiply(inputs, spectrum.pointer, into: x.pointer + row * inputs) }
  }
}

/// The batches of a run: those of a step are drawn at the step's number, and the teacher makes their targets.
private final class TeacherBatches: BatchSource {
  private let task: TeacherTask
  private let seed: UInt64
  private let shape: BatchShape
  private let plan: Plan
  private let x: Buffer
  private let y: Buffer
  private let scales: Buffer
  private let labelNoise: Buffer
  private let stop: StopSignal

  init(_ task: TeacherTask, seed: UInt64, shape: BatchShape, stop: StopSignal) {
    self.stop = stop
    self.task = task
    self.seed = seed
    self.shape = shape
    plan = task.teacherPlan(shape)
    x = Buffer(count: shape.rows * task.spectrum.count)
    y = Buffer(count: shape.rows * task.outputs)
    scales = Buffer(count: shape.rows)
    labelNoise = Buffer(count: y.count)
  }

  func batch(step: Int) throws(Interruption) -> Batch {
    let position = UInt64(step)
    let inputs = task.spectrum.count
    RandomStream(seed: seed, purpose: .batch).fillNormal(x.pointer, count: x.count, position: position)
    task.applySpectrum(x, rows: shape.rows)
    if task.tail > 0 {
      RandomStream(seed: seed, purpose: .tail)
        .fillNormal(scales.pointer, count: scales.count, position: position, deviation: Float(task.tail))
      exponential(scales.count, scales.pointer, into: scales.pointer)
      for row in 0..<shape.rows { scale(inputs, x.pointer + row * inputs, by: scales.pointer[row]) }
    }
    try plan.predict(inputs: x, into: y, stop: stop)
    if task.noise > 0 {
      RandomStream(seed: seed, purpose: .noise)
        .fillNormal(
          labelNoise.pointer, count: labelNoise.count, position: position, deviation: Float(task.noise))
      add(y.count, labelNoise.pointer, to: y.pointer)
    }
    return Batch(inputs: x, targets: y, rows: shape.rows)
  }
}
