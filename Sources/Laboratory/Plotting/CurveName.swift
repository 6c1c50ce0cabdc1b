// The name of a curve in parts, of which a legend shows those in which the curves of a chart differ.
import Adapters
import Analysis
import Display
import Interpreter
import Text
import Training

struct CurveName {
  struct Part {
    /// What the part tells: parts of several names are compared by it.
    var key: String
    /// Empty where it is as usual.
    var text: String
    /// Whether the part stands in the name of a curve that is alone.
    var isUsual = true
  }

  private static let variableKey = "variable"
  private static let textKey = "text"

  var parts: [Part]

  /// A name that is its text alone.
  init(_ text: String) { parts = [Part(key: Self.textKey, text: text)] }

  /// A module of a run.
  init(module: String, variable: String?) {
    parts = [Part(key: Self.variableKey, text: variable ?? ""), Part(key: "module", text: module)]
  }

  /// `run: rslora r=64 alpha=8 s=1`; beside others its optimiser, rate and the rest, too.
  init(_ run: Run, variable: String?) {
    let settings = run.settings
    var parts = [Part(key: Self.variableKey, text: variable ?? "")]
    if let rule = run.rule, let first = run.scalings.first {
      parts += [
        Part(key: "rule", text: rule.name), Part(key: "r", text: "r=\(first.rank)"),
        Part(key: "alpha", text: "alpha=\(NumberFormat.text(first.alpha))"),
        Part(key: "s", text: "s=\(multiplierText(run.scalings))"),
      ]
    } else {
      parts.append(Part(key: "rule", text: "pretraining"))
    }
    parts += [
      Part(key: "optimizer", text: settings.optimizer.name, isUsual: false),
      Part(key: "lr", text: "lr=\(NumberFormat.text(settings.learningRate))", isUsual: false),
      Part(key: "schedule", text: settings.schedule.kind.rawValue, isUsual: false),
      Part(key: "batch", text: "batch=\(settings.batch)", isUsual: false),
      Part(key: "steps", text: "steps=\(settings.steps)", isUsual: false),
      Part(key: "seed", text: "seed=\(settings.seed)", isUsual: false),
    ]
    let named = Set(parts.map(\.key))
    for option in TrainingSettings.options where option.scope == .everyRun && !named.contains(option.name) {
      if let text = option.argument(settings) {
        parts.append(Part(key: option.name, text: text, isUsual: false))
      }
    }
    self.parts = parts
  }

  /// `lora r=16 alpha=2*r adamw lr=0.002` without the keys left out: what a curve goes over is no part of its name.
  init(_ arm: ComparisonArm, variable: String?, without left: Set<String> = []) {
    let parts =
      [(key: Self.variableKey, text: variable ?? "")] + arm.nameParts + [
        (key: "optimizer", text: arm.optimizer.name),
        (key: "lr", text: "lr=\(NumberFormat.text(arm.learningRate))"),
      ]
    self.parts = parts.filter { !left.contains($0.key) }.map { part in
      Part(key: part.key, text: part.text, isUsual: part.key != "optimizer" && part.key != "lr")
    }
  }

  /// Nil where the name has no such part.
  private func text(_ key: String) -> String? { parts.first { $0.key == key }?.text }

  /// The parts in one line; a variable's name stands before a colon.
  private func joined(where isShown: (Part) -> Bool) -> String {
    let shown = parts.filter { isShown($0) && !$0.text.isEmpty }
    let rest = shown.filter { $0.key != Self.variableKey }.map(\.text).joined(separator: " ")
    guard let variable = shown.first(where: { $0.key == Self.variableKey })?.text else { return rest }
    return rest.isEmpty ? variable : "\(variable): \(rest)"
  }

  private var usual: String { joined(where: \.isUsual) }

  /// Names for a legend, and what it leaves out: of several names the parts in which they differ, and in one line those
  /// that all names share which have them. A name of which nothing would be left has all its usual parts.
  static func shortened(_ names: [CurveName]) -> (names: [String], shared: String) {
    let keys = names.flatMap { $0.parts.map(\.key) }.distinct()
    let differing = keys.filter { key in Set(names.compactMap { $0.text(key) }).count > 1 }
    guard !differing.isEmpty else { return (names.map(\.usual), "") }
    let short = names.map { name in
      let short = name.joined { differing.contains($0.key) }
      return short.isEmpty ? name.usual : short
    }
    let shared = keys.filter { key in !differing.contains(key) && ![variableKey, textKey].contains(key) }
      .compactMap { key in
        names.lazy.compactMap { name in name.parts.first { $0.key == key } }.first {
          $0.isUsual && !$0.text.isEmpty
        }
      }
    return (short, shared.map(\.text).joined(separator: " "))
  }
}
