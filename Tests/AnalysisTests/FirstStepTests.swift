// First steps, measured: the exponents of a linear layer, and what holds for any model.
import Adapters
import Analysis
import Kernels
import Models
import Signals
import Storage
import Synchronization
import Testing
import Training

private let sgd = OptimizerSettings.sgd(momentum: 0, weightDecay: 0)

private func environment(threads: Int = 1) -> TrainingEnvironment {
  TrainingEnvironment(
    pool: threads > 1 ? ThreadPool(threads: threads) : nil, clock: { 0 }, stop: .never)
}

@Suite struct FirstStepExponentTests {
  /// Gradient norm and loss decrease of a linear layer of 512 over ranks 4 to 512, mean of 3 seeds, as PyTorch gave them.
  struct Line: Sendable {
    var initialization: LoRAConfiguration.Initialization
    var optimizer: OptimizerSettings
    var rule: ScalingRule
    var gradient: Double
    var decrease: Double
  }

  static let lines: [Line] = [
    Line(initialization: .kaiming, optimizer: sgd, rule: .lora, gradient: -0.50, decrease: -1.01),
    Line(initialization: .kaiming, optimizer: sgd, rule: .rslora, gradient: 0, decrease: -0.01),
    Line(initialization: .kaiming, optimizer: sgd, rule: .constant, gradient: 0.50, decrease: 0.99),
    Line(initialization: .kaiming, optimizer: .adamw, rule: .lora, gradient: -0.50, decrease: 0),
    Line(initialization: .kaiming, optimizer: .adamw, rule: .rslora, gradient: 0, decrease: 0.50),
    Line(initialization: .kaiming, optimizer: .adamw, rule: .constant, gradient: 0.50, decrease: 1.00),
    Line(initialization: .gaussian, optimizer: sgd, rule: .rslora, gradient: -1.01, decrease: -2.03),
    Line(initialization: .gaussian, optimizer: .adamw, rule: .rslora, gradient: -1.01, decrease: -0.51),
  ]

  private let base = Model(
    base: BaseWeights(.linear(inputs: 512, outputs: 512), seed: 0), description: "linear(512, 512, seed=0)")

  @Test(arguments: lines.indices)
  func aLinearLayerHasThem(_ index: Int) throws {
    let line = Self.lines[index]
    let grid = try FirstStepGrid(
      base: base, data: TeacherTask(model: base, shift: 0.1, noise: 0, tail: 0, seed: 0),
      configuration: LoRAConfiguration(
        alpha: .fixed(16), scaling: .own(line.rule), initialization: line.initialization),
      mode: .lora, ranks: [4, 8, 16, 32, 64, 128, 256, 512], seeds: [0, 1, 2], batch: 32,
      optimizer: line.optimizer)
    let measurement = grid.run(environment(threads: 2))
    let gradient = try #require(measurement.series(of: .gradient))
    let decrease = try #require(measurement.series(of: .decrease))
    #expect(abs(gradient.exponent.estimate - line.gradient) < 0.05)
    #expect(abs(decrease.exponent.estimate - line.decrease) < 0.05)
  }

  /// Of a single row the output changes by its own |A·x|² alone; what rows add to each other's outputs lowers the
  /// exponent.
  @Test(arguments: [sgd, .adamw])
  func rowsAddToEachOthersOutputs(_ optimizer: OptimizerSettings) throws {
    func exponents(batch: Int) throws -> (change: Double, decrease: Double) {
      let grid = try FirstStepGrid(
        base: base, data: TeacherTask(model: base, shift: 0.1, noise: 0, tail: 0, seed: 0),
        configuration: LoRAConfiguration(alpha: .fixed(16), scaling: .own(.rslora)), mode: .lora,
        ranks: [4, 16, 64], seeds: [0, 1], batch: batch, optimizer: optimizer)
      let measurement = grid.run(environment())
      return (
        measurement.series(\.change).exponent.estimate, measurement.series(\.decrease).exponent.estimate
      )
    }
    let (one, many) = (try exponents(batch: 1), try exponents(batch: 64))
    #expect(abs(one.change - one.decrease) < 0.01)
    #expect(many.change < many.decrease - 0.05)
  }
}

