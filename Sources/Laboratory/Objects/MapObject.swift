// A stability map as a value.
import Adapters
package import Analysis
package import Display
package import Interpreter
import Text
import Training

package final class MapObject: LabObject {
  package let map: StabilityMap

  package init(_ map: StabilityMap) {
    self.map = map
  }

  package var kind: ObjectKind { .map }
  package var summary: String {
    "\(map.ranks.count) ranks × \(map.rates.count) rates × \(map.seeds.count) seeds, ridge slope "
      + "\(exponent(map.ridgeSlope.estimate)), edge slope \(exponent(map.slope))"
  }
  package var bytes: Int { map.runs.count * MemoryLayout<ColumnEntry?>.stride }

  package var fields: [(name: String, meaning: String)] {
    [
      ("ranks", "the ranks, across"), ("rates", "the learning rates, in increasing order"),
      ("made", "runs made, a list for each rate"), ("trained", "runs trained, a list for each rate"),
      ("slow", "runs that are slow, the rate too low: a list for each rate"),
      ("diverged", "runs that diverged, the rate too high: a list for each rate"),
      ("final_loss", "mean final evaluation loss of each cell, a list for each rate"),
      ("ridge", "the best rate of each rank, between the rates of the map; None where it may lie outside"),
      ("ridge_slope", "the ridge's exponent in the rank, the mean over the seeds"),
      ("ridge_low", "lower end of its 95 % interval over the seeds"),
      ("ridge_high", "upper end of its 95 % interval over the seeds"),
      ("edge", "the rate at which half of the seeds diverge, for each rank; None where there is none"),
      ("slope", "the edge's exponent in the rank"),
      ("theory", "theory's exponents of the edge: at the start, and at the solution"),
      ("multipliers", "s at each rank"),
      ("settings", "one line of language that repeats the map exactly"),
    ]
  }

  package func field(_ name: String, in session: Session) throws -> Value? {
    func rows(_ value: (_ rate: Int, _ rank: Int) -> Double) -> Value {
      .list(map.rates.indices.map { rate in .list(map.ranks.indices.map { .number(value(rate, $0)) }) })
    }
    func counts(_ outcome: Outcome?) -> Value {
      let outcomes = map.ranks.indices.map { map.outcomes(rank: $0) }
      return rows { rate, rank in Double(outcomes[rank][rate].count { outcome == nil || $0 == outcome }) }
    }
    func numbers(_ values: [Double?]) -> Value { .list(values.map { $0.map { .number($0) } ?? .none }) }
    return switch name {
    case "ranks": .list(map.ranks.map { .number(Double($0)) })
    case "rates": .list(map.rates.map { .number($0) })
    case "made": counts(nil)
    case "trained": counts(.trained)
    case "slow": counts(.slow)
    case "diverged": counts(.diverged)
    case "final_loss": rows { map.meanFinalLoss(rate: $0, rank: $1) }
    case "ridge": numbers(map.ranks.indices.map { map.ridge(rank: $0) })
    case "ridge_slope": .number(map.ridgeSlope.estimate)
    case "ridge_low": .number(map.ridgeSlope.low)
    case "ridge_high": .number(map.ridgeSlope.high)
    case "edge": numbers(map.ranks.indices.map { map.edge(rank: $0) })
    case "slope": .number(map.slope)
    case "theory": .list([.number(map.theory.start), .number(map.theory.solution)])
    case "multipliers": .list(map.multipliers.map { .number($0) })
    case "settings": .text(map.repetition)
    default: nil
    }
  }

  package func shown(in session: Session) -> [Event] {
    let rows = map.ranks.indices.map { i -> [String] in
      let outcomes = map.outcomes(rank: i).joined()
      let losses = map.rates.indices.map { map.meanFinalLoss(rate: $0, rank: i) }.filter(\.isFinite)
      return [
        "\(map.ranks[i])", NumberFormat.text(map.multipliers[i]), tableNumber(map.ridge(rank: i)),
        tableNumber(losses.min()), tableNumber(map.edge(rank: i)),
      ] + [Outcome.slow, .trained, .diverged].map { outcome in "\(outcomes.count { $0 == outcome })" }
    }
    let slope = map.ridgeSlope
    let interval =
      slope.low.isFinite
      ? " (\(exponent(slope.low)) to \(exponent(slope.high)) over the seeds; other bases differ by more)" : ""
    return [
      .heatMap(map.heatMap),
      .table(
        Table(
          "ridge and edge",
          columns: [
            Table.Column("r", .right), Table.Column("s", .decimal), Table.Column("ridge", .decimal),
            Table.Column("lowest loss", .decimal, priority: 1), Table.Column("edge", .decimal),
            Table.Column("slow", .right, priority: 2), Table.Column("trained", .right, priority: 2),
            Table.Column("diverged", .right, priority: 2),
          ], rows: rows,
          caption: "ridge: the best learning rate, between the rates; its slope in the rank "
            + "\(exponent(slope.estimate))\(interval); edge: where half of the seeds diverge; its slope "
            + "\(exponent(map.slope)), theory of the edge \(exponent(map.theory.start)) at the start, "
            + "\(exponent(map.theory.solution)) at the solution; \(ratesOfTheBench)")),
    ]
  }
}

