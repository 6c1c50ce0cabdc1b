// The laboratory's part of a session: the scaling mode and the pool of threads.
package import Adapters
import Display
import Interpreter
import Models
import Storage
package import Training

/// What the commands of the laboratory keep between cells.
package final class LabState {
  /// The rule that adapters follow which do not state their own.
  package var mode = ScalingRule.lora
  private var pool: ThreadPool?

  /// The pool of a session's thread count, made when first needed and again when the count changes.
  func pool(threads: Int) -> ThreadPool? {
    guard threads > 1 else { return nil }
    if let pool, pool.threads == threads { return pool }
    let made = ThreadPool(threads: threads)
    pool = made
    return made
  }
}

extension Session {
  package var lab: LabState { state(LabState.self) { LabState() } }

  /// The scaling mode in force, as `scaling` takes it: "lora", "power(0.75)".
  package var scalingMode: String { lab.mode.name }

  package var trainingEnvironment: TrainingEnvironment {
    TrainingEnvironment(
      pool: lab.pool(threads: threads), clock: environment.clock, stop: environment.stop)
  }
}
