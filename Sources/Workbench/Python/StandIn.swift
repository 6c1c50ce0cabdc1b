// What takes the place of a model on the hub and of names that a pasted listing leaves undefined.
import Foundation
import Interchange
import Interpreter
import Laboratory
import Models
import Training

extension StandIn {
  static let data = StandIn { name, _, session in
    let data = StandIns.data
    session.warnOnce(
      "stand-in \(name)",
      "`\(name)` is undefined: \(data.description) stands in for it in this call; to use another, write "
        + "\(name) = text(\"file.txt\") or \(name) = language(…) before")
    return .object(DataObject(data))
  }

  /// - Parameter check: throws where the other arguments do not fit the model that it is given, which is the stand-in
  ///   before it is pretrained.
  static func model(_ check: @escaping @Sendable (Model, Arguments, Session) throws -> Void) -> StandIn {
    StandIn { name, arguments, session in
      try check(StandIns.bare, arguments, session)
      session.warnOnce(
        "stand-in \(name)", "`\(name)` is undefined: \(StandIns.phrase) stands in for it in this call")
      return .object(ModelObject(try StandIns.model(session)))
    }
  }
}

/// The stand-ins themselves. All are the same in every session.
enum StandIns {
  private static let shape = TransformerShape(
    layers: 2, width: 128, heads: 4, keyHeads: 4, feedForward: 344, context: 32, vocabulary: 64)
  private static let description =
    "transformer(layers=2, width=128, heads=4, kv_heads=4, ff=344, context=32, vocab=64, seed=0)"
  private static var pretrainingData: MarkovLanguage { MarkovLanguage(seed: 1, shift: 0, vocabulary: 64) }
  private static let pretraining = TrainingSettings(
    steps: 300, learningRate: 4e-3, schedule: .cosine, warmup: 20)

  /// `300 steps at lr=4e-3, …`: the steps, and what is not as `train` has it.
  static var recipe: String {
    let others = TrainingSettings.options.filter { option in
      option.name != "steps" && option.value(in: pretraining).map { $0 != option.standard } ?? false
    }
    return "\(pretraining.steps) steps at "
      + others.map { Parameter($0, like: pretraining).signature }.joined(separator: ", ")
  }

  /// As notes say it.
  static let phrase =
    "a small transformer (2 layers, width 128, vocabulary 64, seed 0), pretrained on language(1) for \(pretraining.steps) steps,"

  /// What a fine-tuning of the model is for: the language it was pretrained on, with 40 % of its rules changed.
  static var data: MarkovLanguage { MarkovLanguage(seed: 1, shift: 0.4, vocabulary: 64) }

  /// The model for a name in a `from_pretrained`: that of a folder here, or the stand-in for one of the hub, after a
  /// note that says what it is. Nothing is fetched.
  ///
  /// - Parameters:
  ///   - context: the longest sequence, of a folder's model; nil for its own.
  ///   - check: throws where the stand-in cannot be used; it is given that before it is pretrained.
  /// - Throws: what loading and pretraining throw; `Failure` for a path that can be no name on the hub.
  static func model(
    for name: String, context: Int? = nil, _ session: Session, unless check: (Model) throws -> Void = { _ in }
  ) throws -> ModelObject {
    if ModelFiles.isFolder(name, session) {
      let model = try ModelFiles.load(name, context: context, session)
      model.request = ModelRequest()
      return ModelObject(model)
    }
    try requireHubName(name)
    try check(bare)
    session.warnOnce("hub \(name)", "`\(name)` is not fetched: \(phrase) stands in for it")
    let model = try model(session)
    model.request = ModelRequest(hubName: name)
    return ModelObject(model)
  }

  /// The tokenizer for a name in a `from_pretrained`, as `model(for:)`.
  ///
  /// - Throws: `TokenizerError`; `Failure` as above.
  static func tokenizer(for name: String, _ session: Session) throws -> any LabObject {
    let folder = session.environment.workingFolder
    if let place = try? TextFile.place(name, in: folder), FileManager.default.fileExists(atPath: place) {
      return TokenizerObject(try TokenizerFolder(path: name, at: place))
    }
    try requireHubName(name)
    return StandInTokenizer(name)
  }

  /// - Throws: `Failure` for what can only be meant as a path.
  private static func requireHubName(_ name: String) throws {
    guard
      name.hasPrefix("/") || name.hasPrefix(".") || name.hasPrefix("~")
        || name.count(where: { $0 == "/" }) > 1
    else { return }
    throw Failure(
      "there is no folder `\(name)`", label: "a name on the hub is `name` or `owner/name`")
  }

  /// The model before it is pretrained.
  static var bare: Model {
    Model(base: BaseWeights(.transformer(shape), seed: 0), description: description)
  }

  /// A new model on the pretrained weights, which a session makes once; the cache keeps them between sessions.
  static func model(_ session: Session) throws -> Model {
    let kept = session.state(Kept.self) { Kept() }
    if kept.base == nil {
      let model = bare
      let run = try session.workshop.pretrain(model, on: pretrainingData, pretraining)
      // What an interruption left is used in this call only.
      guard run.ending == .completed else { return model }
      kept.base = model.base
      kept.history = model.history
    }
    guard let base = kept.base else { preconditionFailure("the stand-in was just kept") }
    return Model(base: base, description: description, history: kept.history)
  }

  /// The pretrained weights of a session.
  private final class Kept {
    var base: BaseWeights?
    var history: [Provenance.Step] = []
  }
}