@Suite struct FirstStepTests {
  private let base = Model(
    base: BaseWeights(.linear(inputs: 6, outputs: 5), seed: 3), description: "linear(6, 5, seed=3)")

  private func task(
    _ optimizer: OptimizerSettings, initialization: LoRAConfiguration.Initialization = .kaiming
  ) throws -> FirstStepTask {
    let configuration = LoRAConfiguration(
      rank: 3, alpha: .fixed(6), scaling: .own(.lora), initialization: initialization)
    return try FirstStepTask(
      model: base.attached(configuration), mode: .constant,
      data: TeacherTask(model: base, shift: 0.5, noise: 0.1, tail: 0, seed: 0), batch: 4,
      optimizer: optimizer)
  }

  /// A step of one linear layer in double precision: ∇B = s·Σ (∂L/∂y)(A·x)ᵀ, and what follows from it.
  private struct ByHand {
    var gradient = 0.0
    var change = 0.0
    var decrease = 0.0
    var projection = 0.0
    var diagonal = 0.0
    var offDiagonal = 0.0

    init(_ task: FirstStepTask, seed: UInt64) throws {
      let (r, inputs, outputs, rows, s) = (3, 6, 5, task.shape.rows, 2.0)
      let a = try task.layout.drawnParameters(seed: seed).array().map { Double($0) }
      let batch = try task.data.batches(seed: seed, shape: task.shape).batch(step: 0)
      let x = (batch.inputs?.array() ?? []).map { Double($0) }
      let target = (batch.targets?.array() ?? []).map { Double($0) }
      let w = task.base.values.array().map { Double($0) }
      func product(_ m: [Double], _ row: Int, _ v: [Double], _ n: Int) -> Double {
        (0..<inputs).reduce(0) { $0 + m[row * inputs + $1] * v[n * inputs + $1] }
      }
      let h = (0..<rows).map { n in (0..<r).map { product(a, $0, x, n) } }
      var b = [[Double]](repeating: [Double](repeating: 0, count: r), count: outputs)
      for n in 0..<rows {
        for i in 0..<outputs {
          let slope = (product(w, i, x, n) - target[n * outputs + i]) / Double(rows * outputs)
          for j in 0..<r { b[i][j] += s * slope * h[n][j] }
        }
      }
      let entries = b.flatMap { $0 }
      gradient = entries.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let isAdaptive = task.optimizer == .adamw
      decrease = entries.reduce(0) { $0 + (isAdaptive ? $1.magnitude : $1 * $1) }
      for n in 0..<rows {
        for i in 0..<outputs {
          let y = (0..<r).reduce(0) { $0 + s * (isAdaptive ? (b[i][$1] > 0 ? 1 : -1) : b[i][$1]) * h[n][$1] }
          change += y * y / Double(rows * outputs)
        }
      }
      change = change.squareRoot()
      let squares = { (v: [Double]) in v.reduce(0) { $0 + $1 * $1 } }
      projection = (h.reduce(0) { $0 + squares($1) } / squares(x)).squareRoot()
      for i in 0..<inputs {
        for j in 0..<inputs {
          let gram = (0..<r).reduce(0) { $0 + a[$1 * inputs + i] * a[$1 * inputs + j] }
          if i == j { diagonal += gram / Double(inputs) } else { offDiagonal += gram * gram }
        }
      }
      offDiagonal = (offDiagonal / Double(inputs * (inputs - 1))).squareRoot() / diagonal
    }
  }

