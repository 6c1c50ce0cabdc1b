// Files and Python texts as subjects of `lint`.
import Analysis
import Foundation

package enum LintFile {
  /// What is wrong with an `adapter_config.json`, the folder of one, or a Python script.
  ///
  /// - Parameters:
  ///   - training: what is known of the training beside the file; it takes the place of what a script says.
  ///   - prepare: adds the modules of a model to a subject.
  /// - Throws: `Failure` where the file cannot be read, or is neither.
  package static func report(
    _ path: String, in folder: String, training: LintTraining = LintTraining(),
    prepare: (inout LintSubject) -> Void = { _ in }
  ) throws -> LintReport {
    var path = path
    var isFolder: ObjCBool = false
    let full = path.hasPrefix("/") ? path : folder + "/" + path
    if FileManager.default.fileExists(atPath: full, isDirectory: &isFolder), isFolder.boolValue {
      path += (path.hasSuffix("/") ? "" : "/") + "adapter_config.json"
    }
    let isJSON = path.hasSuffix(".json")
    guard isJSON || path.hasSuffix(".py") else {
      throw Failure(
        argument: "x", "`\(path)` is no configuration that is known here",
        body: "lint reads adapter_config.json, a folder with one, and Python files (.py).")
    }
    let text = try TextFile.read(path, in: folder, argument: "x", purpose: "there is nothing to check")
    return isJSON
      ? try report(json: text, title: path, training: training, prepare: prepare)
      : report(python: text, title: path, training: training, prepare: prepare)
  }

  /// What is wrong with the text of an `adapter_config.json`.
  ///
  /// - Throws: `Failure` where it is no JSON object.
  package static func report(
    json text: String, title: String, training: LintTraining = LintTraining(),
    prepare: (inout LintSubject) -> Void = { _ in }
  ) throws -> LintReport {
    var subject = LintSubject(.file, fields: try AdapterConfigFile.fields(text, path: title))
    training.apply(to: &subject)
    prepare(&subject)
    return LintReport(title: title, findings: lint(subject))
  }

  /// What is wrong with the configurations in a Python text; it need not be a whole program.
  package static func report(
    python text: String, title: String, training: LintTraining = LintTraining(),
    prepare: (inout LintSubject) -> Void = { _ in }
  ) -> LintReport {
    let script = LintScript(text)
    var findings: [LintFinding] = []
    for item in script.subjects {
      var subject = item.subject
      training.apply(to: &subject)
      prepare(&subject)
      // What concerns the training is the same for every adapter of the script.
      for finding in lint(subject, place: "\(title):\(item.line)")
      where !findings.contains(where: { $0.id == finding.id && $0.message == finding.message }) {
        findings.append(finding)
      }
    }
    if script.subjects.isEmpty { findings.append(nothingKnown) }
    return LintReport(title: title, findings: findings)
  }

  private static let nothingKnown = LintFinding(
    id: "nothing-to-check", severity: .note, message: "no LoRA configuration was found",
    reason:
      "Looked for are LoraConfig, Unsloth's get_peft_model, TrainingArguments, SFTConfig and optimisers, called "
      + "with arguments by name.",
    source: "", suggestion: "", place: "")
}

/// What a caller of `lint` says of the training.
package struct LintTraining: Sendable {
  package var learningRate: Double?
  package var optimizer: TrainingFacts.Optimizer?

  package init(learningRate: Double? = nil, optimizer: TrainingFacts.Optimizer? = nil) {
    self.learningRate = learningRate
    self.optimizer = optimizer
  }

  /// `adamw` or `sgd`, as `train` names them; nil for another word.
  package init?(learningRate: Double?, optimizer word: String?) {
    self.init(learningRate: learningRate)
    switch word {
    case "adamw": optimizer = .adam
    case "sgd": optimizer = .sgd
    case nil: break
    default: return nil
    }
  }

  func apply(to subject: inout LintSubject) {
    if let learningRate {
      subject.training.learningRate = learningRate
      subject.training.rateDefaultOf = nil
    }
    if let optimizer { subject.training.optimizer = optimizer }
  }
}
