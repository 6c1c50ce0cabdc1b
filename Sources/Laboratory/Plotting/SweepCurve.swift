// Final losses over learning rates or ranks: a curve for each adapter, with its spread and its best point.
import Adapters
import Analysis
import Display
import Interpreter
import Text
import Training

/// What stands on the level axis of a chart; the raw value is what `x` of `plot` takes.
package enum PlotAxis: String {
  case step
  case rate = "lr"
  case rank = "r"

  var label: String {
    switch self {
    case .step: "step"
    case .rate: "learning rate"
    case .rank: "rank"
    }
  }
}

struct SweepCurve {
  /// One place on the level axis.
  struct Point {
    var arm: ComparisonArm
    /// Runs that count as lost, which a cross marks.
    var lostCount: Int
    /// Whether it may be the best.
    var isCandidate: Bool
  }

  /// In the order of the axis.
  private let points: [Point]
  private let axis: PlotAxis
  /// What the lost runs are called: "not finite".
  private let lossWord: String

  private func place(_ point: Point) -> Double { Self.place(point.arm, on: axis) }

  private static func place(_ arm: ComparisonArm, on axis: PlotAxis) -> Double {
    axis == .rank ? Double(arm.configuration.rank) : arm.learningRate
  }

  /// The curves of a comparison: over rates one for each adapter and optimiser; over ranks one for each family of
  /// adapters that differ in rank alone, optimiser and rate. An arm without a finished run has no point.
  static func curves(of comparison: Comparison, over axis: PlotAxis) -> [SweepCurve] {
    var keys: [String] = []
    var groups: [String: [Point]] = [:]
    for arm in comparison.arms {
      let key = family(of: arm, over: axis)
      if groups[key] == nil { keys.append(key) }
      let lost = arm.finished.count { !$0.finalLoss.isFinite }
      let isWhole = !arm.finished.isEmpty && arm.finished.count == comparison.seeds.count
      groups[key, default: []] +=
        arm.finished.isEmpty
        ? [] : [Point(arm: arm, lostCount: lost, isCandidate: isWhole && lost == 0)]
    }
    return keys.compactMap { groups[$0] }.filter { !$0.isEmpty }.map {
      SweepCurve($0, over: axis, lossWord: "not finite")
    }
  }

  /// The one curve of a tuning, over the rates that were tried.
  init(_ tuning: Tuning) {
    let points = zip(tuning.attempts, tuning.outcomes).filter { !$0.0.runs.isEmpty }.map {
      attempt, outcomes in
      Point(
        arm: ComparisonArm(
          configuration: tuning.configuration, rule: tuning.rule, learningRate: attempt.rate,
          optimizer: tuning.settings.optimizer, scalings: [], runs: attempt.runs),
        lostCount: outcomes.count { $0 == .diverged }, isCandidate: attempt.rate == tuning.best?.rate)
    }
    self.init(points, over: .rate, lossWord: "diverged")
  }

  private init(_ points: [Point], over axis: PlotAxis, lossWord: String) {
    self.points = points.sorted { Self.place($0.arm, on: axis) < Self.place($1.arm, on: axis) }
    self.axis = axis
    self.lossWord = lossWord
  }

  /// All that must be equal for two arms to stand on one curve.
  private static func family(of arm: ComparisonArm, over axis: PlotAxis) -> String {
    var configuration = arm.configuration
    if axis == .rank { configuration.rank = 1 }
    let adapter = configuration.description(rule: arm.rule)
    return axis == .rank
      ? "\(adapter) \(arm.optimizer.arguments) \(shortest(arm.learningRate))"
      : "\(adapter) \(arm.optimizer.arguments)"
  }

  /// How many places of the axis it has.
  var placeCount: Int { Set(points.map(place)).count }

  /// Means that can be drawn.
  var means: [Double] { points.map(\.arm.meanFinalLoss).filter(\.isFinite) }

  var hasBand: Bool { points.contains { $0.arm.finalLosses.count > 1 } }

  func name(variable: String?) -> CurveName? {
    points.first.map { CurveName($0.arm, variable: variable, without: [axis.rawValue]) }
  }

  /// Mean final losses with their standard deviation as a band, which ends at 0 where no loss is below; the best point,
  /// and the points that lost runs.
  var series: Chart.Series {
    let means = points.map(\.arm.meanFinalLoss)
    let deviations = points.map(\.arm.deviationOfFinalLoss)
    let isPositive = points.allSatisfy { $0.arm.finalLosses.allSatisfy { $0 >= 0 } }
    let low = zip(means, deviations).map { isPositive ? max(0, $0 - $1) : $0 - $1 }
    return Chart.Series(
      "", x: points.map(place), y: means,
      band: hasBand
        ? Chart.Band(
          low: zip(low, deviations).map { $1.isFinite ? $0 : .nan },
          high: zip(means, deviations).map { $0 + $1 })
        : nil, marks: bestMark + lostMarks)
  }

  private var bestMark: [Chart.Mark] {
    guard placeCount > 1,
      let best = points.indices.filter({ points[$0].isCandidate && points[$0].arm.meanFinalLoss.isFinite })
        .min(by: { points[$0].arm.meanFinalLoss < points[$1].arm.meanFinalLoss })
    else { return [] }
    let value = place(points[best])
    var text = "best \(NumberFormat.text(value))"
    // Beyond the last rate it may be better still.
    if axis == .rate, value == points.first.map(place) { text += ", the lowest tried" }
    if axis == .rate, value == points.last.map(place) { text += ", the highest tried" }
    return [Chart.Mark(.best, [best], text)]
  }

  private var lostMarks: [Chart.Mark] {
    let all = points.indices.filter {
      points[$0].lostCount > 0 && points[$0].lostCount == points[$0].arm.finished.count
    }
    let some = points.indices.filter { points[$0].lostCount > 0 && !all.contains($0) }
    func places(_ indices: [Int]) -> String {
      indices.map { NumberFormat.text(place(points[$0])) }.distinct().joined(
        separator: ", ")
    }
    return (all.isEmpty ? [] : [Chart.Mark(.lost, all, "\(lossWord) at \(places(all))")])
      + (some.isEmpty ? [] : [Chart.Mark(.lost, some, "some seeds \(lossWord) at \(places(some))")])
  }
}

extension Comparison {
  /// What a chart of it goes over where nothing else is asked for: rates, or ranks, where a curve has several.
  var sweptAxis: PlotAxis {
    [PlotAxis.rate, .rank].first { axis in
      SweepCurve.curves(of: self, over: axis).contains { $0.placeCount > 1 }
    } ?? .step
  }
}
