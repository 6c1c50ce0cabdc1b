// Checkpoints as folders: all that a run goes on from is read back to the bit, and damage is told.
import Adapters
import Foundation
import Interchange
import Kernels
import Models
import Signals
import Storage
import TensorFile
import TestSupport
import Testing
import Training

@Suite struct CheckpointFolderTests {
  private let files: TemporaryFolder

  init() throws { files = try TemporaryFolder() }

  private static let protocolOfRuns = TrainerProtocol(
    logEvery: 2, logsFirstStep: true, stepsPerEpoch: 4, epochs: 1.5, batch: 4, accumulation: 1,
    saves: .every(2), saveLimit: nil, folder: "out")

  private func environment() -> TrainingEnvironment { TrainingEnvironment(pool: nil, clock: { 0 }) }

  private func settings(_ optimizer: OptimizerSettings) -> TrainingSettings {
    TrainingSettings(
      steps: 6, learningRate: 1e-2, batch: 4, optimizer: optimizer, evalEvery: 2, loadBest: true)
  }

  /// Writes every second step, and reads each back.
  private func check(_ task: TrainingTask, source: ModelSource? = nil) throws {
    let identity = try CheckpointFolder.identity(of: task, stop: .never)
    var problem: (any Error)?
    let whole = task.run(
      environment(),
      checkpoints: CheckpointPlan(.every(2)) { checkpoint in
        do {
          let texts = CheckpointFolder.Texts(
            record: Array("record \(checkpoint.step)".utf8),
            state: Self.protocolOfRuns.state(checkpoint.run, best: nil),
            arguments: Self.protocolOfRuns.arguments(task.settings))
          let path = "\(self.files.path)/\(CheckpointFolder.name(step: checkpoint.step))"
          try CheckpointFolder.write(
            checkpoint, of: task, run: identity, texts, source: source, to: "out", at: path)
          let folder = try CheckpointFolder("out", at: path)
          #expect(folder.run == identity && folder.record == texts.record)
          #expect(CheckpointFolder.isOurs(path) && CheckpointFolder.isOurs(path, run: identity))
          #expect(!CheckpointFolder.isOurs(path, run: "another"))
          let read = try folder.checkpoint(checkpoint.run, of: task)
          #expect(read.run.parameters.array() == checkpoint.run.parameters.array())
          #expect(read.best?.array() == checkpoint.best?.array() && read.best != nil)
          #expect(read.optimizer.states.count == checkpoint.optimizer.states.count)
          for (a, b) in zip(read.optimizer.states, checkpoint.optimizer.states) {
            #expect(a.name == b.name && a.values.array() == b.values.array())
          }
        } catch {
          problem = error
        }
      })
    if let problem { throw problem }
    #expect(whole.run.losses.count == 6 && CheckpointFolder.steps(in: files.path) == [2, 4, 6])
  }

  private let language = MarkovLanguage(seed: 2, shift: 0, vocabulary: 37)

  @Test(arguments: ["llama-grouped", "gpt2"], [false, true])
  func anAdapterOfAnyFormIsReadBack(_ name: String, _ usesDoRA: Bool) throws {
    let loaded = try ModelFolderTests.load(name)
    let whole = name == "gpt2" ? "c_fc" : "lm_head"
    var configuration = LoRAConfiguration(
      rank: 3, targets: .names([name == "gpt2" ? "c_attn" : "q_proj"]))
    configuration.usesDoRA = usesDoRA
    configuration.bias = .all
    configuration.savedModules = [whole]
    let model = try Model(base: loaded.base, description: name).attached(configuration)
    try check(
      TrainingTask(model: model, mode: .lora, data: language, settings: settings(.adamw)),
      source: loaded.source)
    _ = try AdapterFolder("c", at: "\(files.path)/checkpoint-6").attached(
      to: Model(base: loaded.base, description: name))
  }

  @Test(arguments: ["llama-tied", "gpt2"])
  func allWeightsAreReadBack(_ name: String) throws {
    let loaded = try ModelFolderTests.load(name)
    let model = Model(base: loaded.base, description: name)
    try check(
      TrainingTask(
        pretraining: model, data: language, settings: settings(.sgd(momentum: 0.9, weightDecay: 0))),
      source: loaded.source)
    let again = try ModelFolder.load("c", at: "\(files.path)/checkpoint-6", memory: 1e9)
    #expect(again.base.count == loaded.base.count && again.notes.isEmpty)
  }

  private func perceptron(_ seed: UInt64 = 1) throws -> TrainingTask {
    let base = Model(
      base: BaseWeights(.perceptron(PerceptronShape(widths: [8, 8], activation: .relu)), seed: seed),
      description: "p")
    let data = try TeacherTask(model: base, shift: 0.1, noise: 0, tail: 0, seed: 0)
    return try TrainingTask(
      model: base.attached(LoRAConfiguration(rank: 2)), mode: .lora, data: data,
      settings: settings(.sgd(momentum: 0, weightDecay: 0)))
  }

