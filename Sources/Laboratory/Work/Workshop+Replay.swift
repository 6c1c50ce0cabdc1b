// Computing a run again: its task as it is held, or made anew by the statements that repeat it.
package import Adapters
package import Analysis
import Interpreter
import Language
import Models
import Signals
import Text
package import Training

extension Workshop {
  /// The task of a run: as the run holds it, else made by its statements in a session of their own, whose names are not
  /// the user's.
  ///
  /// - Throws: `Failure` where a statement fails, or the file does not say what made it.
  package func task(of object: RunObject) throws -> TrainingTask {
    if let task = object.task { return task }
    let run = object.run
    let other = try rebuilt(run.provenance.statements)
    let data = try value(run.dataDescription, other, as: DataObject.self).data
    let isPretraining = run.rule == nil
    let model = try value(isPretraining ? "base" : "m", other, as: ModelObject.self).model
    if isPretraining {
      return try TrainingTask(
        pretraining: model, data: data, settings: run.settings, stop: session.environment.stop)
    }
    let resume = run.firstStep > 0 ? model.adapter?.trainingState as? ResumeState : nil
    return try TrainingTask(
      model: model, mode: run.rule ?? .lora, data: data, settings: run.settings, resume: resume,
      stop: session.environment.stop)
  }

  /// Steps of a run again, with progress.
  ///
  /// - Throws: as `TrainingTask.replay`.
  package func replay(
    _ task: TrainingTask, _ run: Run, _ steps: [Int], history: Int
  ) throws -> (replays: [StepReplay], history: [StepFigures]) {
    let reporter = ProgressReporter("replay", unit: "steps", session)
    let total = (steps.max() ?? 0) + 1
    defer { reporter.finish(done: total, total: total) }
    return try task.replay(steps, of: run, history: history, session.trainingEnvironment) { done, total in
      reporter.report(done: done, total: total, figures: [])
    }
  }

  /// Makes the runs of a rescue, with an estimate before and progress; marks the session where the user interrupted.
  package func rescue(_ plan: RescuePlan, seconds: Double?) throws -> [RemedyTrial] {
    let reporter = ProgressReporter("rescue", unit: "steps", session)
    let total = plan.steps
    reporter.announce(plan.estimatedSeconds(session.trainingEnvironment), of: total)
    let (trials, wasInterrupted) = plan.run(session.trainingEnvironment, seconds: seconds) {
      reporter.report(done: $0, total: total, figures: [])
    }
    reporter.finish(done: total, total: total)
    if wasInterrupted { session.markInterrupted() }
    return trials
  }

  /// A run of a grid's cell, made again.
  ///
  /// - Parameters:
  ///   - statements: what makes the base, as `base`.
  ///   - final: the final loss that the grid has of it; nil where it has none.
  /// - Throws: `Failure` where it does not come out as the grid has it.
  package func run(
    ofCell statements: [String], data: String, _ configuration: LoRAConfiguration, _ rule: ScalingRule,
    _ settings: TrainingSettings, final: Double?
  ) throws -> RunObject {
    let other = try rebuilt(statements)
    let data = try value(data, other, as: DataObject.self).data
    let base = try value("base", other, as: ModelObject.self).model
    let model = try base.attached(
      configuration, mode: rule, memory: session.environment.memory, stop: session.environment.stop)
    guard let adapter = model.adapter else { throw AdapterError.notAdapted }
    let mode = session.lab.mode
    session.lab.mode = rule
    defer { session.lab.mode = mode }
    let run = try train(model, adapter, on: data, settings)
    if let final, run.run.ending != .interrupted, !isSame(final, run.run) {
      throw Failure(
        "the cell does not come out again as it stands in the grid",
        body: "Its final loss is \(NumberFormat.rounded(run.run.finalLoss, digits: 6)), and the grid has "
          + "\(NumberFormat.rounded(final, digits: 6)): the grid is of another version, or what it was made with has changed."
      )
    }
    return run
  }

  private func isSame(_ final: Double, _ run: Run) -> Bool {
    // A grid has infinity where a value was not finite.
    final == run.finalLoss || !final.isFinite && (run.firstBadStep != nil || !run.finalLoss.isFinite)
  }

  /// A session of its own in which the statements were executed.
  private func rebuilt(_ statements: [String]) throws -> Session {
    guard !statements.isEmpty else {
      throw Failure(
        argument: "run", "the file does not say what the run was made of",
        body: "A run that was made in this session, or saved by this version, can be computed again.")
    }
    let other = session.another()
    for statement in statements { try execute(statement, other) }
    return other
  }

  @discardableResult
  private func execute(_ statement: String, _ other: Session) throws -> Value {
    let session = session
    let result = other.execute(Source(statement)) { event in
      // Progress and what is said of long waits; its values are nobody's.
      switch event {
      case .progress, .status: session.emit(event)
      case .text, .table, .page, .chart, .heatMap, .note, .diagnostic: break
      }
    }
    if result.wasInterrupted { throw Interruption() }
    if let diagnostic = result.diagnostic {
      throw Failure(
        argument: "run", "the run cannot be made again: \(diagnostic.title)", label: "by what repeats it",
        body: "The statement was: \(statement).")
    }
    return result.value
  }

  private func value<Object: LabObject>(_ code: String, _ other: Session, as type: Object.Type) throws
    -> Object
  {
    guard case .object(let object) = try execute(code, other), let found = object as? Object else {
      throw Failure(argument: "run", "the run cannot be made again", body: "`\(code)` makes something else.")
    }
    return found
  }
}
