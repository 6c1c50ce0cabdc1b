// A frontier, the edge of stability and the ridge of best rates, as a value.
import Adapters
package import Analysis
import Display
package import Interpreter
import Text
import Training

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
      ("ridge", "for each adapter and rank the best rate, the geometric mean over the seeds"),
      ("ridges", "for each adapter and rank the best rate of each seed"),
      ("ridge_slope", "for each adapter the best rate's exponent in the rank, mean over the seeds"),
      ("ridge_low", "lower end of its 95 % interval over the seeds"),
      ("ridge_high", "upper end of its 95 % interval over the seeds"),
      ("edge", "for each adapter and rank the largest rate at which no seed diverges"),
      ("edges", "for each adapter and rank the edge of each seed"),
      ("slope", "for each adapter the edge's exponent in the rank, mean over the seeds"),
      ("low", "lower end of the edge slope's 95 % interval over the seeds"),
      ("high", "upper end of the edge slope's 95 % interval over the seeds"),
      ("theory", "for each adapter theory's exponents: of the edge at the start, and at the solution"),
      ("attempts", "runs made for each adapter"),
      ("settings", "one line of language that repeats the search exactly"),
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
    case "slope": numbers(lines.map { $0.edgeSlope(from: frontier.fitFrom).estimate })
    case "low": numbers(lines.map { $0.edgeSlope(from: frontier.fitFrom).low })
    case "high": numbers(lines.map { $0.edgeSlope(from: frontier.fitFrom).high })
    case "ridge": .list(lines.map { numbers($0.cells.map(\.best)) })
    case "ridges": .list(lines.map { .list($0.cells.map { numbers($0.bests) }) })
    case "ridge_slope": numbers(lines.map { $0.ridgeSlope(from: frontier.fitFrom).estimate })
    case "ridge_low": numbers(lines.map { $0.ridgeSlope(from: frontier.fitFrom).low })
    case "ridge_high": numbers(lines.map { $0.ridgeSlope(from: frontier.fitFrom).high })
    case "theory":
      .list(
        lines.map {
          numbers([$0.theory(from: frontier.fitFrom).start, $0.theory(from: frontier.fitFrom).solution])
        })
    case "settings": .text(repetition)
    case "attempts": numbers(lines.map { Double($0.cells.reduce(0) { $0 + $1.attempts }) })
    default: nil
    }
  }

  private static func name(_ line: FrontierLine) -> String {
    line.cells.first.map { ruleName($0.configuration, $0.rule) } ?? ""
  }

  package func shown(in session: Session) -> [Event] {
    let from = frontier.fitFrom
    return [
      .table(
        table(
          "ridge of best rates", caption: "", slope: { $0.ridgeSlope(from: from) },
          cell: { tableNumber($0.best) })),
      .table(
        table("edge of stability", caption: caption, slope: { $0.edgeSlope(from: from) }, cell: edgeText)),
    ]
  }

  private func table(
    _ title: String, caption: String, slope: (FrontierLine) -> Interval, cell: (FrontierCell) -> String
  ) -> Table {
    let ranks = frontier.lines.first?.cells.map(\.rank) ?? []
    let columns =
      [Table.Column("adapter", wraps: true)] + ranks.map { Table.Column("r=\($0)", .decimal, priority: 1) }
      + [
        Table.Column("slope", .decimal), Table.Column("95 %", priority: 2),
        Table.Column("edge theory", .decimal), Table.Column("at solution", .decimal, priority: 3),
      ]
    let rows = frontier.lines.map { line -> [String] in
      let slope = slope(line)
      let theory = line.theory(from: frontier.fitFrom)
      let interval = slope.low.isFinite ? "\(exponent(slope.low)) to \(exponent(slope.high))" : "—"
      return [FrontierObject.name(line)] + line.cells.map(cell)
        + [exponent(slope.estimate), interval, exponent(theory.start), exponent(theory.solution)]
    }
    return Table(title, columns: columns, rows: rows, caption: caption)
  }

  /// The edge; where only some seeds are known, what it is at most.
  private func edgeText(_ cell: FrontierCell) -> String {
    guard cell.edge.isNaN, !cell.edgeSoFar.isNaN else { return tableNumber(cell.edge) }
    return "≤ " + tableNumber(cell.edgeSoFar)
  }

  private var repetition: String {
    let adapters = frontier.lines.compactMap(\.cells.first).map {
      $0.configuration.description(rule: $0.rule)
    }
    let call = [
      "stability(base", frontier.dataDescription, "[\(adapters.joined(separator: ", "))]",
      "r=\(listLiteral(frontier.lines.first?.ranks ?? []))",
      "seeds=\(listLiteral(frontier.seeds.map { Double($0) }))",
      gridArguments(frontier.settings, optimizers: []),
      "fit_from=\(frontier.fitFrom))",
    ]
    return (frontier.provenance.statements + [call.joined(separator: ", ")]).joined(separator: "; ")
  }

  /// `lora alpha/r, rslora alpha/√r`.
  private var formulas: String {
    var seen: [String] = []
    for case let cell? in frontier.lines.map(\.cells.first) {
      let text = "\(cell.rule.name) \(cell.rule.formula)"
      if !seen.contains(text) { seen.append(text) }
    }
    return seen.joined(separator: ", ")
  }

  private var caption: String {
    let search = frontier.search
    let percent = NumberFormat.rounded((search.resolution - 1) * 100, digits: 2)
    return [
      "ridge: the rate of the lowest final loss, the geometric mean over the seeds; edge: the largest rate at which no "
        + "seed diverges, by bisection to \(percent) % between "
        + "\(NumberFormat.text(search.lowest)) and \(NumberFormat.text(search.highest)); slope: exponent in the rank"
        + (frontier.fitFrom > 1 ? " from r=\(frontier.fitFrom) on" : "")
        + ", mean over the seeds with its 95 % interval; theory is of the edge: at the start, and at the solution",
      "multiplier " + formulas, protocolCaption(frontier.settings, rates: nil), seedsCaption(frontier.seeds),
      "diverged: not finite, or less than half recovered of the gap to the best rate's loss, above that rate",
      ratesOfTheBench, "model \(frontier.modelDescription)",
      "data \(frontier.dataDescription)",
    ].joined(separator: "; ") + (frontier.isPartial ? "; \(missing)" : "")
  }

  private var missing: String {
    let all = frontier.lines.flatMap(\.cells).reduce(0) { $0 + $1.edges.count }
    return (frontier.wasInterrupted ? "interrupted" : "cut by seconds=")
      + ": \(all - frontier.foundCount) of \(all) edges are missing; ≤: of the seeds that are known, and slopes are theirs"
  }

  /// Curves of the best rate and of the edge over the ranks; cells whose search was not finished have no point.
  var series: [Chart.Series] {
    frontier.lines.flatMap { line in
      func curve(_ what: String, _ slope: Interval, _ value: (FrontierCell) -> Double) -> Chart.Series {
        let cells = line.cells.filter { value($0).isFinite && value($0) > 0 }
        return Chart.Series(
          "\(FrontierObject.name(line)), \(what), slope \(exponent(slope.estimate))",
          x: cells.map { Double($0.rank) }, y: cells.map(value))
      }
      let from = frontier.fitFrom
      return [
        curve("ridge", line.ridgeSlope(from: from), \.best),
        curve("edge", line.edgeSlope(from: from), \.edge),
      ].filter { !$0.x.isEmpty }
    }
  }

  var chartCaption: String { caption }
}
