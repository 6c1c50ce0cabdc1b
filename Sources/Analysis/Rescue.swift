// What would have kept a run from diverging: single changes of it, each really run.
import Adapters
import Models
import Signals
import Text
package import Training

/// A change of a run that diverged.
package enum Remedy: Equatable, Sendable, CaseIterable {
  case halfRate
  /// The gradient's norm clipped to 1.
  case clip
  /// Without the batch whose loss stood out before the end.
  case withoutBatch
  /// The multiplier that the scaling rule gives at rank 16.
  case rank16
}

/// A remedy tried, or why it was not.
package struct RemedyTrial: Sendable {
  package enum Result: Sendable {
    case run(Run)
    /// A clause: "the rate is 0".
    case notRun(String)
  }

  package var remedy: Remedy
  /// What is changed, with its numbers: "lr 0.5 in place of 1".
  package var text: String
  package var result: Result

  /// Nil where it was not run, or not to its end.
  package var run: Run? { if case .run(let run) = result { run } else { nil } }

  /// Whether the run came to its end and did not diverge.
  package var helped: Bool {
    run.map { $0.verdict.outcome != .diverged && $0.verdict.outcome != .notJudged } ?? false
  }
}

/// The single changes of a run, and their runs.
package struct RescuePlan: Sendable {
  private let task: TrainingTask
  private let run: Run

  /// - Precondition: the run is one of the task.
  package init(_ task: TrainingTask, _ run: Run) {
    self.task = task
    self.run = run
  }

  /// Seconds that all take on the threads of the environment, about.
  package func estimatedSeconds(_ environment: TrainingEnvironment) -> Double {
    let count = trials().count { if case .success = $0.1 { true } else { false } }
    return task.estimatedSeconds(environment) * Double(count)
  }

  /// Steps that all runs make together, where none ends early.
  package var steps: Int {
    trials().reduce(0) { $0 + ((try? $1.1.get())?.settings.stepsToMake ?? 0) }
  }

  /// Makes the runs one after the other, each with the seed of the run.
  ///
  /// - Parameters:
  ///   - seconds: bound on all together; a run that it cuts does not count.
  ///   - report: steps made so far.
  /// - Returns: whether the user interrupted, too.
  package func run(
    _ environment: TrainingEnvironment, seconds: Double?, report: (Int) -> Void = { _ in }
  ) -> (trials: [RemedyTrial], wasInterrupted: Bool) {
    let began = environment.clock()
    var made = 0
    var wasInterrupted = false
    let results = trials().map { remedy, attempt -> RemedyTrial in
      let text = text(remedy)
      switch attempt {
      case .failure(let reason):
        return RemedyTrial(remedy: remedy, text: text, result: .notRun(reason.text))
      case .success(var task):
        if environment.stop.isAsked || wasInterrupted {
          wasInterrupted = true
          return RemedyTrial(remedy: remedy, text: text, result: .notRun("interrupted"))
        }
        if let seconds {
          let left = seconds - (environment.clock() - began)
          guard left > 0 else {
            return RemedyTrial(remedy: remedy, text: text, result: .notRun("no time was left"))
          }
          task.settings.seconds = left
        }
        let run = task.run(environment) { report(made + $0.step) }.run
        made += task.settings.stepsToMake
        switch run.ending {
        case .interrupted:
          wasInterrupted = true
          return RemedyTrial(
            remedy: remedy, text: text, result: .notRun("interrupted after \(run.losses.count) steps"))
        case .outOfTime:
          return RemedyTrial(
            remedy: remedy, text: text, result: .notRun("out of time after \(run.losses.count) steps"))
        case .completed, .stoppedEarly, .diverged:
          return RemedyTrial(remedy: remedy, text: text, result: .run(run))
        }
      }
    }
    return (results, wasInterrupted)
  }

  // MARK: The changes

  /// Why a change is none.
  private struct Reason: Error {
    var text: String

    init(_ text: String) { self.text = text }
  }

  /// What is changed; of a change that cannot be made, what it would be.
  private func text(_ remedy: Remedy) -> String {
    switch remedy {
    case .halfRate: "lr \(shortest(task.settings.learningRate / 2)), half"
    case .clip: "clip 1"
    case .withoutBatch: run.outlier.map { "without the batch of step \($0.step)" } ?? "without that batch"
    case .rank16:
      multipliers.map { "multiplier \(shortest($0.here)) → \(shortest($0.there)), that of rank 16" }
        ?? "the multiplier of rank 16"
    }
  }

  /// The task of each remedy.
  private func trials() -> [(Remedy, Result<TrainingTask, Reason>)] {
    Remedy.allCases.map { remedy in
      var task = task
      // A run that is judged by its evaluations alone is not measured on the way.
      (task.settings.probeEvery, task.settings.seconds) = (0, nil)
      switch remedy {
      case .halfRate:
        guard task.settings.learningRate > 0 else { return (remedy, .failure(Reason("the rate is 0"))) }
        task.settings.learningRate /= 2
      case .clip:
        if let clip = task.settings.clip, clip <= 1 {
          return (remedy, .failure(Reason("it was clipped to \(shortest(clip)) already")))
        }
        task.settings.clip = 1
      case .withoutBatch:
        guard let outlier = run.outlier else {
          return (
            remedy,
            .failure(
              Reason("no batch stands out: no loss of the last steps is twice the median of those before it"))
          )
        }
        task.data = SkippedBatch(task.data, step: (task.resume?.step ?? 0) + outlier.step)
      case .rank16:
        guard let adapter = task.adapter else { return (remedy, .failure(Reason("there is no adapter"))) }
        guard !adapter.configuration.initialization.splitsBase else {
          return (remedy, .failure(Reason("the adapter began as a part of W, with its multiplier")))
        }
        guard let multipliers else {
          return (remedy, .failure(Reason("modules have several multipliers")))
        }
        guard multipliers.here != multipliers.there else {
          return (remedy, .failure(Reason("the multiplier is the same there")))
        }
        (task.adapter, task.rule) = (adapter.withMultiplier(multipliers.there), .constant)
      }
      return (remedy, .success(task))
    }
  }

  /// The one multiplier of all modules, and that which the same rule and alpha give at rank 16; nil where there is none.
  private var multipliers: (here: Double, there: Double)? {
    guard let adapter = task.adapter, let first = adapter.sites.first else { return nil }
    let here = first.multiplier(task.rule)
    guard adapter.sites.allSatisfy({ $0.multiplier(task.rule) == here }) else { return nil }
    let configuration = adapter.configuration
    guard configuration.alphaPattern.isEmpty else { return nil }
    return (here, configuration.multiplier(task.rule, rank: 16))
  }
}
