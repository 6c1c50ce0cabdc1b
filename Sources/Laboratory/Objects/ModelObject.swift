// A model as a value of the language.
import Adapters
import Display
import Foundation
import Interchange
package import Interpreter
import Kernels
package import Models
import Text

/// A model as a user holds it: `n = m` is the same object, and what trains or changes it shows under both names.
package final class ModelObject: ModuleOwner {
  /// Replaced by the methods that change a model in PEFT; all else leaves it.
  package private(set) var model: Model
  /// The tokenizer of the model's folder, once it was asked for.
  private var tokenizer: TokenizerObject?

  package init(_ model: Model) {
    self.model = model
  }

  /// Stands for another model from now on, under all its names.
  func become(_ model: Model) { self.model = model }

  /// The tokenizer of the folder that the model was loaded from; nil where there is none.
  private func tokenizer(in session: Session) throws -> TokenizerObject? {
    guard let folder = model.source?.folder else { return nil }
    let path = try TextFile.place(folder, in: session.environment.workingFolder)
    if tokenizer == nil, FileManager.default.fileExists(atPath: path + "/tokenizer.json") {
      tokenizer = TokenizerObject(try TokenizerFolder(path: folder, at: path))
    }
    return tokenizer
  }

  package var kind: ObjectKind { .model }

  package var summary: String {
    var text = model.architecture.name
    switch model.architecture {
    case .transformer(let s): text += " of \(layers(s)), width \(s.width)"
    case .perceptron(let s): text += " of widths \(s.widths.map(String.init).joined(separator: ", "))"
    case .linear(let inputs, let outputs): text += " \(inputs) → \(outputs)"
    }
    if let quantization = model.base.quantization { text += " in \(quantization.name)" }
    if let adapter = model.adapter { text += " with \(adapter.layout.configuration.description)" }
    return text
  }

  package func checkUsable() throws { try model.base.checkUnchanged() }

  package var bytes: Int {
    model.base.bytes + trainableCount * MemoryLayout<Float>.stride
  }

  package var modulePaths: [String] { model.base.linearModules.map(\.path) }

  /// Parameters that training changes; 0 without an adapter.
  package var trainableCount: Int { model.adapter?.count ?? 0 }

  /// Parameters of the base and those that its adapter adds to it.
  var totalCount: Int {
    (model.adapter?.wholeBase ?? model.base).count + (model.adapter?.layout.addedCount ?? 0)
  }

  package var fields: [(name: String, meaning: String)] {
    [
      ("parameters", "number of parameters of the base"),
      ("trainable", "number of trainable parameters: those of the adapter"),
      ("modules", "paths of the linear modules"),
      ("adapter", "the adapter, as it stands"),
      ("adapters", "names of its adapters"),
      ("active", "names of those that are active; the last is trained"),
      ("multipliers", "multiplier of each adapted module, in order"),
      ("tokenizer", "the tokenizer of its folder; None for a model made here"),
    ]
  }

  package func field(_ name: String, in session: Session) throws -> Value? {
    switch name {
    case "parameters": return .number(Double(model.base.count))
    case "trainable": return .number(Double(trainableCount))
    case "modules": return .list(modulePaths.map { .text($0) })
    case "tokenizer": return try tokenizer(in: session).map { .object($0) } ?? Value.none
    case "adapter":
      guard let adapter = model.adapter else { return Value.none }
      let rule = adapter.layout.configuration.rule(mode: session.lab.mode)
      return .object(AdapterObject(trained: adapter.snapshot(base: model, rule: rule)))
    case "adapters", "active":
      guard let set = try AdapterSet(model) else { return .list([]) }
      return .list((name == "active" ? set.active : set.names).map { .text($0) })
    case "multipliers":
      guard let layout = model.adapter?.layout else { return .list([]) }
      let rule = layout.configuration.rule(mode: session.lab.mode)
      return .list(layout.sites.map { .number($0.multiplier(rule)) })
    default: return nil
    }
  }

  package func outline(of name: String) -> (any LabObject)? {
    name == "adapter" ? model.adapter.map { AdapterObject($0.layout.configuration) } : nil
  }

  /// A table of the modules with shapes and parameters, equal layers in one line; of an adapted model with rank,
  /// multiplier and trainable parameters, and the configuration below it.
  package func shown(in session: Session) -> [Event] {
    [.table(table(mode: session.lab.mode))]
  }

  /// A line of the table, beside the module's path.
  private struct Row: Equatable {
    var shape: String
    var parameters: Int
    var trainable: Int
    var rank: Int?
    var multiplier: Double?
  }

  private func table(mode: ScalingRule) -> Table {
    let layout = model.adapter?.layout
    let rule = layout?.configuration.rule(mode: mode)
    let trained = Set(layout?.weights.map(\.weight.name) ?? [])
    let modules = model.base.shapes.map { shape -> (path: String, item: Row) in
      let number = shape.role == .bias ? nil : layout?.siteNumber(of: shape.module)
      let site = number.flatMap { layout?.sites[$0] }
      let isTrained = trained.contains(shape.name)
      return (
        shape.role == .bias ? shape.name : shape.module,
        Row(
          shape: shape.dimensions.map(String.init).joined(separator: " × "), parameters: shape.count,
          trainable: (site?.count ?? 0) + (isTrained ? shape.count : 0), rank: site?.rank,
          multiplier: site.flatMap { site in rule.map { site.multiplier($0) } })
      )
    }
    var columns = [
      Table.Column("module"), Table.Column("shape", .right, priority: 3),
      Table.Column("parameters", .right, priority: 2),
    ]
    if layout != nil {
      columns += [
        Table.Column("r", .right), Table.Column("multiplier", .decimal),
        Table.Column("trainable", .right, priority: 1),
      ]
    }
    let rows = grouped(modules).map { group in
      var row = [
        group.path, group.item.shape + (group.count > 1 ? " × \(group.count)" : ""),
        Quantity.count(group.item.parameters * group.count),
      ]
      if layout != nil {
        row += [
          group.item.rank.map(String.init) ?? "—", group.item.multiplier.map(NumberFormat.text) ?? "—",
          group.item.trainable == 0 ? "—" : Quantity.count(group.item.trainable * group.count),
        ]
      }
      return row
    }
    return Table(heading, columns: columns, rows: rows, caption: caption(rule: rule))
  }

  private func layers(_ shape: TransformerShape) -> String {
    shape.layers == 1 ? "1 layer" : "\(shape.layers) layers"
  }

  private var heading: String {
    switch model.architecture {
    case .transformer(let s):
      let heads =
        s.heads == s.keyHeads ? "\(s.heads) heads" : "\(s.heads) heads on \(s.keyHeads) key/value heads"
      return "transformer: \(layers(s)), width \(s.width), \(heads), context \(s.context), "
        + "vocabulary \(s.vocabulary)"
    case .perceptron(let s):
      return "mlp: widths \(s.widths.map(String.init).joined(separator: ", ")), \(s.activation.rawValue)"
    case .linear(let inputs, let outputs):
      return "linear: \(inputs) → \(outputs)"
    }
  }

  /// What its bytes are in, measured: `in fp32`, or the quantised layers with the bits that each of their weights takes.
  private var formats: String {
    guard let quantization = model.base.quantization, let bits = model.base.bitsPerWeight else {
      return "in fp32"
    }
    let size = model.base.quantizedSize
    return
      "of which \(Quantity.bytes(size.bytes)) for \(Quantity.count(size.count)) weights of linear layers in "
      + "\(quantization.title), \(NumberFormat.fixed(bits, places: 2)) bits a weight; the rest in fp32"
  }

  private func caption(rule: ScalingRule?) -> String {
    let count = model.base.count
    var parts = ["\(Quantity.count(count)) parameters, \(Quantity.bytes(bytes)) \(formats)"]
    if let adapter = model.adapter, let rule {
      let share = 100 * Double(adapter.count) / Double(totalCount)
      parts.append(
        "\(Quantity.count(adapter.count)) trainable (\(NumberFormat.fixed(share, places: 1)) %)")
      let follows = adapter.layout.configuration.scaling == .follows
      parts.append(
        "\(adapter.layout.configuration.description), scaling \(rule.name) = \(rule.formula) "
          + (follows ? "(follows the session's mode)" : "(its own)"))
    }
    parts += model.historyStatements.map { "after \($0)" }
    return parts.joined(separator: "; ")
  }
}
