// Maps, frontiers and tunings as values.
import Adapters
import Analysis
import Display
import Training

/// Numbers of a table: three significant digits, a dash where there is none.
private func short(_ value: Double?, digits: Int = 3) -> String {
  guard let value, !value.isNaN else { return "—" }
  return value.isFinite ? NumberFormat.rounded(value, digits: digits) : value > 0 ? "∞" : "-∞"
}

/// `-0.79`; with its sign, as exponents are read.
private func exponent(_ value: Double) -> String {
  guard abs(value) < 1e6 else { return "—" }
  let hundredths = Int((abs(value) * 100).rounded())
  let digits = "\(hundredths / 100).\(hundredths % 100 / 10)\(hundredths % 10)"
  return hundredths == 0 ? digits : (value < 0 ? "-" : "+") + digits
}

private func seedsCaption(_ seeds: [UInt64]) -> String {
  seeds.count > 4
    ? "seeds \(seeds[0]) to \(seeds[seeds.count - 1])"
    : "seeds " + seeds.map(String.init).joined(separator: ", ")
}

private func protocolCaption(_ settings: TrainingSettings, rates: String?) -> String {
  "\(settings.steps) steps, \(settings.optimizer.name)\(rates.map { " lr " + $0 } ?? ""), "
    + settings.protocolCaption
}

private func ruleName(_ configuration: LoRAConfiguration, _ rule: ScalingRule) -> String {
  "\(rule.name) alpha=\(configuration.alpha.formula)"
}

