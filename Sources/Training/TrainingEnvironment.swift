// What a run needs of the world, and what it tells it.
package import Signals
package import Storage

/// What a run needs of the world, as values.
package struct TrainingEnvironment: Sendable {
  /// nil runs on the calling thread alone.
  package var pool: ThreadPool?
  /// Seconds, monotonic.
  package var clock: @Sendable () -> Double
  /// Asked between steps; urgent within steps and evaluations, which are then left unfinished and count for nothing.
  package var stop: StopSignal

  package init(pool: ThreadPool?, clock: @escaping @Sendable () -> Double, stop: StopSignal = .never) {
    self.pool = pool
    self.clock = clock
    self.stop = stop
  }

  /// The same world for one of several runs side by side.
  package var alone: TrainingEnvironment {
    TrainingEnvironment(pool: nil, clock: clock, stop: stop)
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
  /// Steps made of those that the run is to make.
  package var step: Int
  package var total: Int
  /// Of the last step's batch; NaN before the first.
  package var loss: Double
  /// The last step's learning rate; NaN before the first.
  package var rate: Double
  /// Set where an evaluation was just made.
  package var evaluation: Double?
  package var secondsElapsed: Double
  /// The losses of the steps that were made before, sent with the first report of a run that goes on from a checkpoint.
  package var earlierLosses: [Double] = []
}
