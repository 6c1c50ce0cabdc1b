// The memory of a training step as a value: what is allocated beside what the formula says, term by term.
package import Analysis
import Display
package import Interpreter

package final class MemoryObject: TabledObject {
  /// What was measured: the model with its training, in words.
  private let title: String
  let formula: MemoryFormula
  /// Nil where the buffers were not made, as they would not fit.
  let allocated: AllocatedMemory?

  package init(_ title: String, _ formula: MemoryFormula, allocated: AllocatedMemory?) {
    self.title = title
    self.formula = formula
    self.allocated = allocated
  }

  package var kind: ObjectKind { .memory }
  package var bytes: Int { formula.terms.count * 100 }

  package var summary: String {
    let predicted = MemoryObject.text(formula.total)
    guard let allocated else { return "\(predicted) by the formula" }
    return "\(MemoryObject.text(allocated.total)), \(predicted) by the formula"
  }

  package static let fieldTable: [ObjectField<MemoryObject>] =
    [
      ObjectField("total", "bytes that a step allocates; None where it was not made") {
        .number(ifAny: $0.allocated?.total)
      },
      ObjectField("predicted", "bytes by the formula") { .number($0.formula.total) },
    ]
    + MemoryTerm.Part.allCases.map { part in
      ObjectField(part.rawValue, "bytes of \(words(part)): allocated, or by the formula where none were") {
        .number($0.allocated?.bytes(part) ?? $0.formula.bytes(part))
      }
    } + [
      ObjectField("terms", "a list of dictionaries: part, term, formula, bytes") { object in
        .list(
          object.formula.terms.map {
            .dictionary([
              ("part", .text($0.part.rawValue)), ("term", .text($0.name)), ("formula", .text($0.formula)),
              ("bytes", .number($0.bytes)),
            ])
          })
      }
    ]

  private static func words(_ part: MemoryTerm.Part) -> String {
    switch part {
    case .weights: "the weights"
    case .adapters: "the trained parameters and what is made of them"
    case .gradients: "the parameters' gradients"
    case .optimizer: "the optimiser"
    case .activations: "the values of a step and their gradients"
    case .logits: "the logits and their gradient"
    case .offloaded: "inputs of layers that are kept apart"
    }
  }

  package func shown(in session: Session) -> [Event] {
    var rows = MemoryTerm.Part.allCases.map { part in
      row(part.rawValue, allocated?.bytes(part), formula.bytes(part))
    }
    rows.insert(row("total", allocated?.total, formula.total), at: rows.count - 1)
    return [
      .table(
        Table(
          "memory of a step, \(title)",
          columns: [
            Table.Column("part"), Table.Column("allocated", .decimal), Table.Column("formula", .decimal),
            Table.Column("off", .decimal),
          ], rows: rows,
          caption: (allocated == nil
            ? "not allocated: it would not fit into memory" : "allocated: the buffers of a step")
            + "; formula: the sum of the terms below, from shapes alone; offloaded stands apart from the total, "
            + "on a CPU in the same memory"
        )),
      .table(
        Table(
          "",
          columns: [
            Table.Column("part"), Table.Column("term"), Table.Column("from"), Table.Column("bytes", .decimal),
          ],
          rows: formula.terms.map { [$0.part.rawValue, $0.name, $0.formula, MemoryObject.text($0.bytes)] })),
    ]
  }

  private func row(_ name: String, _ allocated: Double?, _ predicted: Double) -> [String] {
    var off = ""
    if let allocated, allocated > 0 {
      off = "\(((predicted / allocated - 1) * 1000).rounded() / 10) %"
    }
    return [name, allocated.map(MemoryObject.text) ?? "—", MemoryObject.text(predicted), off]
  }

  /// Bytes in words; so many that they are no whole number are what their estimate is.
  private static func text(_ bytes: Double) -> String {
    Quantity.bytes(Int(exactly: bytes.rounded()) ?? .max)
  }
}
