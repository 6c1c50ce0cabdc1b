// First steps over ranks and seeds, side by side, and the power laws they follow.
package import Adapters
import Glibc
package import Models
package import Signals
import Synchronization
package import Training

/// First steps at several ranks, before they are made.
package struct FirstStepGrid: Sendable {
  package let ranks: [Int]
  package let seeds: [UInt64]
  /// In the order of the ranks.
  package let tasks: [FirstStepTask]
  /// The learning rate; nil chooses one at which every step is of first order.
  package let rate: Double?
  /// Sequences, or rows, of a batch.
  package let batch: Int
  private let modelDescription: String
  private let isQuadratic: Bool

  /// The adapter on the model at each rank, which replaces the configuration's own.
  ///
  /// - Parameter memory: bytes of the machine.
  /// - Throws: `AdapterError` and `ModelError` where the configuration or the data does not fit the model;
  ///   `Interruption`.
  package init(
    base: Model, data: any TrainingData, configuration: LoRAConfiguration, mode: ScalingRule, ranks: [Int],
    seeds: [UInt64], batch: Int, optimizer: OptimizerSettings, rate: Double? = nil,
    memory: Double = .infinity,
    stop: StopSignal = .never
  ) throws {
    self.ranks = ranks
    self.seeds = seeds
    self.rate = rate
    self.batch = batch
    modelDescription = base.caption
    isQuadratic = base.architecture.perceptron?.widths.count == 2
    tasks = try ranks.map { rank in
      var configuration = configuration
      configuration.rank = rank
      return try FirstStepTask(
        model: base.attached(configuration, mode: mode, memory: memory, stop: stop),
        mode: mode, data: data, batch: batch,
        optimizer: optimizer)
    }
  }

  /// Steps to make: one at each rank from each seed.
  package var count: Int { ranks.count * seeds.count }

  /// Makes the steps, one on each core.
  ///
  /// - Parameters:
  ///   - seconds: steps that would begin later are left out.
  ///   - report: steps made, called on the calling thread.
  package func run(
    _ environment: TrainingEnvironment, seconds: Double? = nil, report: (_ done: Int) -> Void = { _ in }
  ) -> FirstStepMeasurement {
    let began = environment.clock()
    let stop = environment.stop.or { seconds.map { environment.clock() - began >= $0 } ?? false }
    let results = Mutex<[Int: FirstStepValues]>([:])
    // Seed by seed, so that an interruption leaves whole seeds.
    let body: @Sendable (Int) -> Void = { i in
      // A step that was given up is missing from the results.
      guard !stop.isAsked,
        let values = try? FirstStep(tasks[i % ranks.count], seed: seeds[i / ranks.count], stop: stop).values(
          rate: rate)
      else { return }
      results.withLock { $0[i] = values }
    }
    func between() { report(results.withLock { $0.count }) }
    environment.share(count, between: between, body)
    let values = results.withLock { $0 }
    let rows = seeds.indices.map { seed in
      ranks.indices.compactMap { values[seed * ranks.count + $0] }
    }
    let finished = seeds.indices.filter { rows[$0].count == ranks.count }
    let complete = finished.map { rows[$0] }
    return FirstStepMeasurement(
      ranks: ranks, seeds: finished.map { seeds[$0] }, values: complete,
      rate: rate ?? FirstStepGrid.chosenRate(complete.flatMap { $0.map(\.largestRate) }),
      isRateChosen: rate == nil, isQuadratic: isQuadratic, batch: batch, modelDescription: modelDescription,
      dataDescription: tasks.first?.data.description ?? "", wasInterrupted: environment.stop.isAsked,
      wasCut: finished.count < seeds.count)
  }

  /// The share of the lowest edge, rounded down to two digits; NaN where there is none.
  private static func chosenRate(_ rates: [Double]) -> Double {
    guard let lowest = rates.filter(\.isFinite).min(), lowest > 0 else { return .nan }
    let rate = lowest * FirstStepValues.shareOfEdge
    let exponent = Int(log10(rate).rounded(.down)) - 1
    let digits = Int((rate / pow(10, Double(exponent))).rounded(.down))
    return Double("\(digits)e\(exponent)") ?? rate
  }
}

/// First steps over ranks and seeds.
package struct FirstStepMeasurement: Sendable {
  package var ranks: [Int]
  /// Those that went through every rank.
  package var seeds: [UInt64]
  /// For each of these seeds a step at each rank.
  package var values: [[FirstStepValues]]
  /// The learning rate; NaN where nothing was measured from which to choose one.
  package var rate: Double
  package var isRateChosen: Bool
  /// Whether the loss is quadratic in B, as that of a single linear layer is: the edge is then 2·decrease/change².
  package var isQuadratic: Bool
  package var batch: Int
  package var modelDescription: String
  package var dataDescription: String
  /// Ctrl-C, or the bound in seconds: some seeds are missing.
  package var wasInterrupted: Bool
  package var wasCut: Bool

  /// A measured quantity over the ranks.
  package struct Series: Equatable, Sendable {
    /// Means over the seeds, in the order of the ranks.
    package var values: [Double]
    /// Of the slopes of log value against log rank, one a seed. NaN where a value is not positive and finite.
    package var exponent: Interval
  }

  package func series(_ quantity: (FirstStepValues) -> Double) -> Series {
    let table = values.map { $0.map(quantity) }
    let x = ranks.map { Double($0) }
    return Series(
      values: ranks.indices.map { rank in mean(table.map { $0[rank] }) },
      exponent: meanInterval(table.map { powerLawExponent(x: x, y: $0) }))
  }

  /// Nil for the solution edge, which only training shows.
  package func series(of quantity: StepQuantity) -> Series? {
    switch quantity {
    case .gradient: series(\.gradientOfB)
    case .change: series { $0.change * rate }
    case .decrease: series { $0.decrease * rate }
    case .initEdge: series(\.edge)
    case .solutionEdge: nil
    }
  }
}