  @Test(arguments: [sgd, .adamw])
  func valuesAreThoseByHand(_ optimizer: OptimizerSettings) throws {
    let task = try task(optimizer)
    let expected = try ByHand(task, seed: 5)
    let values = try FirstStep(task, seed: 5).values(rate: nil)
    func agree(_ a: Double, _ b: Double) -> Bool { abs(a - b) < 2e-4 * b.magnitude }
    #expect(agree(values.gradientOfB, expected.gradient) && values.gradientOfA == 0)
    #expect(agree(values.change, expected.change))
    #expect(agree(values.decrease, expected.decrease))
    #expect(agree(values.projection, expected.projection))
    #expect(agree(values.gramDiagonal, expected.diagonal))
    #expect(agree(values.gramOffDiagonalRatio, expected.offDiagonal))
    #expect(agree(values.gramDiagonalRatio, expected.diagonal / (3.0 / 18)))
    #expect(agree(values.update, optimizer == .adamw ? 15.0.squareRoot() : expected.gradient))
    // The loss of a linear layer is quadratic: ½ of the mean square of what is left.
    #expect(abs(values.edge / (2 * expected.decrease / (expected.change * expected.change)) - 1) < 2e-3)
    #expect(abs(values.realDecreaseRatio - 0.99) < 5e-3)
  }

  /// More inputs than the rank, and fewer: the smaller of AAᵀ and AᵀA is made.
  @Test func theGramMatrixIsTheSameEitherWay() throws {
    for rank in [2, 9] {
      var task = try task(sgd)
      task.layout = try AdapterLayout(
        LoRAConfiguration(rank: rank, initialization: .gaussian), modules: base.base.linearModules,
        standardTargets: ["linear"])
      let a = try task.layout.drawnParameters(seed: 1).array().map { Double($0) }
      let values = try FirstStep(task, seed: 1).values(rate: nil)
      var (diagonal, off) = (0.0, 0.0)
      for i in 0..<6 {
        for j in 0..<6 {
          let gram = (0..<rank).reduce(0) { $0 + a[$1 * 6 + i] * a[$1 * 6 + j] }
          if i == j { diagonal += gram / 6 } else { off += gram * gram / 30 }
        }
      }
      #expect(abs(values.gramDiagonal - diagonal) < 1e-5 * diagonal)
      #expect(abs(values.gramDiagonalRatio - diagonal * Double(rank)) < 1e-5 * diagonal * Double(rank))
      #expect(abs(values.gramOffDiagonalRatio - off.squareRoot() / diagonal) < 1e-4)
    }
  }

  @Test func aRateBeyondTheEdgeRaisesTheLoss() throws {
    let task = try task(sgd)
    let edge = try FirstStep(task, seed: 0).values(rate: nil).edge
    let beyond = try FirstStep(task, seed: 0).values(rate: 1.01 * edge)
    let within = try FirstStep(task, seed: 0).values(rate: 0.5 * edge)
    #expect(beyond.realDecreaseRatio < 0)
    #expect(abs(within.realDecreaseRatio - 0.5) < 5e-3)
  }

  @Test func whereNothingIsToBeLearntThereIsNoEdge() throws {
    var task = try task(sgd)
    task.data = try TeacherTask(model: base, shift: 0, noise: 0, tail: 0, seed: 0)
    let values = try FirstStep(task, seed: 0).values(rate: nil)
    #expect(values.gradientOfB == 0 && values.decrease == 0 && values.change == 0)
    #expect(values.edge.isNaN && values.realDecreaseRatio.isNaN)
  }
}

@Suite struct FirstStepGridTests {
  private let net = Model(
    base: BaseWeights(.perceptron(PerceptronShape(widths: [16, 24, 16], activation: .relu)), seed: 1),
    description: "mlp([16, 24, 16], activation=relu, seed=1)")

