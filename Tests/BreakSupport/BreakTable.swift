// The ledger's sums as a table.
import Foundation

package enum BreakTable {
  /// A row for each part, in Markdown: what was tried, with the commit and in all.
  package static func text(_ ledger: Ledger, commit: String, parts: [any BreakPart.Type]) -> String {
    var rows = [
      ["part", "what is tried, and what counts as failed", "tried", "failed", "seconds", "tried in all"],
      ["---", "---", "---:", "---:", "---:", "---:"],
    ]
    var all = (tried: 0, failed: 0, seconds: 0.0, ever: 0)
    for part in parts {
      let own = ledger.sum(part: part.name, commit: commit)
      let ever = ledger.sum(part: part.name).tried
      rows.append([
        "`\(part.name)`", part.sentence, grouped(own.tried), grouped(own.failed),
        grouped(Int(own.seconds.rounded())),
        grouped(ever),
      ])
      all = (all.tried + own.tried, all.failed + own.failed, all.seconds + own.seconds, all.ever + ever)
    }
    rows.append([
      "all", "at \(commit)", grouped(all.tried), grouped(all.failed), grouped(Int(all.seconds.rounded())),
      grouped(all.ever),
    ])
    return rows.map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
  }

  /// Between which lines a page has the table.
  package static let marks = ["<!-- scripts/break --into -->", "<!-- end -->"]

  /// A page with this table between the marks; nil where it has none.
  package static func filled(_ page: String, with table: String) -> String? {
    guard let start = page.range(of: marks[0]),
      let end = page.range(of: marks[1], range: start.upperBound..<page.endIndex)
    else { return nil }
    return page[..<start.upperBound] + "\n" + table + "\n" + page[end.lowerBound...]
  }

  /// 1,234,567.
  package static func grouped(_ number: Int) -> String {
    var digits = String(number)
    var place = digits.count - 3
    while place > (number < 0 ? 1 : 0) {
      digits.insert(",", at: digits.index(digits.startIndex, offsetBy: place))
      place -= 3
    }
    return digits
  }
}
