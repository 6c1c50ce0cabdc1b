// Data without one of its batches.
package import Kernels
package import Models
package import Signals

/// The same data, but for one step's batch, which no run sees: from that step on each has the batch of the next.
package struct SkippedBatch: TrainingData {
  private let data: any TrainingData
  /// Counted from 0 over all runs that resume one another.
  private let step: Int

  package init(_ data: any TrainingData, step: Int) { (self.data, self.step) = (data, step) }

  package var description: String { data.description }
  package var steps: [Provenance.Step] { data.steps }
  package func fingerprint(_ stop: StopSignal) throws(Interruption) -> UInt64 { try data.fingerprint(stop) }
  package var details: [(name: String, value: String)] { data.details }
  package func remarks(for architecture: Architecture) -> [String] { data.remarks(for: architecture) }
  package var floor: Double? { data.floor }
  package var vocabulary: Int? { data.vocabulary }
  package var bytes: Int { data.bytes }
  package func check(_ architecture: Architecture) throws { try data.check(architecture) }
  package func positions(_ architecture: Architecture) -> Int { data.positions(architecture) }

  package func evaluation(shape: BatchShape, stop: StopSignal) throws(Interruption) -> EvaluationSet {
    try data.evaluation(shape: shape, stop: stop)
  }

  package func batches(seed: UInt64, shape: BatchShape, stop: StopSignal) -> any BatchSource {
    Source(data.batches(seed: seed, shape: shape, stop: stop), step: step)
  }

  private final class Source: BatchSource {
    private let source: any BatchSource
    private let skipped: Int

    init(_ source: any BatchSource, step: Int) { (self.source, skipped) = (source, step) }

    func batch(step: Int) throws(Interruption) -> Batch {
      try source.batch(step: step < skipped ? step : step + 1)
    }
  }
}
