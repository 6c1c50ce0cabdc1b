// What EarlyStoppingCallback gives: what a trainer watches its evaluations for.
import Display
package import Interpreter
import Laboratory
import Text
import Training

/// The one callback that is here.
package final class CallbackObject: LabObject {
  let patience: Int
  let threshold: Double

  init(patience: Int, threshold: Double) {
    (self.patience, self.threshold) = (patience, threshold)
  }

  package var kind: ObjectKind { .callback }
  package var bytes: Int { 0 }

  package var summary: String {
    "ends a run after \(patience) evaluation\(patience == 1 ? "" : "s") in a row without a fall"
      + (threshold > 0 ? " of more than \(NumberFormat.text(threshold))" : "")
  }

  package var fields: [(name: String, meaning: String)] {
    [
      ("early_stopping_patience", "evaluations in a row without a fall after which the run ends"),
      ("early_stopping_threshold", "how far below the lowest an evaluation must be to count as a fall"),
    ]
  }

  package func field(_ name: String, in session: Session) throws -> Value? {
    switch name {
    case "early_stopping_patience": .number(Double(patience))
    case "early_stopping_threshold": .number(threshold)
    default: nil
    }
  }

  package func shown(in session: Session) -> [Event] { [.text("EarlyStoppingCallback\n  \(summary)")] }
}
