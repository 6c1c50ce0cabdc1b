// What a run needs of the world, and what it tells it.
import Storage

/// What a run needs of the world, as values.
package struct TrainingEnvironment: Sendable {
  /// nil runs on the calling thread alone.
  package var pool: ThreadPool?
  /// Seconds, monotonic.
  package var clock: @Sendable () -> Double
  /// Asked between steps.
  package var isInterrupted: @Sendable () -> Bool
  /// Asked within steps and evaluations: true leaves them unfinished, and they count for nothing. Once true, it
  /// stays true for this run.
  package var isUrgent: @Sendable () -> Bool

  package init(
    pool: ThreadPool?, clock: @escaping @Sendable () -> Double,
    isInterrupted: @escaping @Sendable () -> Bool, isUrgent: @escaping @Sendable () -> Bool = { false }
  ) {
    self.pool = pool
    self.clock = clock
    self.isInterrupted = isInterrupted
    self.isUrgent = isUrgent
  }

  /// The same world for one of several runs side by side.
  package var alone: TrainingEnvironment {
    TrainingEnvironment(pool: nil, clock: clock, isInterrupted: isInterrupted, isUrgent: isUrgent)
  }
}

extension TrainingEnvironment {
  /// Calls `body` once for each number below `count`, on the pool where there is one, and `between` on the calling thread
  /// after each call that it has made itself.
  package func share(_ count: Int, between: () -> Void, _ body: @Sendable (Int) -> Void) {
    guard let pool else {
      for i in 0..<count {
        body(i)
        between()
      }
      return
    }
    pool.run(count, between: between, body)
  }
}

/// How far a run is; sent after each step.
package struct TrainingProgress: Sendable {
  package var step: Int
  package var total: Int
  package var loss: Double
  /// Set where an evaluation was just made.
  package var evaluation: Double?
  package var secondsElapsed: Double
}
