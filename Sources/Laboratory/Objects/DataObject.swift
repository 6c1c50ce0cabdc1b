// Training data as a value.
import Display
package import Interpreter
package import Models
import Text
package import Training

package final class DataObject: LabObject {
  package let data: any TrainingData
  /// Of the model that it was used with last: its context says how much of the data counts.
  private var architecture: Architecture?

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

  /// The data, about to be used with a model. What the model's context leaves out is said, once in a session.
  package func used(with model: Model, _ session: Session) -> any TrainingData {
    architecture = model.architecture
    for remark in data.remarks(for: model.architecture) {
      session.warnOnce("remark \(data.description) \(remark)", remark)
    }
    return data
  }

  package func shown(in session: Session) -> [Event] {
    let details = architecture.map(data.details) ?? data.details
    let width = details.map(\.name.count).max() ?? 0
    let lines = details.map { "  \($0.name.padded(to: width))  \($0.value)" }
    return [.text(([data.description] + lines).joined(separator: "\n"))]
  }
}

extension Arguments {
  /// The data of an argument, about to be used with a model.
  package func data(_ name: String = "data", for model: Model, _ session: Session) throws -> any TrainingData
  {
    try object(name, as: DataObject.self).used(with: model, session)
  }
}