  @Test func damageIsTold() throws {
    let task = try perceptron()
    try check(task)
    let path = "\(files.path)/checkpoint-4"
    let record = try recorded(task)
    func flip(_ name: String) throws {
      var data = try #require(FileManager.default.contents(atPath: "\(path)/\(name)"))
      data[data.count - 3] ^= 1
      try data.write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    }
    for name in ["adapter_model.safetensors", "best_model.safetensors"] {
      try flip(name)
      #expect(throws: CheckpointError.damaged(folder: "c", file: "adapter_model.safetensors")) {
        try CheckpointFolder("c", at: path).checkpoint(record, of: task)
      }
      try flip(name)
    }
    _ = try CheckpointFolder("c", at: path).checkpoint(record, of: task)
    try flip("run.json")
    #expect(throws: CheckpointError.damaged(folder: "c", file: "run.json")) {
      try CheckpointFolder("c", at: path)
    }
    #expect(!CheckpointFolder.isOurs(path))
    try FileManager.default.removeItem(atPath: "\(path)/optimizer.safetensors")
    #expect(throws: CheckpointError.foreign(folder: "c")) { try CheckpointFolder("c", at: path) }
    #expect(throws: CheckpointError.missing(folder: "c")) { try CheckpointFolder("c", at: path + "0") }
  }

  private func recorded(_ task: TrainingTask) throws -> Run {
    var run: Run?
    _ = task.run(
      environment(), checkpoints: CheckpointPlan(.every(4)) { if $0.step == 4 { run = $0.run } })
    return try #require(run)
  }

  /// What the user put beside the files, or a link, is not ours to remove.
  @Test func whatIsNotOursIsTold() throws {
    try check(try perceptron())
    let manager = FileManager.default
    try Data("mine".utf8).write(to: files.url.appendingPathComponent("checkpoint-2/notes.txt"))
    #expect(!CheckpointFolder.isOurs("\(files.path)/checkpoint-2"))
    try manager.createSymbolicLink(
      atPath: "\(files.path)/checkpoint-9", withDestinationPath: "\(files.path)/checkpoint-6")
    #expect(!CheckpointFolder.isOurs("\(files.path)/checkpoint-9"))
    #expect(CheckpointFolder.steps(in: files.path) == [2, 4, 6, 9])
    try AtomicFolder.remove("\(files.path)/checkpoint-6")
    #expect(CheckpointFolder.steps(in: files.path) == [2, 4])
    #expect(try manager.contentsOfDirectory(atPath: files.path).count == 3)
    #expect(
      CheckpointFolder.step(ofName: "checkpoint-100") == 100
        && CheckpointFolder.step(ofName: "checkpoint-") == nil
        && CheckpointFolder.step(ofName: "checkpoint-07") == nil
        && CheckpointFolder.step(ofName: "x-1") == nil)
  }

  @Test func anotherRunHasAnotherIdentity() throws {
    let task = try perceptron()
    let own = try CheckpointFolder.identity(of: task, stop: .never)
    #expect(try own == CheckpointFolder.identity(of: perceptron(), stop: .never))
    #expect(try own != CheckpointFolder.identity(of: perceptron(2), stop: .never))
    var other = task
    other.settings.evalEvery = 3
    #expect(try own != CheckpointFolder.identity(of: other, stop: .never))
    other = task
    (other.settings.stop, other.settings.seconds) = (3, 1)
    #expect(try own == CheckpointFolder.identity(of: other, stop: .never))
  }

  /// The history as transformers has it: the mean since the last entry, the norm and the rate of the step.
  @Test func theHistoryIsThatOfTransformers() throws {
    var run = try recorded(try perceptron())
    run.losses = [4, 2, 1, .infinity]
    run.gradientNorms = [0.5, 0.25, 0.125, 1]
    run.evaluations = [(0, 3), (2, 1.5), (4, 2.5)]
    let text = Self.protocolOfRuns.state(run, best: "out/checkpoint-2")
    let state = try #require(
      try JSONSerialization.jsonObject(with: Data(text.replacing("Infinity", with: "9").utf8))
        as? [String: Any])
    #expect(state["global_step"] as? Int == 4 && state["best_global_step"] as? Int == 2)
    #expect(state["best_metric"] as? Double == 1.5 && state["epoch"] as? Double == 1)
    #expect(state["best_model_checkpoint"] as? String == "out/checkpoint-2")
    #expect(state["num_train_epochs"] as? Int == 2 && state["max_steps"] as? Int == 6)
    let history = try #require(state["log_history"] as? [[String: Double]])
    #expect(
      history == [
        ["epoch": 0.25, "grad_norm": 0.5, "learning_rate": 0.01, "loss": 4, "step": 1],
        ["epoch": 0.5, "grad_norm": 0.25, "learning_rate": 0.01, "loss": 2, "step": 2],
        ["epoch": 0.5, "eval_loss": 1.5, "step": 2],
        ["epoch": 1, "grad_norm": 1, "learning_rate": 0.01, "loss": 9, "step": 4],
        ["epoch": 1, "eval_loss": 2.5, "step": 4],
      ])
  }
}
