// Measured advice as a value: the decision matrix with its verdicts, and the runs behind it.
package import Analysis
package import Display
package import Interpreter
import Text
import Training

package final class AdviceObject: LabObject {
  package let advice: Advice
  /// How the rate of the runs was found; nil where it was given.
  package let anchor: Tuning?

  package init(_ advice: Advice, anchor: Tuning?) {
    self.advice = advice
    self.anchor = anchor
  }

  private var comparison: ComparisonObject { ComparisonObject(advice.comparison) }

  package var kind: ObjectKind { .advice }
  package var summary: String { advice.lines.map(\.verdict.rawValue).joined(separator: ", ") }
  package var bytes: Int { comparison.bytes }

  package var fields: [(name: String, meaning: String)] {
    [
      ("scenarios", "the scenarios of the matrix"), ("verdicts", "what came out for each"),
      ("measured", "what each verdict is taken from"), ("comparison", "the runs"),
      ("lr", "the learning rate of all runs"), ("anchor", "how that rate was found; None where it was given"),
    ]
  }

  package func field(_ name: String, in session: Session) throws -> Value? {
    switch name {
    case "scenarios": .list(advice.lines.map { .text($0.scenario) })
    case "verdicts": .list(advice.lines.map { .text($0.verdict.rawValue) })
    case "measured": .list(advice.lines.map { .text($0.measured) })
    case "comparison": .object(comparison)
    case "lr": .number(advice.comparison.settings.learningRate)
    case "anchor": anchor.map { .object(TuningObject($0, transfers: [])) } ?? Value.none
    default: nil
    }
  }

  private var rateSentence: String {
    let rate = NumberFormat.text(advice.comparison.settings.learningRate)
    guard let anchor else { return "All runs at lr \(rate), as given; \(ratesOfTheBench)." }
    return
      "All runs at lr \(rate), the best for \(AnchorTuning.name) here (\(anchor.attempts.count) attempts, "
      + "\(seedsCaption(anchor.seeds))); \(ratesOfTheBench)."
  }

  package func shown(in session: Session) -> [Event] {
    [.page(Page([.paragraph(rateSentence)]))]
      + advice.lines.map { line in
        .page(
          hanging(
            "\(line.scenario): \(line.verdict.rawValue)",
            ["the article: \(line.recommendation)", "here: \(line.measured)"]))
      } + comparison.shown(in: session)
  }
}

/// A line with others below it, indented.
package func hanging(_ head: String, _ lines: [String]) -> Page {
  Page([.paragraph(head)] + lines.map { .hanging("  ", $0) })
}
