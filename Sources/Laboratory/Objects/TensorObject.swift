// A tensor as a value: what `logits` gives, and what a safetensors file holds.
import Display
package import Interpreter
package import TensorFile
import Text

package final class TensorObject: LabObject {
  package let name: String
  package let shape: [Int]
  package let values: [Float]
  /// What it was computed from, written beside it.
  package let input: TensorData?

  package init(name: String, shape: [Int], values: [Float], input: TensorData? = nil) {
    precondition(values.count == shape.reduce(1, *), "\(values.count) values for the shape \(shape)")
    self.name = name
    self.shape = shape
    self.values = values
    self.input = input
  }

  package var kind: ObjectKind { .tensor }
  package var summary: String { "\(name) \(size)" }
  package var bytes: Int { values.count * MemoryLayout<Float>.stride }

  private var size: String {
    shape.isEmpty ? "a number" : shape.map(String.init).joined(separator: " × ")
  }

  package var fields: [(name: String, meaning: String)] {
    [
      ("shape", "its sizes"), ("values", "all values, the last size fastest"),
      ("mean", "mean of the finite values"), ("min", "smallest finite value"),
      ("max", "largest finite value"),
      ("non_finite", "number of values that are not finite"),
    ]
  }

  package func field(_ name: String, in session: Session) throws -> Value? {
    let finite = values.lazy.filter(\.isFinite).map { Double($0) }
    return switch name {
    case "shape": .list(shape.map { .number(Double($0)) })
    case "values": .list(values.map { .number(Double($0)) })
    case "mean": .number(mean(finite))
    case "min": .number(finite.min() ?? .nan)
    case "max": .number(finite.max() ?? .nan)
    case "non_finite": .number(Double(values.count { !$0.isFinite }))
    default: nil
    }
  }

  private func mean(_ values: some Sequence<Double>) -> Double {
    var (sum, count) = (0.0, 0)
    for value in values {
      sum += value
      count += 1
    }
    return count == 0 ? .nan : sum / Double(count)
  }

  package func shown(in session: Session) -> [Event] {
    let finite = values.lazy.filter(\.isFinite).map { Double($0) }
    var text = "tensor \(name): \(size)"
    if let low = finite.min(), let high = finite.max() {
      text +=
        "\n  \(NumberFormat.text(low)) to \(NumberFormat.text(high)), mean \(NumberFormat.text(mean(finite)))"
    }
    let lost = values.count { !$0.isFinite }
    if lost > 0 { text += ", \(Quantity.count(lost)) not finite" }
    let shown = values.prefix(6).map { NumberFormat.text(Double($0)) }.joined(separator: " ")
    return [.text(text + (values.isEmpty ? "" : "\n  \(shown)\(values.count > 6 ? " …" : "")"))]
  }
}

extension TensorObject: SavableObject {
  package var forms: [SavedForm] {
    [
      .tensors {
        [TensorData(self.name, shape: self.shape, floats: self.values)] + (self.input.map { [$0] } ?? [])
      }
    ]
  }

  /// The tensors of a file whose elements are numbers that fit a Float: one by itself, several as a dictionary.
  ///
  /// - Throws: `TensorFileError`.
  package static func read(_ path: String) throws -> Value {
    let file = try TensorFile.read(path: path)
    let values = try file.tensors.map { entry in
      let values =
        try [.f64, .f32, .f16, .bf16].contains(entry.type)
        ? entry.floats() : entry.integers().map { Float($0) }
      return (
        key: entry.name,
        value: Value.object(TensorObject(name: entry.name, shape: entry.shape, values: values))
      )
    }
    return values.count == 1 ? values[0].value : .dictionary(values)
  }
}
