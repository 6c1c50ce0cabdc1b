// Several named adapters on one base, and which of them are active.
import Adapters

/// One adapter of several.
package struct NamedAdapter {
  package var name: String
  package var adapter: Adapter
}

/// Named adapters that share one base.
///
/// The active ones add up, as PEFT's do. Of several the last is trained; the others are merged into its base as they
/// stand when they are made active.
package struct AdapterSet {
  /// The base without any of them.
  package let base: Model
  /// In the order in which they were added.
  package let adapters: [NamedAdapter]
  /// Names, the trained one last.
  package let active: [String]

  /// What an adapter is called where nobody says it, as in PEFT.
  package static let usualName = "default"

  package var names: [String] { adapters.map(\.name) }

  package subscript(name: String) -> Adapter? { adapters.first { $0.name == name }?.adapter }

  /// The set of a model with one adapter.
  package init?(_ model: Model) throws {
    if let set = model.adapterSet {
      self = set
      return
    }
    guard let adapter = model.adapter else { return nil }
    self.init(
      base: try model.detached(), adapters: [NamedAdapter(name: AdapterSet.usualName, adapter: adapter)],
      active: [AdapterSet.usualName])
  }

  private init(base: Model, adapters: [NamedAdapter], active: [String]) {
    self.base = base
    self.adapters = adapters
    self.active = active
  }

  /// The set with one more adapter, which alone is active.
  ///
  /// - Throws: `AdapterError.nameTaken`, `.cannotShare`.
  package func adding(_ adapter: Adapter, name: String) throws -> AdapterSet {
    guard self[name] == nil else { throw AdapterError.nameTaken(name: name) }
    let all = adapters + [NamedAdapter(name: name, adapter: adapter)]
    for item in all where item.adapter.layout.configuration.initialization.splitsBase {
      throw AdapterError.cannotShare(
        name: item.name, reason: "it begins as a part of the base, which the others need whole")
    }
    return AdapterSet(base: base, adapters: all, active: [name])
  }

  /// A model with these adapters active.
  ///
  /// - Throws: `AdapterError.unknownName`, `.cannotShare`, `.noneActive`; `Interruption`.
  package func model(
    active names: [String], mode: ScalingRule, isInterrupted: @escaping @Sendable () -> Bool = { false }
  ) throws -> Model {
    guard let last = names.last else { throw AdapterError.noneActive(names: self.names) }
    var model = base
    for name in names {
      guard let adapter = self[name] else {
        throw AdapterError.unknownName(name: name, names: self.names)
      }
      if names.count > 1, let reason = AdapterSet.reasonAgainstSharing(adapter, isFirst: name == names.first)
      {
        throw AdapterError.cannotShare(name: name, reason: reason)
      }
      if name != last {
        model = try model.with(adapter).merged(mode: mode, isInterrupted: isInterrupted).forgettingOrigin
      }
    }
    guard let adapter = self[last] else { throw AdapterError.unknownName(name: last, names: self.names) }
    return model.with(adapter, in: AdapterSet(base: base, adapters: adapters, active: names))
  }

  private static func reasonAgainstSharing(_ adapter: Adapter, isFirst: Bool) -> String? {
    if !adapter.layout.weights.isEmpty { return "it brings weights of its own in place of the base's" }
    return adapter.layout.configuration.usesDoRA && !isFirst
      ? "DoRA measures the rows of the base alone: name it first" : nil
  }
}