// MARK: Map

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
    default: nil
    }
  }

  package func shown(in session: Session) -> [Event] {
    let rows = map.ranks.indices.map { i in
      let counts = map.rates.indices.map { map.counts(rate: $0, rank: i) }
      return [
        "\(map.ranks[i])", NumberFormat.text(map.multipliers[i]), short(map.edge(rank: i)),
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
    let multipliers = zip(ranks, multipliers).map { "\($0): \(NumberFormat.text($1))" }
    var parts = [
      "\(ruleName(configuration, rule)), multiplier at each rank \(multipliers.joined(separator: ", "))",
      protocolCaption(
        settings, rates: "\(NumberFormat.text(rates[0])) to \(NumberFormat.text(rates[rates.count - 1]))"),
      seedsCaption(seeds), "lost: not finite, or \(verdictRule.rawValue)", "model \(modelDescription)",
      "data \(dataDescription)",
    ]
    if wasInterrupted {
      parts.append("interrupted: runs are missing")
    } else if wasCut {
      parts.append("cut by seconds=: runs are missing")
    }
    return parts.joined(separator: "; ")
  }
}

// MARK: Frontier

package final class FrontierObject: LabObject {
  package let frontier: Frontier

  package init(_ frontier: Frontier) {
    self.frontier = frontier
  }

  package var kind: ObjectKind { .frontier }
  package var summary: String {
    "\(frontier.lines.count) adapters × \(frontier.lines.first?.cells.count ?? 0) ranks × "
      + "\(frontier.seeds.count) seeds"
  }
  package var bytes: Int {
    frontier.lines.flatMap(\.cells).reduce(0) { $0 + $1.edges.count * MemoryLayout<Double>.stride }
  }

  package var fields: [(name: String, meaning: String)] {
    [
      ("ranks", "the ranks"), ("adapters", "what each line is of"),
      ("edge", "for each adapter and rank the largest rate at which no seed is lost"),
      ("edges", "for each adapter and rank the edge of each seed"),
      ("slope", "for each adapter the edge's exponent in the rank, mean over the seeds"),
      ("low", "lower end of the slope's 95 % interval over the seeds"),
      ("high", "upper end of the slope's 95 % interval over the seeds"),
      ("theory", "for each adapter theory's exponents: of the edge at the start, and at the solution"),
      ("attempts", "runs made for each adapter"),
    ]
  }

  package func field(_ name: String, in session: Session) throws -> Value? {
    let lines = frontier.lines
    func numbers(_ values: [Double]) -> Value { .list(values.map { .number($0) }) }
    return switch name {
    case "ranks": numbers(lines.first?.ranks ?? [])
    case "adapters": .list(lines.map { .text(FrontierObject.name($0)) })
    case "edge": .list(lines.map { numbers($0.cells.map(\.edge)) })
    case "edges": .list(lines.map { .list($0.cells.map { numbers($0.edges) }) })
    case "slope": numbers(lines.map { $0.slopeOverSeeds(from: frontier.fitFrom).estimate })
    case "low": numbers(lines.map { $0.slopeOverSeeds(from: frontier.fitFrom).low })
    case "high": numbers(lines.map { $0.slopeOverSeeds(from: frontier.fitFrom).high })
    case "theory":
      .list(
        lines.map {
          numbers([$0.theory(from: frontier.fitFrom).start, $0.theory(from: frontier.fitFrom).solution])
        })
    case "attempts": numbers(lines.map { Double($0.cells.reduce(0) { $0 + $1.attempts }) })
    default: nil
    }
  }

  private static func name(_ line: FrontierLine) -> String {
    line.cells.first.map { ruleName($0.configuration, $0.rule) } ?? ""
  }

  package func shown(in session: Session) -> [Event] {
    let ranks = frontier.lines.first?.cells.map(\.rank) ?? []
    let columns =
      [Table.Column("adapter")] + ranks.map { Table.Column("r=\($0)", .decimal, priority: 1) }
      + [
        Table.Column("slope", .decimal), Table.Column("95 %", priority: 2), Table.Column("theory", .decimal),
        Table.Column("at solution", .decimal, priority: 3),
      ]
    let rows = frontier.lines.map { line -> [String] in
      let slope = line.slopeOverSeeds(from: frontier.fitFrom)
      let theory = line.theory(from: frontier.fitFrom)
      let interval = slope.low.isFinite ? "\(exponent(slope.low)) to \(exponent(slope.high))" : "—"
      return [FrontierObject.name(line)] + line.cells.map { short($0.edge) }
        + [exponent(slope.estimate), interval, exponent(theory.start), exponent(theory.solution)]
    }
    return [.table(Table("edge of stability", columns: columns, rows: rows, caption: caption))]
  }

  private var caption: String {
    [
      "the largest learning rate at which no seed is lost, by bisection to 10 %; slope: exponent in the rank"
        + (frontier.fitFrom > 1 ? " from r=\(frontier.fitFrom) on" : "")
        + ", mean over the seeds with its 95 % interval; theory: of the edge at the start, and at the solution",
      protocolCaption(frontier.settings, rates: nil), seedsCaption(frontier.seeds),
      "lost: not finite, or \(frontier.verdictRule.rawValue)", "model \(frontier.modelDescription)",
      "data \(frontier.dataDescription)",
    ].joined(separator: "; ")
  }

  /// Curves of the edge over the ranks.
  var series: [Chart.Series] {
    frontier.lines.map { line in
      Chart.Series(
        "\(FrontierObject.name(line)), slope \(exponent(line.slopeOverSeeds(from: frontier.fitFrom).estimate))",
        x: line.ranks,
        y: line.cells.map(\.edge))
    }
  }

  var chartCaption: String { caption }
}

// MARK: Tuning

package final class TuningObject: LabObject {
  package let tuning: Tuning
  /// Runs at other ranks with the rate that was found.
  package let transfers: [ComparisonArm]

  package init(_ tuning: Tuning, transfers: [ComparisonArm]) {
    self.tuning = tuning
    self.transfers = transfers
  }

  package var kind: ObjectKind { .tuning }
  package var summary: String {
    tuning.best.map { "lr \(NumberFormat.text($0.rate)) after \(tuning.attempts.count) attempts" }
      ?? "no good rate in \(tuning.attempts.count) attempts"
  }
  package var bytes: Int {
    (tuning.attempts.flatMap(\.runs) + transfers.flatMap(\.runs)).reduce(0) {
      $0 + 3 * $1.losses.count * MemoryLayout<Double>.stride
    }
  }

  package var fields: [(name: String, meaning: String)] {
    [
      ("lr", "the best good rate; None where none was good"),
      ("attempts", "attempts up to and with the first good one; None where none was good"),
      ("rates", "the rates in the order in which they were tried"),
      ("lost", "seeds lost at each"), ("final_loss", "mean final evaluation loss at each"),
      ("transfer_lost", "seeds lost at each rank of `transfer`"),
      ("transfer_loss", "mean final evaluation loss at each rank of `transfer`"),
    ]
  }

  package func field(_ name: String, in session: Session) throws -> Value? {
    func numbers(_ values: [Double]) -> Value { .list(values.map { .number($0) }) }
    return switch name {
    case "lr": tuning.best.map { .number($0.rate) } ?? Value.none
    case "attempts": tuning.attemptsToFirstGood.map { .number(Double($0)) } ?? Value.none
    case "rates": numbers(tuning.attempts.map(\.rate))
    case "lost": numbers(tuning.attempts.map { Double($0.lostCount) })
    case "final_loss": numbers(tuning.attempts.map(\.meanFinalLoss))
    case "transfer_lost": numbers(transfers.map { Double($0.divergedCount) })
    case "transfer_loss": numbers(transfers.map(\.meanFinalLoss))
    default: nil
    }
  }

  package func shown(in session: Session) -> [Event] {
    let rank = "\(tuning.configuration.rank)"
    var rows = tuning.attempts.enumerated().map { i, attempt in
      [
        "\(i + 1)", rank, NumberFormat.text(attempt.rate), "\(attempt.lostCount) of \(attempt.runs.count)",
        short(attempt.meanFinalLoss),
        attempt.rate == tuning.best?.rate ? "good, the best" : attempt.isGood ? "good" : "diverged",
      ]
    }
    rows += transfers.map { arm in
      [
        "", "\(arm.configuration.rank)", NumberFormat.text(arm.learningRate),
        "\(arm.divergedCount) of \(arm.finished.count)", short(arm.meanFinalLoss),
        arm.divergedCount == 0 ? "transfers" : "does not transfer",
      ]
    }
    return [
      .table(
        Table(
          "tuning",
          columns: [
            Table.Column("attempt", .right), Table.Column("r", .right), Table.Column("lr", .decimal),
            Table.Column("lost", .right), Table.Column("final loss", .decimal), Table.Column("verdict"),
          ], rows: rows, caption: caption))
    ]
  }

  private var caption: String {
    let rule = ruleName(tuning.configuration, tuning.rule)
    let s = tuning.configuration.multiplier(tuning.rule, rank: tuning.configuration.rank)
    var parts = [
      "\(rule), multiplier \(NumberFormat.text(s)) at r=\(tuning.configuration.rank)",
      protocolCaption(tuning.settings, rates: nil), seedsCaption(tuning.seeds),
      "good: no seed diverges; final loss: mean over the finite runs", "model \(tuning.modelDescription)",
      "data \(tuning.dataDescription)",
    ]
    if tuning.wasInterrupted { parts.append("interrupted: attempts are missing") }
    return parts.joined(separator: "; ")
  }
}
