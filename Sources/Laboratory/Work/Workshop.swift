// The work that commands share: runs and grids with progress, held against the memory, kept in the cache.
import Adapters
package import Analysis
import Interchange
import Interpreter
package import Models
import Storage
import Text
package import Training

/// Trains for the commands of a session.
package struct Workshop {
  let session: Session

  /// Trains all weights of a model, or takes them from the cache; a run that diverged leaves the model as it was. One that
  /// keeps checkpoints is made, whatever the cache has.
  package func pretrain(
    _ model: Model, on data: any TrainingData, _ settings: TrainingSettings,
    checkpoints: CheckpointRequest? = nil
  ) throws -> Run {
    let task = try TrainingTask(
      pretraining: model, data: data, settings: settings, stop: session.environment.stop)
    try checkMemory(task)
    let cache = try session.environment.cacheFolder.map {
      try PretrainingCache(
        folder: $0, model: model, data: data, settings: settings,
        stop: session.environment.stop)
    }
    if checkpoints == nil, let run = kept(cache, task) {
      adopt(run, of: task, model)
      session.emit(.status("pretrained weights come from the cache"))
      return run
    }
    let run = try perform(task, "pretrain", try keeper(checkpoints, task, model)).run
    if case .diverged = run.ending {
      session.emit(.note("the model keeps its weights from before"))
      return run
    }
    adopt(run, of: task, model)
    if run.ending == .completed, let cache { keep(run, task, cache) }
    return run
  }

  /// Gives the model the weights of the run, and remembers the run as a step of how it was made.
  private func adopt(_ run: Run, of task: TrainingTask, _ model: Model) {
    model.base = BaseWeights(model.architecture, values: run.parameters)
    var record = run.record
    record.dataSteps = task.data.steps
    model.history.append(.pretrain(record))
  }

  /// The kept run of these settings, where there is one.
  private func kept(_ cache: PretrainingCache?, _ task: TrainingTask) -> Run? {
    guard let cache else { return nil }
    do {
      return try cache.load(task)
    } catch {
      session.emit(.status("the cache is not used: \(session.describe(error).title)"))
      return nil
    }
  }

  /// Puts a run into the cache; where that fails, a line says so and nothing else is lost.
  private func keep(_ run: Run, _ task: TrainingTask, _ cache: PretrainingCache) {
    do {
      try cache.store(run, of: task)
    } catch {
      session.emit(.status("the weights are not kept: \(session.describe(error).title)"))
    }
  }

  /// Trains the adapter of a model and leaves it in the model.
  ///
  /// - Parameter watch: called after each step and each evaluation.
  package func train(
    _ model: Model, _ adapter: Adapter, on data: any TrainingData, _ settings: TrainingSettings,
    resume: ResumeState? = nil, checkpoints: CheckpointRequest? = nil,
    watch: (TrainingProgress) -> Void = { _ in }
  ) throws -> RunObject {
    let task = try TrainingTask(
      model: model, mode: session.lab.mode, data: data, settings: settings, resume: resume,
      stop: session.environment.stop)
    try checkMemory(task)
    let result = try perform(task, "train", try keeper(checkpoints, task, model), watch: watch)
    adapter.parameters = result.run.parameters
    adapter.trainingState = result.resume
    var record = result.run.record
    record.dataSteps = data.steps
    adapter.history = (resume == nil ? [] : adapter.history) + [.train(record, task.rule)]
    return RunObject(
      result.run, adapter: adapter.snapshot(base: model, rule: task.rule), task: task)
  }

  /// Runs with progress; marks the session where the user interrupted.
  ///
  /// - Throws: where the model's file was changed meanwhile: the run does not count.
  private func perform(
    _ task: TrainingTask, _ title: String, _ keeper: CheckpointKeeper?,
    watch: (TrainingProgress) -> Void = { _ in }
  ) throws -> TrainingResult {
    let checkpoint = try keeper?.checkpoint()
    try keeper?.begin(after: checkpoint?.step ?? 0)
    let reporter = ProgressReporter(title, unit: "steps", session)
    let result = task.run(
      session.trainingEnvironment, from: checkpoint, checkpoints: keeper?.plan
    ) { progress in
      var figures = progress.loss.isNaN ? [] : ["loss \(fourDigits(progress.loss))"]
      if let evaluation = progress.evaluation { figures.append("evaluation \(fourDigits(evaluation))") }
      reporter.report(
        done: progress.step, total: progress.total, figures: figures,
        isMilestone: progress.evaluation != nil && progress.step > 0)
      watch(progress)
    }
    reporter.finish(done: result.run.losses.count, total: task.settings.stepsToMake)
    keeper?.finish()
    try task.base.checkUnchanged()
    if result.run.ending == .interrupted { session.markInterrupted() }
    return result
  }

  private func keeper(
    _ request: CheckpointRequest?, _ task: TrainingTask, _ model: Model
  ) throws -> CheckpointKeeper? {
    try request.map { try CheckpointKeeper($0, task, source: model.source, session) }
  }

  private func fourDigits(_ x: Double) -> String { NumberFormat.rounded(x, digits: 4) }

  /// Refuses what would not fit into memory, before anything of it is made.
  ///
  /// - Parameter runs: how many such runs stand side by side.
  /// - Throws: `ModelError.tooLarge` where weights and training would take more than nine tenths of the machine's
  ///   memory.
  package func checkMemory(_ task: TrainingTask, runs: Int = 1) throws {
    let bytes =
      task.base.architecture.parameterEstimate * 4
      + trainingBytes(
        task.base.architecture, shape: task.shape, trainable: task.start.count,
        checkpointing: task.settings.checkpointing,
        ranks: task.adapter?.sites.reduce(0) { $0 + $1.rank } ?? 0, runs: runs)
    guard bytes <= session.environment.memory * 0.9 else {
      throw ModelError.tooLarge(
        what: "this run", bytesNeeded: bytes, bytesAvailable: session.environment.memory)
    }
  }

  /// Runs a comparison with an estimate before and progress; marks the session where the user interrupted.
  ///
  /// - Throws: `ModelError` where its largest run does not fit into memory.
  package func run(
    _ plan: ComparisonPlan, _ title: String, seconds: Double?, file: GridFile<StoredComparison>? = nil
  ) throws -> Comparison {
    if let largest = plan.tasks.max(by: { $0.start.count < $1.start.count }) {
      try checkMemory(largest, runs: session.threads)
    }
    let reporter = ProgressReporter(title, unit: "runs", session)
    let total = plan.tasks.count
    reporter.announce(
      plan.estimatedSeconds(session.trainingEnvironment, threads: session.threads), of: total)
    try file?.begin(StoredComparison(plan.comparison()))
    var problem: (any Error)?
    let comparison = plan.run(session.trainingEnvironment, seconds: seconds) { done, comparison in
      reporter.report(done: done, total: total, figures: [])
      do { try file?.keep { StoredComparison(comparison()) } } catch { problem = error }
    }
    reporter.finish(done: total, total: total)
    try file?.finish(StoredComparison(comparison))
    if let problem { throw problem }
    if comparison.wasInterrupted { session.markInterrupted() }
    return comparison
  }
}

extension Session {
  /// What trains for the commands of this session.
  package var workshop: Workshop { Workshop(session: self) }
}
