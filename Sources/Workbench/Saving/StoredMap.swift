// What a file holds of a stability map: its settings and the outcome of every run.
import Adapters
import Analysis
import Display
import Training

struct StoredMap: StoredValue {
  static let formatName = "ranklab map 1"
  static let kind = ObjectKind.map

  var format = StoredMap.formatName
  var rule: Double
  var alpha: String
  var alphas: [Double]
  var ranks: [Int]
  var rates: [Double]
  var seeds: [UInt64]
  /// AdamW's betas, epsilon and weight decay; momentum and weight decay of gradient descent.
  var optimizer: [Double]
  var steps: Int
  var batch: Int
  var schedule: String
  var warmup: Int
  var clip: Double?
  var model: String
  var data: String
  /// None in files that do not hold it.
  var setup: [String]?
  /// The adapter; none in files that do not hold it.
  var adapter: StoredAdapter?
  var verdict: String
  /// `1` lost, `0` survived, `.` missing, in the order in which the map fills.
  var outcomes: String

  init(_ map: StabilityMap) {
    let settings = map.settings
    optimizer =
      switch settings.optimizer {
      case .adamw(let beta1, let beta2, let epsilon, let decay): [beta1, beta2, epsilon, decay]
      case .sgd(let momentum, let decay): [momentum, decay]
      }
    rule = map.rule.exponent
    alpha = map.configuration.alpha.formula
    alphas = map.ranks.map { map.configuration.alpha.value(rank: Double($0)) }
    (ranks, rates, seeds) = (map.ranks, map.rates, map.seeds)
    (steps, batch, schedule) = (settings.steps, settings.batch, settings.schedule.rawValue)
    (warmup, clip) = (settings.warmup, settings.clip)
    (model, data, setup) = (map.modelDescription, map.dataDescription, map.setup)
    var configuration = map.configuration
    configuration.scaling = .own(map.rule)
    adapter = StoredAdapter(configuration, ranks: map.ranks)
    verdict = map.verdictRule.rawValue
    outcomes = String(map.outcomes.map { $0.map { $0 ? "1" : "0" } ?? "." })
  }

  func object() throws -> any LabObject { MapObject(try map()) }

  /// - Throws: `StoredFlaw`.
  func map() throws -> StabilityMap {
    try check()
    guard let schedule = Schedule(rawValue: schedule) else {
      throw StoredFlaw.unknownWord(field: "schedule", word: schedule)
    }
    let configuration = try adapter?.configuration() ?? plainAdapter
    guard case .own(let rule) = configuration.scaling else { throw StoredFlaw.misfit("`adapter` and `rule`") }
    var map = StabilityMap(
      configuration: configuration, rule: rule, ranks: ranks, rates: rates, seeds: seeds,
      settings: TrainingSettings(
        steps: steps, learningRate: rates[rates.count - 1], batch: batch, optimizer: try optimizerSettings(),
        schedule: schedule, warmup: warmup, clip: clip),
      modelDescription: model, dataDescription: data, setup: setup ?? [],
      verdictRule: try VerdictRule(stored: verdict))
    map.outcomes = outcomes.map { $0 == "1" ? true : $0 == "0" ? false : nil }
    map.wasCut = map.outcomes.contains { $0 == nil }
    return map
  }

  private func check() throws {
    let cells = ranks.count.multipliedReportingOverflow(by: rates.count)
    let runs = cells.partialValue.multipliedReportingOverflow(by: seeds.count)
    try StoredFlaw.check(
      !ranks.isEmpty && !rates.isEmpty && !seeds.isEmpty && alphas.count == ranks.count && !cells.overflow
        && !runs.overflow && outcomes.count == runs.partialValue,
      .misfit("ranks, alphas, rates, seeds and outcomes"))
    func increases<T: Comparable>(_ values: [T]) -> Bool {
      zip(values, values.dropFirst()).allSatisfy { $0 < $1 }
    }
    for (field, isGood) in [
      ("outcomes", outcomes.allSatisfy { "01.".contains($0) }), ("steps", steps > 0), ("batch", batch > 0),
      ("warmup", warmup >= 0), ("clip", clip.map { $0 > 0 } ?? true), ("rule", rule.isFinite),
      ("alphas", alphas.allSatisfy(\.isFinite)), ("ranks", ranks.allSatisfy { $0 > 0 } && increases(ranks)),
      ("rates", rates.allSatisfy { $0 > 0 && $0.isFinite } && increases(rates)),
    ] { try StoredFlaw.check(isGood, .outOfRange(field)) }
  }

  /// What files without an adapter say of it.
  private var plainAdapter: LoRAConfiguration {
    let values = Dictionary(zip(ranks.map(Double.init), alphas)) { first, _ in first }
    let text = alpha
    let rule: ScalingRule =
      switch self.rule {
      case 1: .lora
      case 0.5: .rslora
      case 0: .constant
      default: .power(self.rule)
      }
    return LoRAConfiguration(
      rank: ranks[0],
      alpha: Double(text).map { .fixed($0) } ?? .ofRank(text: text) { values[$0] ?? .nan },
      scaling: .own(rule))
  }

  private func optimizerSettings() throws -> OptimizerSettings {
    switch optimizer.count {
    case 4:
      .adamw(beta1: optimizer[0], beta2: optimizer[1], epsilon: optimizer[2], weightDecay: optimizer[3])
    case 2: .sgd(momentum: optimizer[0], weightDecay: optimizer[1])
    default: throw StoredFlaw.outOfRange("optimizer")
    }
  }
}

extension MapObject: SavableObject {
  package var forms: [SavedForm] {
    [
      .json { StoredMap(self.map) }, .csv { self.table }, .svg { self.map.heatMap.svg() },
      .text { self.map.heatMap.rendered(RenderOptions()) },
    ]
  }

  /// A row for each run that was made.
  private var table: CommaSeparatedText {
    var table = CommaSeparatedText(["r", "multiplier", "lr", "seed", "lost"])
    let cells = map.ranks.count * map.rates.count
    for (index, outcome) in map.outcomes.enumerated() {
      guard let outcome else { continue }
      let rank = index % map.ranks.count
      table.rows.append(
        [
          "\(map.ranks[rank])", CommaSeparatedText.number(map.multipliers[rank]),
          CommaSeparatedText.number(map.rates[index % cells / map.ranks.count]),
          "\(map.seeds[index / cells])",
          outcome ? "1" : "0",
        ])
    }
    return table
  }
}
