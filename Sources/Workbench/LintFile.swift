// Files and Python texts as subjects of `lint`.
package import Analysis
import Foundation
import Interpreter
package import Laboratory
import Language

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
    let full = try TextFile.place(path, in: folder)
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
    return LintReport(title: title, parts: [LintPart(subject)])
  }

  /// What is wrong with the configurations in a Python text; it need not be a whole program.
  package static func report(
    python text: String, title: String, training: LintTraining = LintTraining(),
    prepare: (inout LintSubject) -> Void = { _ in }
  ) -> LintReport {
    let script = LintScript(text)
    func place(_ line: Int) -> String { "\(title):\(line)" }
    func prepared(_ subject: LintSubject, _ facts: TrainingFacts) -> LintSubject {
      var subject = subject
      subject.training = facts
      training.apply(to: &subject)
      prepare(&subject)
      return subject
    }
    var parts = script.adapters.indices.map { number -> LintPart in
      let adapter = script.adapters[number]
      let trainings = script.trainings(of: number)
      var facts = trainings.first?.facts ?? TrainingFacts()
      for other in trainings.dropFirst() { facts.keepCommon(other.facts) }
      return LintPart(
        prepared(adapter.subject, facts), place: place(adapter.call.line), name: adapter.call.lastName,
        // Where the script says nothing of the training, what the caller says is judged here.
        about: trainings.isEmpty ? LintTheme.allCases : [.adapter])
    }
    parts += script.trainings.indices.map { number in
      let item = script.trainings[number]
      let alone = prepared(LintSubject(.script), item.facts)
      var findings = lint(alone, place: place(item.line), about: [.training])
      let adapters = script.adapters(of: number)
      for adapter in adapters {
        let subject = prepared(script.adapters[adapter].subject, item.facts)
        for var finding in lint(subject, place: place(item.line), about: [.rate])
        where !findings.contains(where: { $0.id == finding.id && $0.message == finding.message }) {
          if adapters.count > 1, finding.id != "learning-rate-invalid" {
            let line = script.adapters[adapter].call.line
            finding.message = "for the adapter of line \(line): \(finding.message)"
          }
          findings.append(finding)
        }
      }
      if adapters.isEmpty { findings += lint(alone, place: place(item.line), about: [.rate]) }
      return LintPart(
        place: place(item.line), name: item.name, read: item.read, followed: item.followed,
        unread: training.answers(item.unread), findings: sorted(findings))
    }
    parts += script.trainers.compactMap { item in
      let findings = lint(
        prepared(LintSubject(.script), item.facts), place: place(item.line), about: [.training])
      return findings.isEmpty
        ? nil : LintPart(place: place(item.line), name: item.name, findings: findings)
    }
    if !script.unread.isEmpty { parts.append(LintPart(place: title, unread: script.unread)) }
    if parts.isEmpty { parts = [LintPart(findings: [nothingKnown])] }
    return LintReport(title: title, parts: parts)
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

  /// What is left unread where the caller has said it.
  func answers(_ unread: [LintUnread]) -> [LintUnread] {
    unread.filter { item in
      !(learningRate != nil && ["learning_rate", "lr"].contains(item.field))
        && !(optimizer != nil && item.field == "optim")
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
