// How a thing came about, as statements of the language that make it again.
import Adapters
import Fields
import Interpreter
import Models
import Text
import Training

extension Provenance {
  /// The statements, after which a run under `rule` repeats: `base` is the plain model, `m` the adapted one, `a` the
  /// adapter. Where every run had the same rule, the adapter states it; where the session's mode changed between them, the
  /// mode is set before each.
  package var statements: [String] { ProvenanceText(base: "base").statements(steps, rule: rule) }
}

extension TrainingRecord {
  /// The arguments of `train` or `pretrain` that repeat the run, behind its model.
  var arguments: String {
    ([data] + options.map { TrainingOption.argument($0.name, $0.value) } + (isResumed ? ["resume=True"] : []))
      .joined(separator: ", ")
  }
}

extension Quantization {
  /// The arguments of `quantize` behind its model.
  package var arguments: String {
    var parts = [quoted(name)]
    if isDouble { parts.append("double=True") }
    if let threshold, threshold != Quantization.usualThreshold {
      parts.append("threshold=\(shortest(Double(threshold)))")
    }
    if let skipped { parts.append("skip=[\(skipped.map(quoted).joined(separator: ", "))]") }
    return parts.joined(separator: ", ")
  }
}

extension Run {
  /// The statement that makes the run, after those of its provenance.
  var statement: String { (isPretraining ? "pretrain base, " : "train m, ") + record.arguments }

  /// One line of language that repeats the run exactly, all defaults resolved.
  package var repetition: String { (provenance.statements + [statement]).joined(separator: "; ") }
}

extension Model {
  /// What was done to the base since it was made, as statements.
  var historyStatements: [String] { ProvenanceText(base: "base").statements(history, rule: nil) }
}

private struct ProvenanceText {
  /// What the plain model is called.
  let base: String

  func statements(_ steps: [Provenance.Step], rule: ScalingRule?) -> [String] {
    let rules =
      steps.compactMap { if case .train(_, let rule) = $0 { rule } else { nil } } + [rule].compactMap { $0 }
    let isUniform = rules.allSatisfy { $0 == rules[0] }
    var statements: [String] = []
    var dataModel: [String] = []
    // Runs on the same data share its model.
    func add(modelOf data: [Provenance.Step]) {
      let made = self.statements(data, rule: nil)
      if made != dataModel { statements += made }
      dataModel = made
    }
    for step in steps {
      switch step {
      case .base(let call): statements.append("\(base) = \(call)")
      case .pretrain(let record):
        add(modelOf: record.dataSteps)
        statements.append("pretrain \(base), \(record.arguments)")
      case .quantize(let quantization):
        statements.append("\(base) = quantize(\(base), \(quantization.arguments))")
      case .dequantize: statements.append("\(base) = dequantize(\(base))")
      case .merge: statements.append("\(base) = merge(m)")
      case .attach(let configuration):
        let text =
          isUniform
          ? rule.map(configuration.description(rule:)) ?? configuration.description
          : configuration.description
        statements.append("m = attach(\(base), \(text))")
      case .attachAdapter: statements.append("m = attach(\(base), a)")
      case .train(let record, let rule):
        add(modelOf: record.dataSteps)
        if !isUniform { statements.append("scaling \(rule.name)") }
        statements.append("train m, \(record.arguments)")
      case .takeAdapter: statements.append("a = m.adapter")
      case .loadAdapter(let folder):
        statements.append("a = load_adapter(\(base), \(pythonQuoted(folder))).adapter")
      case .keepAdapter(let number): statements.append("a\(number) = a")
      case .combine(let weights, let rank):
        let names = weights.indices.map { "a\($0 + 1)" }.joined(separator: ", ")
        statements.append(
          "a = combine([\(names)], weights=[\(weights.map(shortest).joined(separator: ", "))]"
            + (rank.map { ", r=\($0))" } ?? ")"))
      case .resize(let rank): statements.append("a = resize(a, r=\(rank))")
      case .dataModel(let steps):
        dataModel = ProvenanceText(base: "net").statements(steps, rule: nil)
        statements += dataModel
      case .ruled(let steps, let rule): statements += self.statements(steps, rule: rule)
      case .written(let texts): statements += texts
      }
    }
    return isUniform ? statements : statements + [rule.map { "scaling \($0.name)" }].compactMap { $0 }
  }
}
