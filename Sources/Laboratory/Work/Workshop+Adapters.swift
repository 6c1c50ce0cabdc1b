// The work on adapters that commands and methods of models share.
package import Adapters
package import Display
package import Interchange
import Interpreter
package import Models
import Text

extension Workshop {
  /// An adapter's folder; what a user should know of it is emitted as notes.
  ///
  /// - Throws: `AdapterFolderError`, `TensorFileError`.
  package func read(_ folder: String) throws -> AdapterFolder {
    let files = try AdapterFolder(
      folder, at: try TextFile.place(folder, in: session.environment.workingFolder))
    for note in files.configuration.notes { session.emit(.note("`\(folder)`: \(note)")) }
    if !files.configuration.statesRule {
      session.emit(.note("`\(folder)` does not state use_rslora: alpha/r is taken, as PEFT does"))
    }
    if files.isMixed { session.emit(.note("`\(folder)`: \(AdapterFolder.mixedNote)")) }
    return files
  }

  /// What `make` gives of the base: alone, or beside the adapters that the model has.
  ///
  /// - Parameter isActive: whether it is active in their place; else they stay as they are.
  package func added(
    to model: Model, name: String?, isActive: Bool = true,
    _ make: (Model) throws -> Model
  ) throws -> Model {
    guard let set = try AdapterSet(model) else {
      let adapted = try make(model)
      return try name.map { try adapted.named($0) } ?? adapted
    }
    guard let name else { throw AdapterError.alreadyAdapted }
    guard let adapter = try make(set.base).adapter else { throw AdapterError.notAdapted }
    return try set.adding(adapter, name: name).model(
      active: isActive ? [name] : set.active, mode: session.lab.mode,
      stop: session.environment.stop)
  }

  /// The adapter merged into its base. Where the base is quantised, a note says what quantising the sum again has cost.
  ///
  /// - Throws: `AdapterError.notAdapted`; `Interruption`.
  package func merged(_ model: Model) throws -> Model {
    let (mode, stop) = (session.lab.mode, session.environment.stop)
    let merged = try model.merged(mode: mode, stop: stop)
    if let quantization = model.base.quantization,
      let loss = try model.quantizationLoss(of: merged, mode: mode, stop: stop)
    {
      session.emit(
        .note(
          "W + s·B·A was quantised to \(quantization.name) again: what it was rounded by is "
            + "\(NumberFormat.rounded(100 * loss, digits: 2)) % of the update's norm. `merge(dequantize(m))` rounds nothing"
        ))
    }
    return merged
  }

  /// A model with these of its adapters active; the same one where they are already.
  ///
  /// - Throws: `AdapterError`.
  package func activated(_ model: Model, _ names: [String]) throws -> Model {
    guard let set = try AdapterSet(model) else { throw AdapterError.notAdapted }
    let names = names.distinct()
    // An adapter that was taken out of its base stands on what was left of it.
    return names == set.active && names.count == 1
      ? model
      : try set.model(
        active: names, mode: session.lab.mode, stop: session.environment.stop)
  }

  /// The weighted sum, with what makes it.
  ///
  /// - Throws: `AdapterError.otherModules`.
  package func combined(
    _ adapters: [(adapter: Adapter, rule: ScalingRule)], weights: [Double], rank: Int?
  ) throws -> (Adapter, [RankError]) {
    let parts = adapters.enumerated().flatMap {
      ($1.adapter.madeBy?.steps ?? []) + [.keepAdapter(number: $0 + 1)]
    }
    return try Adapter.combined(
      adapters.map(\.adapter), weights: weights, rules: adapters.map(\.rule), rank: rank,
      madeBy: Provenance(parts + [.combine(weights: weights, rank: rank)]),
      stop: session.environment.stop)
  }

  /// - Throws: `Failure` where A and B are not all of the adapter.
  package static func requirePlain(_ adapter: Adapter) throws {
    guard adapter.isPlain else {
      throw Failure(
        "only A and B can be added up or brought to another rank",
        body:
          "This adapter is of another kind: \(adapter.layout.configuration.kinds.joined(separator: ", ")).")
    }
  }

  package static func lossTable(_ errors: [RankError]) -> Table {
    Table(
      "what the rank leaves out",
      columns: [
        Table.Column("module"), Table.Column("r", .right), Table.Column("new r", .right),
        Table.Column("lost", .decimal),
      ],
      rows: errors.map {
        [$0.module, "\($0.oldRank)", "\($0.newRank)", NumberFormat.rounded($0.relative, digits: 3)]
      }, caption: "lost: ‖Δ − Δ'‖/‖Δ‖ of the update Δ = s·B·A, in the Frobenius norm")
  }

  /// What is allowed, and may not be what was meant, says what it means.
  package func noteOddities(_ model: Model) {
    noteRanksAboveWidth(model)
    guard let layout = model.adapter?.layout, layout.configuration.bias != .none,
      !layout.weights.contains(where: { $0.weight.isBias && !layout.isWhole($0) })
    else { return }
    let whose = layout.configuration.bias == .all ? "the model has" : "the adapted modules have"
    session.warnOnce(
      "no biases \(model.description) \(layout.configuration.bias)",
      "bias=\"\(layout.configuration.bias.rawValue)\" trains nothing here: \(whose) no biases")
  }

  package func noteRanksAboveWidth(_ model: Model) {
    guard
      let site = model.adapter?.layout.sites.first(where: {
        $0.rank > min($0.module.inputs, $0.module.outputs)
      })
    else { return }
    let width = min(site.module.inputs, site.module.outputs)
    session.warnOnce(
      "rank above width \(site.rank) \(width)",
      "r=\(site.rank) is above the width \(width) of \(site.module.path): B·A cannot have more than rank \(width), "
        + "the rest is redundant")
  }
}