extension StabilityMap {
  fileprivate var repetition: String {
    let call = [
      "stability(base", dataDescription, configuration.description(rule: rule),
      "r=\(listLiteral(ranks.map(Double.init)))", "lr=\(listLiteral(rates))",
      "seeds=\(listLiteral(seeds.map { Double($0) }))", gridArguments(settings, optimizers: []),
      "fit_from=\(fitFrom))",
    ]
    return (provenance.statements + [call.joined(separator: ", ")]).joined(separator: "; ")
  }

  package var heatMap: HeatMap {
    let edges = ranks.indices.map { edge(rank: $0) }
    let ridges = ranks.indices.map { ridge(rank: $0) }
    var lines: [HeatMap.Line] = []
    func named(_ what: String, _ slope: Double) -> String {
      slope.isFinite ? "\(what), slope \(exponent(slope))" : what
    }
    if ridges.contains(where: { $0 != nil }) {
      lines.append(HeatMap.Line(named("ridge of best rates", ridgeSlope.estimate), y: ridges, role: .ridge))
    }
    if edges.contains(where: { $0 != nil }) {
      lines.append(HeatMap.Line(named("edge", slope), y: edges, role: .edge))
      if let line = theoryLine(edges) { lines.append(line) }
    }
    let outcomes = ranks.indices.map { self.outcomes(rank: $0) }
    func shares(_ outcome: Outcome) -> [[Double?]] {
      rates.indices.map { rate in
        ranks.indices.map { rank in
          let ended = outcomes[rank][rate]
          return ended.isEmpty ? nil : Double(ended.count { $0 == outcome }) / Double(ended.count)
        }
      }
    }
    return HeatMap(
      "stability", xLabel: "rank", yLabel: "learning rate", valueLabel: "diverged",
      secondLabel: "slow", restLabel: "trained", columns: ranks.map(Double.init), rows: rates,
      cells: shares(.diverged), secondCells: shares(.slow), lines: lines, caption: caption)
  }

  /// Theory gives the slope at the start, not the place: the line goes through the middle of the measured edge.
  private func theoryLine(_ edges: [Double?]) -> HeatMap.Line? {
    let found = edges.indices.filter { edges[$0] != nil }
    guard theory.start.isFinite, !found.isEmpty, let measured = edges[found[found.count / 2]] else {
      return nil
    }
    let middle = Double(ranks[found[found.count / 2]])
    return HeatMap.Line(
      "edge by theory, at the start, slope \(exponent(theory.start))",
      y: ranks.map { measured * Mathematics.power(Double($0) / middle, theory.start) },
      role: .edgeTheory)
  }

  private var caption: String {
    let listed = zip(ranks, multipliers).map { "\(NumberFormat.text($1)) at r=\($0)" }
    let scaling =
      Set(multipliers).count == 1
      ? "multiplier \(NumberFormat.text(multipliers[0])) at every rank"
      : "multiplier \(rule.formula): "
        + (listed.count > 8 ? "\(listed[0]) to \(listed[listed.count - 1])" : listed.joined(separator: ", "))
    var parts = [
      "\(ruleName(configuration, rule)), \(scaling)",
      protocolCaption(
        settings, rates: "\(NumberFormat.text(rates[0])) to \(NumberFormat.text(rates[rates.count - 1]))"),
      seedsCaption(seeds),
      (fitFrom > 1 ? "slopes from r=\(fitFrom) on; " : "") + columnRule,
      "model \(modelDescription)",
      "data \(dataDescription)",
    ]
    if !isFilling, let outside = outsideCaption(ranks.indices.map { ("r=\(ranks[$0])", column(rank: $0)) }) {
      parts.append(outside)
    }
    if isFilling || wasInterrupted || wasCut {
      let missing = runs.count { $0 == nil }
      parts.append("\(missing) of \(runs.count) runs are missing: edge and ridge need all of their seeds")
    }
    return parts.joined(separator: "; ")
  }
}
