// The tokenizer of a stand-in: a name that Python code can hand on.
package import Interpreter
import Laboratory

package final class StandInTokenizer: LabObject {
  /// The name on the hub that it stands in for.
  let name: String

  init(_ name: String) {
    self.name = name
  }

  package var kind: ObjectKind { .tokenizer }
  package var summary: String { "stands in for that of \(name)" }
  package var bytes: Int { 0 }
  package var fields: [(name: String, meaning: String)] {
    [("name_or_path", "the name on the hub that it stands in for")]
  }

  package func field(_ field: String, in session: Session) throws -> Value? {
    field == "name_or_path" ? .text(name) : nil
  }

  package func shown(in session: Session) -> [Event] {
    [.text("tokenizer: \(summary)"), .note("data here is made of tokens already; nothing was fetched")]
  }
}
