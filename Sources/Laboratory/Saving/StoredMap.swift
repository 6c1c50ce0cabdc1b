// What a file holds of a stability map: its settings, and the losses of every run.
import Adapters
package import Analysis
import Display
package import Interpreter
import Models
import Training

package struct StoredMap: StoredValue {
  package static let formatName = "ranklab map 2"
  package static let kind = ObjectKind.map

  var format = StoredMap.formatName
  var rule: Double
  var alpha: String
  var alphas: [Double]
  var ranks: [Int]
  var rates: [Double]
  var seeds: [UInt64]
  /// None in files of format 1, which have some of the options in its place: `EarlierMap` reads them.
  var settings: StoredSettings?
  var model: String
  var data: String
  /// None in files that do not hold it.
  var setup: [String]?
  /// The lowest rank that slopes are fitted from; none in files that do not hold it.
  var fitFrom: Int?
  /// The adapter; none in files that do not hold it.
  var adapter: StoredAdapter?
  /// What each run says of itself, in the order in which the map fills; a point where it is missing.
  var alone: [String]?
  /// Evaluation losses before the first and after the last step, `inf` where a value was not finite, `nan` where the run
  /// is missing.
  var initialLoss: [Double]?
  var finalLoss: [Double]?
  /// In files without losses: `1` lost, `0` survived, `.` missing, and the rule by which a run was lost.
  var outcomes: String?
  var verdict: String?

  package init(_ map: StabilityMap) {
    settings = StoredSettings(map.settings)
    rule = map.rule.exponent
    alpha = map.configuration.alpha.formula
    alphas = map.ranks.map { map.configuration.alpha.value(rank: Double($0)) }
    (ranks, rates, seeds) = (map.ranks, map.rates, map.seeds)
    (model, data, setup) = (map.modelDescription, map.dataDescription, map.provenance.statements)
    fitFrom = map.fitFrom
    var configuration = map.configuration
    configuration.scaling = .own(map.rule)
    adapter = StoredAdapter(configuration, ranks: map.ranks)
    alone = map.runs.map { $0?.alone.rawValue ?? "." }
    initialLoss = map.runs.map { $0?.initialLoss ?? .nan }
    finalLoss = map.runs.map { $0?.finalLoss ?? .nan }
  }

  package func object() throws -> any LabObject {
    guard let settings else { throw StoredFlaw.missing("settings") }
    return MapObject(try map(settings.settings))
  }

  /// - Throws: `StoredFlaw`.
  func map(_ settings: TrainingSettings) throws -> StabilityMap {
    try check()
    let configuration = adapter?.configuration ?? plainAdapter
    guard case .own(let rule) = configuration.scaling else { throw StoredFlaw.misfit("`adapter` and `rule`") }
    var map = StabilityMap(
      configuration: configuration, rule: rule, ranks: ranks, rates: rates, seeds: seeds,
      settings: settings,
      modelDescription: model, dataDescription: data, provenance: Provenance(written: setup ?? []))
    let cells = map.ranks.count * map.rates.count
    for (i, alone) in try storedOutcomes().enumerated() {
      guard let alone else { continue }
      map.runs[i] = ColumnEntry(
        rate: map.rates[i % cells / map.ranks.count], seed: map.seeds[i / cells],
        initialLoss: initialLoss?[i] ?? .nan, finalLoss: finalLoss?[i] ?? .nan, alone: alone)
    }
    map.wasCut = map.runs.contains { $0 == nil }
    map.fitFrom = fitFrom ?? 1
    return map
  }

  /// What each run says of itself, nil where it is missing.
  ///
  /// - Throws: `StoredFlaw`.
  private func storedOutcomes() throws -> [Outcome?] {
    if let alone {
      return try alone.map { word in
        if word == "." { return nil }
        guard let outcome = Outcome(rawValue: word) else {
          throw StoredFlaw.unknownWord(field: "alone", word: word)
        }
        return outcome
      }
    }
    // A run that had not recovered half of a gap may have been on either side; its neighbours tell.
    let lost: Outcome = verdict == StoredMap.verdictOfGaps ? .undecided : .diverged
    return (outcomes ?? "").map { $0 == "1" ? lost : $0 == "0" ? .trained : nil }
  }

  /// The rule of files without losses whose runs were lost where they had not learnt half.
  private static let verdictOfGaps = "less than half of the gap to the entropy recovered"

  private func check() throws {
    let cells = ranks.count.multipliedReportingOverflow(by: rates.count)
    let runs = cells.partialValue.multipliedReportingOverflow(by: seeds.count)
    try StoredFlaw.check(
      !ranks.isEmpty && !rates.isEmpty && !seeds.isEmpty && alphas.count == ranks.count && !cells.overflow
        && !runs.overflow
        && [
          alone?.count ?? outcomes?.count, initialLoss?.count ?? runs.partialValue,
          finalLoss?.count ?? runs.partialValue,
        ]
        .allSatisfy { $0 == runs.partialValue },
      .misfit("ranks, alphas, rates, seeds and outcomes"))
    func increases<T: Comparable>(_ values: [T]) -> Bool {
      zip(values, values.dropFirst()).allSatisfy { $0 < $1 }
    }
    for (field, isGood) in [
      ("outcomes", (outcomes ?? "").allSatisfy { "01.".contains($0) }),
      ("fit_from", (fitFrom ?? 1) > 0), ("rule", rule.isFinite),
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
}

extension MapObject: SavableObject {
  package var forms: [SavedForm] {
    [
      .json { StoredMap(self.map) }, .csv { self.table }, .svg { _ in self.map.heatMap.svg() },
      .text { self.map.heatMap.rendered($0) },
    ]
  }

  /// A row for each run that was made.
  private var table: CommaSeparatedText {
    var table = CommaSeparatedText(
      ["r", "multiplier", "lr", "seed", "outcome", "alone", "initial_loss", "final_loss"])
    let columns = map.ranks.indices.map { map.column(rank: $0) }
    let cells = map.ranks.count * map.rates.count
    for (index, run) in map.runs.enumerated() {
      guard let run else { continue }
      let rank = index % map.ranks.count
      table.rows.append(
        [
          "\(map.ranks[rank])", CommaSeparatedText.number(map.multipliers[rank]),
          CommaSeparatedText.number(map.rates[index % cells / map.ranks.count]),
          "\(map.seeds[index / cells])", columns[rank].outcome(of: run).rawValue, run.alone.rawValue,
          CommaSeparatedText.number(run.initialLoss), CommaSeparatedText.number(run.finalLoss),
        ])
    }
    return table
  }
}