  private func grid(
    rate: Double? = nil, seeds: [UInt64] = [0, 1, 7], optimizer: OptimizerSettings = sgd
  ) throws -> FirstStepGrid {
    try FirstStepGrid(
      base: net, data: TeacherTask(model: net, shift: 0.2, noise: 0.1, tail: 0.2, seed: 0),
      configuration: LoRAConfiguration(rank: 3, alpha: .fixed(4)), mode: .rslora, ranks: [2, 4, 8],
      seeds: seeds, batch: 80, optimizer: optimizer, rate: rate)
  }

  @Test func threadsDoNotMatter() throws {
    let results = try [1, 2, 3].map { try grid().run(environment(threads: $0)) }
    #expect(results[0].seeds == [0, 1, 7] && results[0].values.allSatisfy { $0.count == 3 })
    #expect(results.allSatisfy { $0.values == results[0].values && $0.rate == results[0].rate })
  }

  @Test func cellsAreTheStepsAlone() throws {
    let grid = try grid()
    let alone = try FirstStep(grid.tasks[1], seed: 7).values(rate: nil)
    #expect(grid.run(environment()).values[2][1] == alone)
    #expect(grid.tasks.map { $0.layout.sites[0].rank } == [2, 4, 8] && grid.tasks[0].rule == .rslora)
  }

  /// All layers are adapted; a step moves them together.
  @Test func aChosenRateIsOfFirstOrder() throws {
    let measurement = try grid().run(environment())
    let edges = measurement.values.flatMap { $0.map(\.edge) }
    let lowest = try #require(edges.min())
    #expect(measurement.isRateChosen && measurement.rate <= lowest / 100 && measurement.rate > lowest / 112)
    #expect(measurement.series(\.realDecreaseRatio).values.allSatisfy { abs($0 - 0.99) < 0.02 })
    let given = try grid(rate: 0.125).run(environment())
    #expect(given.rate == 0.125 && !given.isRateChosen)
    let ratio = zip(given.series(of: .change)?.values ?? [], measurement.series(of: .change)?.values ?? [])
      .map { $0 / $1 }
    #expect(ratio.count == 3 && ratio.allSatisfy { abs($0 * measurement.rate - 0.125) < 1e-12 })
  }

  @Test func oneSeedHasNoInterval() throws {
    let series = try grid(seeds: [4]).run(environment()).series(\.gradientOfB)
    #expect(series.exponent.estimate.isFinite && series.exponent.halfWidth.isNaN)
    #expect(try grid().run(environment()).series(of: .solutionEdge) == nil)
  }

  @Test func anInterruptedGridKeepsWholeSeeds() throws {
    func counted(_ looks: Counter, most: Int) -> TrainingEnvironment {
      TrainingEnvironment(pool: nil, clock: { 0 }, stop: StopSignal { looks.next() > most })
    }
    let looks = Counter()
    let all = try grid().run(counted(looks, most: .max))
    let measurement = try grid().run(counted(Counter(), most: looks.next() / 2))
    #expect(measurement.wasInterrupted && measurement.wasCut)
    #expect(measurement.seeds == Array([0, 1, 7].prefix(measurement.seeds.count)))
    #expect(!measurement.seeds.isEmpty && measurement.seeds.count < 3)
    #expect(measurement.values == Array(all.values.prefix(measurement.seeds.count)))
    let none = try grid().run(TrainingEnvironment(pool: nil, clock: { 0 }, stop: StopSignal { true }))
    #expect(none.seeds.isEmpty && none.rate.isNaN)
    #expect(none.series(of: .gradient)?.exponent.estimate.isNaN == true)
  }

  @Test func theBoundInSecondsHolds() throws {
    let counter = Counter()
    let slow = TrainingEnvironment(
      pool: nil, clock: { Double(counter.next()) }, stop: .never)
    let measurement = try grid().run(slow, seconds: 90)
    #expect(measurement.wasCut && !measurement.wasInterrupted && measurement.seeds.count < 3)
  }

  private final class Counter: Sendable {
    private let count = Atomic<Int>(0)
    func next() -> Int { count.add(1, ordering: .relaxed).newValue }
  }
}
