// A search for frontiers: its cells, and how they are searched side by side.
package import Adapters
package import Models
package import Signals
import Synchronization
package import Training

package struct FrontierPlan: Sendable {
  /// A rank of a line.
  private struct Place: Sendable {
    var line: Int
    var cell: Int
    /// The run that is repeated at other rates and seeds.
    var task: TrainingTask
  }

  /// What is known: edges that are not found yet are NaN.
  package private(set) var frontier: Frontier
  private let places: [Place]

  /// A line for each adapter and optimiser, with a cell for each rank.
  ///
  /// - Throws: `AdapterError` and `ModelError` where a configuration or the data does not fit the model;
  ///   `Interruption`.
  package init(
    base: Model, data: any TrainingData, configurations: [LoRAConfiguration], ranks: [Int],
    optimizers: [OptimizerSettings], mode: ScalingRule, seeds: [UInt64], settings: TrainingSettings,
    search: RateSearch = RateSearch(), fitFrom: Int = 1, memory: Double = .infinity,
    stop: StopSignal = .never
  ) throws {
    var lines: [FrontierLine] = []
    var places: [Place] = []
    for configuration in configurations {
      let rule = configuration.rule(mode: mode)
      for optimizer in optimizers {
        var line = FrontierLine(cells: [])
        for rank in ranks {
          var ranked = configuration
          ranked.rank = rank
          var settings = settings
          settings.optimizer = optimizer
          let task = try TrainingTask(
            model: base.attached(ranked, mode: mode, memory: memory, stop: stop),
            mode: mode, data: data,
            settings: settings, stop: stop)
          places.append(Place(line: lines.count, cell: line.cells.count, task: task))
          line.cells.append(
            FrontierCell(
              configuration: ranked, rule: rule, optimizer: optimizer,
              multiplier: ranked.multiplier(rule, rank: rank),
              edges: Array(repeating: .nan, count: seeds.count),
              bests: Array(repeating: .nan, count: seeds.count), attempts: 0))
        }
        lines.append(line)
      }
    }
    self.places = places
    frontier = Frontier(
      lines: lines, seeds: seeds, settings: settings, search: search, modelDescription: base.caption,
      dataDescription: data.description, provenance: Provenance(data.steps + base.steps), fitFrom: fitFrom)
  }

  /// Edges to find: one for each cell and seed.
  package var count: Int { places.count * frontier.seeds.count }
  /// Edges that are known already.
  package var known: Int { frontier.foundCount }

  /// In what the other frontier is not of the same searches; nil where it is.
  package func difference(
    from other: Frontier, statements: (Provenance) -> [String]
  ) -> GridDifference? {
    frontier.difference(from: other, statements: statements)
  }

  /// Takes over the edges of an earlier frontier of the same searches, which are then not searched again.
  package mutating func goOn(from other: Frontier) {
    for (line, cells) in other.lines.map(\.cells).enumerated() {
      for (cell, found) in cells.enumerated() {
        frontier.lines[line].cells[cell].edges = found.edges
        frontier.lines[line].cells[cell].bests = found.bests
        frontier.lines[line].cells[cell].attempts = found.attempts
      }
    }
  }

  /// How long the searches that are left will take, at about fourteen runs each: from a few steps of the first and the
  /// last cell.
  package func estimatedSeconds(_ environment: TrainingEnvironment, threads: Int) -> Double {
    let ends = [places.first, places.last].compactMap { $0?.task.estimatedSeconds(environment) }
    return ends.isEmpty ? 0 : 14 * mean(ends) * Double(count - known) / Double(threads)
  }

  /// Searches every cell, a cell on each core.
  ///
  /// - Parameters:
  ///   - seconds: searches that are not finished by then have no edge.
  ///   - report: edges found, and the frontier so far where it is asked for; called on the calling thread.
  package func run(
    _ environment: TrainingEnvironment, seconds: Double? = nil,
    report: (_ done: Int, _ frontier: () -> Frontier) -> Void = { _, _ in }
  ) -> Frontier {
    let began = environment.clock()
    var alone = environment.alone
    alone.stop = environment.stop.or { seconds.map { environment.clock() - began >= $0 } ?? false }
    let world = alone
    let shared = Mutex(frontier)
    let body: @Sendable (Int) -> Void = { i in
      let place = places[i]
      search(place, world) { seed, found in
        shared.withLock {
          $0.lines[place.line].cells[place.cell].edges[seed] = found.edge
          $0.lines[place.line].cells[place.cell].bests[seed] = found.best
          $0.lines[place.line].cells[place.cell].attempts += found.attempts
        }
      }
    }
    func between() { report(shared.withLock { $0.foundCount }) { shared.withLock { $0 } } }
    environment.share(places.count, between: between, body)
    var found = shared.withLock { $0 }
    found.wasInterrupted = environment.stop.isAsked
    return found
  }

  /// Searches a cell with the seeds that are not known, and hands over each that it finds.
  private func search(
    _ place: Place, _ environment: TrainingEnvironment,
    found: (_ seed: Int, _ found: RateSearch.Found) -> Void
  ) {
    let cell = frontier.lines[place.line].cells[place.cell]
    let s = cell.multiplier
    let rank = Double(cell.rank)
    // The first search only: it goes on in factors of three.
    var guess = cell.optimizer.isAdaptive ? 0.3 / (s * rank) : 30 / (s * s * rank)
    for (index, seed) in frontier.seeds.enumerated() {
      var best = cell.bests[index]
      if cell.edges[index].isNaN {
        let result = frontier.search.found(near: guess) { rate in
          if environment.stop.isAsked { return nil }
          var settings = place.task.settings
          settings.learningRate = rate
          settings.seed = seed
          guard let run = try? place.task.varied(settings, stop: environment.stop).run(environment).run,
            run.ending != .interrupted
          else { return nil }
          let entry = ColumnEntry(run)
          return RateSearch.Trial(initialLoss: entry.initialLoss, finalLoss: entry.finalLoss)
        }
        guard let result else { return }
        found(index, result)
        best = result.best
      }
      // Seeds have their best rates near each other.
      if best.isFinite && best > 0 { guess = best }
    }
  }
}
