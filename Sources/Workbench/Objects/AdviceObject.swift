// Measured advice as a value: the decision matrix with its verdicts, and the runs behind it.
import Analysis
import Display

package final class AdviceObject: LabObject {
  package let advice: Advice

  package init(_ advice: Advice) {
    self.advice = advice
  }

  private var comparison: ComparisonObject { ComparisonObject(advice.comparison) }

  package var kind: ObjectKind { .advice }
  package var summary: String { advice.lines.map(\.verdict.rawValue).joined(separator: ", ") }
  package var bytes: Int { comparison.bytes }

  package var fields: [(name: String, meaning: String)] {
    [
      ("scenarios", "the scenarios of the matrix"), ("verdicts", "what came out for each"),
      ("measured", "what each verdict is taken from"), ("comparison", "the runs"),
    ]
  }

  package func field(_ name: String, in session: Session) throws -> Value? {
    switch name {
    case "scenarios": .list(advice.lines.map { .text($0.scenario) })
    case "verdicts": .list(advice.lines.map { .text($0.verdict.rawValue) })
    case "measured": .list(advice.lines.map { .text($0.measured) })
    case "comparison": .object(comparison)
    default: nil
    }
  }

  package func shown(in session: Session) -> [Event] {
    advice.lines.map { line in
      .page(
        hanging(
          "\(line.scenario): \(line.verdict.rawValue)",
          ["the article: \(line.recommendation)", "here: \(line.measured)"]))
    } + comparison.shown(in: session)
  }
}

/// A line with others below it, indented.
func hanging(_ head: String, _ lines: [String]) -> Page {
  Page([.paragraph(head)] + lines.map { .hanging("  ", $0) })
}
