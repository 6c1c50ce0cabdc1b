// A stability map as a value.
import Adapters
import Analysis
import Display
import Training

package final class MapObject: LabObject {
  package let map: StabilityMap

  package init(_ map: StabilityMap) {
    self.map = map
  }

  package var kind: ObjectKind { .map }
  package var summary: String {
    "\(map.ranks.count) ranks × \(map.rates.count) rates × \(map.seeds.count) seeds, edge slope "
      + exponent(map.slope)
  }
  package var bytes: Int { map.outcomes.count * MemoryLayout<Bool?>.stride }

  package var fields: [(name: String, meaning: String)] {
    [
      ("ranks", "the ranks, across"), ("rates", "the learning rates, in increasing order"),
      ("lost", "runs lost, a list for each rate"), ("made", "runs made, a list for each rate"),
      ("edge", "the rate at which half of the seeds are lost, for each rank; None where there is none"),
      ("slope", "the edge's exponent in the rank"),
      ("theory", "theory's exponents: of the edge at the start, and at the solution"),
      ("multipliers", "s at each rank"),
      ("settings", "one line of language that repeats the map exactly"),
    ]
  }

  package func field(_ name: String, in session: Session) throws -> Value? {
    func rows(_ count: ((made: Int, lost: Int)) -> Int) -> Value {
      .list(
        map.rates.indices.map { rate in
          .list(map.ranks.indices.map { .number(Double(count(map.counts(rate: rate, rank: $0)))) })
        })
    }
    return switch name {
    case "ranks": .list(map.ranks.map { .number(Double($0)) })
    case "rates": .list(map.rates.map { .number($0) })
    case "lost": rows(\.lost)
    case "made": rows(\.made)
    case "edge": .list(map.ranks.indices.map { map.edge(rank: $0).map { .number($0) } ?? .none })
    case "slope": .number(map.slope)
    case "theory": .list([.number(map.theory.start), .number(map.theory.solution)])
    case "multipliers": .list(map.multipliers.map { .number($0) })
    case "settings": .text(map.repetition)
    default: nil
    }
  }

  package func shown(in session: Session) -> [Event] {
    let rows = map.ranks.indices.map { i in
      let counts = map.rates.indices.map { map.counts(rate: $0, rank: i) }
      return [
        "\(map.ranks[i])", NumberFormat.text(map.multipliers[i]), tableNumber(map.edge(rank: i)),
        "\(counts.reduce(0) { $0 + $1.lost })", "\(counts.reduce(0) { $0 + $1.made })",
      ]
    }
    return [
      .heatMap(map.heatMap),
      .table(
        Table(
          "edge",
          columns: [
            Table.Column("r", .right), Table.Column("s", .decimal), Table.Column("edge", .decimal),
            Table.Column("lost", .right), Table.Column("runs", .right),
          ], rows: rows,
          caption: "edge: the learning rate at which half of the seeds are lost, between two rates on a "
            + "logarithmic scale; its slope in the rank \(exponent(map.slope)), theory "
            + "\(exponent(map.theory.start)) at the start, \(exponent(map.theory.solution)) at the solution")),
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
    return (setup + [call.joined(separator: ", ")]).joined(separator: "; ")
  }

  var heatMap: HeatMap {
    let edges = ranks.indices.map { edge(rank: $0) }
    var lines: [HeatMap.Line] = []
    if edges.contains(where: { $0 != nil }) {
      let name = slope.isFinite ? "edge, slope \(exponent(slope))" : "edge"
      lines.append(HeatMap.Line(name, y: edges))
      if let line = theoryLine(edges) { lines.append(line) }
    }
    return HeatMap(
      "stability", xLabel: "rank", yLabel: "learning rate", valueLabel: "seeds lost",
      columns: ranks.map(Double.init),
      rows: rates, cells: rates.indices.map { i in ranks.indices.map { share(rate: i, rank: $0) } },
      lines: lines, caption: caption)
  }

  /// Theory gives the slope at the start, not the place: the line goes through the middle of the measured edge.
  private func theoryLine(_ edges: [Double?]) -> HeatMap.Line? {
    let found = edges.indices.filter { edges[$0] != nil }
    guard theory.start.isFinite, !found.isEmpty, let measured = edges[found[found.count / 2]] else {
      return nil
    }
    let middle = Double(ranks[found[found.count / 2]])
    return HeatMap.Line(
      "theory at the start, slope \(exponent(theory.start))",
      y: ranks.map { measured * Mathematics.power(Double($0) / middle, theory.start) })
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
      (fitFrom > 1 ? "slopes from r=\(fitFrom) on; " : "") + "lost: not finite, or \(verdictRule.rawValue)",
      "model \(modelDescription)",
      "data \(dataDescription)",
    ]
    if isFilling || wasInterrupted || wasCut {
      let missing = outcomes.count { $0 == nil }
      parts.append("\(missing) of \(outcomes.count) runs are missing: an edge needs all of its seeds")
    }
    return parts.joined(separator: "; ")
  }
}
