// Training data as a value.
import Display
import Training

package final class DataObject: LabObject {
  package let data: any TrainingData

  package init(_ data: any TrainingData) {
    self.data = data
  }

  package var kind: ObjectKind { .data }
  package var summary: String { data.description }
  package var bytes: Int { data.bytes }

  package var fields: [(name: String, meaning: String)] {
    [
      ("vocab", "number of tokens; None for a regression"),
      ("floor", "the loss no model can go below; None where it is not known"),
    ]
  }

  package func field(_ name: String, in session: Session) throws -> Value? {
    switch name {
    case "vocab": data.vocabulary.map { .number(Double($0)) } ?? Value.none
    case "floor": data.floor.map { .number($0) } ?? Value.none
    default: nil
    }
  }

  package func shown(in session: Session) -> [Event] {
    let width = data.details.map(\.name.count).max() ?? 0
    let lines = data.details.map { "  \($0.name.padded(to: width))  \($0.value)" }
    return [.text(([data.description] + lines).joined(separator: "\n"))]
  }
}
