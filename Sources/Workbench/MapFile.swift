// A stability map as a file: JSON with its settings and the outcome of every run.
import Adapters
import Analysis
import Foundation
import TensorFile
import Training

/// What stands in the file. A map that goes on is of the same runs where everything but the outcomes is equal.
private struct StoredMap: Codable, Equatable {
  static let format = "ranklab map 1"

  var format: String
  var rule: Double
  var alpha: String
  var alphas: [Double]
  var ranks: [Int]
  var rates: [Double]
  var seeds: [UInt64]
  var optimizer: [Double]
  var steps: Int
  var batch: Int
  var schedule: String
  var warmup: Int
  var clip: Double?
  var model: String
  var data: String
  var verdict: String
  /// `1` lost, `0` survived, `.` missing, in the order in which the map fills.
  var outcomes: String
}

enum MapFile {
  static func write(_ map: StabilityMap, to path: String) throws {
    let settings = map.settings
    let optimizer: [Double] =
      switch settings.optimizer {
      case .adamw(let beta1, let beta2, let epsilon, let decay): [beta1, beta2, epsilon, decay]
      case .sgd(let momentum, let decay): [momentum, decay]
      }
    let stored = StoredMap(
      format: StoredMap.format, rule: map.rule.exponent, alpha: map.configuration.alpha.formula,
      alphas: map.ranks.map { map.configuration.alpha.value(rank: Double($0)) }, ranks: map.ranks,
      rates: map.rates, seeds: map.seeds, optimizer: optimizer, steps: settings.steps, batch: settings.batch,
      schedule: settings.schedule.rawValue, warmup: settings.warmup, clip: settings.clip,
      model: map.modelDescription, data: map.dataDescription, verdict: map.verdictRule.rawValue,
      outcomes: String(map.outcomes.map { $0.map { $0 ? "1" : "0" } ?? "." }))
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    try AtomicFile.write([Array(try encoder.encode(stored))], to: path)
  }

  /// What stands at the path and is neither nothing nor what a file of that name would hold; nil where it may be replaced.
  static func otherContent(_ path: String, named file: String) -> String? {
    guard let data = FileManager.default.contents(atPath: path), !data.isEmpty else { return nil }
    if file.hasSuffix(".svg") { return data.starts(with: Data("<svg".utf8)) ? nil : "no picture of ranklab" }
    return (try? JSONDecoder().decode(StoredMap.self, from: data)) == nil ? "no map" : nil
  }

  /// - Throws: `Failure` where the file cannot be read or holds no map.
  static func read(_ path: String, in folder: String) throws -> StabilityMap {
    let text = try TextFile.read(path, in: folder)
    func check(_ condition: Bool, _ reason: String) throws {
      if !condition { throw Failure(argument: "file", "`\(path)` holds no map", label: reason) }
    }
    let stored: StoredMap
    do {
      stored = try JSONDecoder().decode(StoredMap.self, from: Data(text.utf8))
    } catch {
      throw Failure(
        argument: "file", "`\(path)` holds no map", label: "`save(map, \"map.json\")` writes one")
    }
    try check(stored.format == StoredMap.format, "its format is \(stored.format)")
    try check(
      !stored.ranks.isEmpty && !stored.rates.isEmpty && !stored.seeds.isEmpty
        && stored.alphas.count == stored.ranks.count
        && stored.outcomes.count == stored.ranks.count * stored.rates.count * stored.seeds.count,
      "ranks, alphas, rates, seeds and outcomes do not fit together")
    try check(stored.outcomes.allSatisfy { "01.".contains($0) }, "`outcomes` has other signs than 0, 1 and .")
    try check(
      stored.steps > 0 && stored.batch > 0 && stored.warmup >= 0 && stored.clip.map { $0 > 0 } ?? true,
      "`steps`, `batch`, `warmup` or `clip` is out of range")
    try check(
      stored.rule.isFinite && stored.alphas.allSatisfy(\.isFinite), "`rule` or `alphas` is not finite")
    try check(
      stored.ranks.allSatisfy { $0 > 0 }
        && zip(stored.ranks, stored.ranks.dropFirst()).allSatisfy { $0 < $1 }
        && stored.rates.allSatisfy { $0 > 0 && $0.isFinite }
        && zip(stored.rates, stored.rates.dropFirst()).allSatisfy { $0 < $1 },
      "ranks and rates must be above 0 and increase")
    guard let schedule = Schedule(rawValue: stored.schedule),
      let verdict = VerdictRule(rawValue: stored.verdict),
      let optimizer = optimizer(stored.optimizer)
    else {
      throw Failure(
        argument: "file", "`\(path)` holds no map", label: "schedule, verdict or optimiser is not known")
    }
    let alphas = Dictionary(zip(stored.ranks.map(Double.init), stored.alphas)) { first, _ in first }
    let alpha =
      Double(stored.alpha).map { Alpha.fixed($0) }
      ?? .ofRank(text: stored.alpha) { alphas[$0] ?? .nan }
    let rule: ScalingRule =
      switch stored.rule {
      case 1: .lora
      case 0.5: .rslora
      case 0: .constant
      default: .power(stored.rule)
      }
    var map = StabilityMap(
      configuration: LoRAConfiguration(rank: stored.ranks[0], alpha: alpha, scaling: .own(rule)), rule: rule,
      ranks: stored.ranks, rates: stored.rates, seeds: stored.seeds,
      settings: TrainingSettings(
        steps: stored.steps, learningRate: stored.rates[stored.rates.count - 1], batch: stored.batch,
        optimizer: optimizer, schedule: schedule, warmup: stored.warmup, clip: stored.clip),
      modelDescription: stored.model, dataDescription: stored.data, verdictRule: verdict)
    map.outcomes = stored.outcomes.map { $0 == "1" ? true : $0 == "0" ? false : nil }
    map.wasCut = map.outcomes.contains { $0 == nil }
    return map
  }

  private static func optimizer(_ numbers: [Double]) -> OptimizerSettings? {
    switch numbers.count {
    case 4: .adamw(beta1: numbers[0], beta2: numbers[1], epsilon: numbers[2], weightDecay: numbers[3])
    case 2: .sgd(momentum: numbers[0], weightDecay: numbers[1])
    default: nil
    }
  }
}
