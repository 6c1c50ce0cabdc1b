// How a model, an adapter or data came about, as data.
package import Adapters
package import Fields

/// The steps that make something again, from nothing. Whoever speaks a language of commands makes statements of them.
///
/// Two things change on the way: the *base* (a plain model) and the *adapted model* on it.
package struct Provenance: Sendable {
  /// One step: a call or a statement that a user would write.
  package indirect enum Step: Sendable {
    /// The base is made or loaded by this call.
    case base(call: String)
    /// All weights of the base are trained.
    case pretrain(TrainingRecord)
    /// The linear layers of the base are quantised, or expanded again.
    case quantize(Quantization)
    case dequantize
    /// The adapted model becomes the base, its adapter merged in.
    case merge
    /// A fresh adapter is put on the base.
    case attach(LoRAConfiguration)
    /// The adapter that the steps before have made is put on the base.
    case attachAdapter
    /// The adapter is trained under the rule that was in force.
    case train(TrainingRecord, ScalingRule)
    /// The adapter that stands in the adapted model is taken.
    case takeAdapter
    /// An adapter of the base is read from a folder.
    case loadAdapter(folder: String)
    /// The adapter is put aside, as the one of this number, counted from 1.
    case keepAdapter(number: Int)
    /// A weighted sum of those that were put aside, as many as there are weights; nil keeps all directions.
    case combine(weights: [Double], rank: Int?)
    /// The adapter of the adapted model gets another rank.
    case resize(rank: Int)
    /// A plain model of its own, which data is made with.
    case dataModel([Step])
    /// Steps that ended under a rule of their own.
    case ruled([Step], ScalingRule)
    /// What a file holds of the steps: statements as they were written.
    case written([String])
  }

  package var steps: [Step]
  /// The rule in force at the end, under which the next run is made; nil where there is no adapter.
  package var rule: ScalingRule?

  package init(_ steps: [Step] = [], rule: ScalingRule? = nil) {
    self.steps = steps
    self.rule = rule
  }

  /// Steps as a file has them.
  package init(written statements: [String]) {
    self.init(statements.isEmpty ? [] : [.written(statements)])
  }

  /// The steps of both in order, under the rule of the first.
  package static func + (a: Provenance, b: [Step]) -> Provenance { Provenance(a.steps + b, rule: a.rule) }

  package var isEmpty: Bool { steps.isEmpty }
}

extension Provenance.Step {
  /// How often the base was trained whole.
  var pretrainings: Int {
    switch self {
    case .pretrain: 1
    case .ruled(let steps, _): steps.reduce(0) { $0 + $1.pretrainings }
    case .base, .quantize, .dequantize, .merge, .attach, .attachAdapter, .train, .takeAdapter, .loadAdapter,
      .keepAdapter, .combine,
      .resize, .dataModel, .written:
      0
    }
  }
}

/// A training run, as the history of what was trained keeps it.
package struct TrainingRecord: Sendable {
  /// The call that makes the data, and the steps before it.
  package var data: String
  package var dataSteps: [Provenance.Step]
  /// The options that the run states, in their order, as the table of options has them.
  package var options: [(name: String, value: Literal)]
  /// Whether it went on from the run before.
  package var isResumed: Bool

  package init(
    data: String, dataSteps: [Provenance.Step], options: [(name: String, value: Literal)], isResumed: Bool
  ) {
    self.data = data
    self.dataSteps = dataSteps
    self.options = options
    self.isResumed = isResumed
  }
}
