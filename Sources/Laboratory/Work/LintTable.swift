// The table that every report of `lint` begins with: which modules get which rank, alpha and multiplier.
package import Adapters
package import Analysis
import Display
import Interpreter
import Text

package struct LintTable: Sendable {
  package var title: String
  package var rows: [LintRow]
  package var rule: ScalingRule?
  /// Whether Adam's rate is one of its columns.
  package var hasRates: Bool
  /// What its columns mean, in sentences that need not be said twice.
  var sentences: [String]

  /// Longer tables are cut, with a line that says what is left out.
  private static let mostRows = 20

  init(_ subject: LintSubject, title: String) {
    self.title = title
    let (rows, rule) = (subject.rows(), subject.rule)
    let isAdam =
      switch subject.training.optimizer {
      case .adam, nil: true
      case .sgd, .other: false
      }
    let hasRates = isAdam && rows.contains { LintTable.multiplier($0, rule).map { $0 > 0 } ?? false }
    (self.rows, self.rule, self.hasRates) = (rows, rule, hasRates)
    var sentences: [String] = []
    if subject.form != .live, subject.modules == nil {
      let patterns = !subject.rankPattern.isEmpty || !subject.alphaPattern.isEmpty
      sentences.append(
        "As written: no model was looked at"
          + (subject.baseName.map { ", `\($0)` neither" } ?? "")
          + (patterns ? "; PEFT takes for each module the first key that matches its path." : "."))
    }
    if hasRates {
      sentences.append(
        "rate: Adam's best rate over that of \(AdamRate.anchorName), an order of magnitude by 1/(s·√r). \(AdamRate.caveat)"
      )
    }
    self.sentences = sentences
  }

  /// s; nil where a part of it was not read.
  package static func multiplier(_ row: LintRow, _ rule: ScalingRule?) -> Double? {
    guard let rank = row.rank, rank > 0, let alpha = row.alpha, let rule else { return nil }
    let s = rule.multiplier(alpha: alpha, rank: rank)
    return s.isFinite ? s : nil
  }

  /// - Parameter sentences: those of the caption that were not said yet.
  func shown(_ sentences: [String]) -> Table {
    let hasCounts = rows.contains { $0.count != nil }
    func number(_ value: Double?) -> String { value.map(NumberFormat.text) ?? "not read" }
    let cells = rows.prefix(LintTable.mostRows).map { row -> [String] in
      let s = LintTable.multiplier(row, rule)
      let rate = s.flatMap { s in
        row.rank.flatMap { rank in s > 0 ? AdamRate(multiplier: s, rank: rank).ratio : nil }
      }
      return [row.modules] + (hasCounts ? [row.count.map(String.init) ?? ""] : [])
        + [number(row.rank), number(row.alpha), rule?.name ?? "not read"]
        + [s.map { NumberFormat.rounded($0, digits: 3) } ?? "not known"]
        + (hasRates ? [rate.map { NumberFormat.rounded($0, digits: 3) } ?? ""] : [])
    }
    let columns =
      [Table.Column("module")] + (hasCounts ? [Table.Column("count", .right, priority: 2)] : [])
      + [
        Table.Column("r", .right), Table.Column("alpha", .decimal), Table.Column("rule"),
        Table.Column("multiplier", .decimal),
      ] + (hasRates ? [Table.Column("rate", .decimal, priority: 1)] : [])
    return Table(
      title, columns: columns, rows: cells,
      caption: ((leftOut.map { [$0] } ?? []) + sentences).joined(separator: " "))
  }

  /// "And 204 more rows: r 2 to 12, multiplier 2.67 to 16.".
  private var leftOut: String? {
    let rest = rows.dropFirst(LintTable.mostRows)
    guard !rest.isEmpty else { return nil }
    func range(_ values: [Double]) -> String? {
      guard let least = values.min(), let most = values.max() else { return nil }
      let (a, b) = (NumberFormat.rounded(least, digits: 3), NumberFormat.rounded(most, digits: 3))
      return a == b ? a : "\(a) to \(b)"
    }
    let parts = [
      range(rest.compactMap(\.rank)).map { "r \($0)" },
      range(rest.compactMap { LintTable.multiplier($0, rule) }).map { "multiplier \($0)" },
    ].compactMap { $0 }
    return "And \(rest.count) more rows" + (parts.isEmpty ? "." : ": \(parts.joined(separator: ", ")).")
  }
}
