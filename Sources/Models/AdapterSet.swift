// Several named adapters on one base, and which of them are active.
package import Adapters
package import Signals

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

  /// The adapter of a name; nil where there is none.
  package subscript(name: String) -> Adapter? { adapters.first { $0.name == name }?.adapter }

  /// The set of a model: that it has, or one of its one adapter; nil where it has none.
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

  fileprivate init(base: Model, adapters: [NamedAdapter], active: [String]) {
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
    for item in all where item.adapter.wholeBase != nil {
      throw AdapterError.cannotShare(
        name: item.name,
        reason: item.adapter.layout.configuration.initialization.splitsBase
          ? "it begins as a part of the base, which the others need whole"
          : "it gives the tied output layer a weight of its own")
    }
    return AdapterSet(base: base, adapters: all, active: [name])
  }

  /// The set without an adapter; where it was the only one active, the first of the others is, as in PEFT.
  ///
  /// - Throws: `AdapterError.unknownName`; `.noneActive` where it is the only one.
  package func removing(_ name: String) throws -> AdapterSet {
    guard self[name] != nil else { throw AdapterError.unknownName(name: name, names: names) }
    let rest = adapters.filter { $0.name != name }
    guard let first = rest.first else { throw AdapterError.noneActive(names: names) }
    let left = active.filter { $0 != name }
    return AdapterSet(base: base, adapters: rest, active: left.isEmpty ? [first.name] : left)
  }

  /// A model with these adapters active.
  ///
  /// - Throws: `AdapterError.unknownName`, `.cannotShare`, `.noneActive`; `Interruption`.
  package func model(
    active names: [String], mode: ScalingRule, stop: StopSignal = .never
  ) throws -> Model {
    guard let last = names.last else { throw AdapterError.noneActive(names: self.names) }
    var model = base
    for name in names {
      guard let adapter = self[name] else {
        throw AdapterError.unknownName(name: name, names: self.names)
      }
      if names.count > 1, let quantization = base.base.quantization {
        throw AdapterError.cannotShare(
          name: name,
          reason: "the others would be merged into the base, which \(quantization.name) rounds again")
      }
      if names.count > 1, let reason = AdapterSet.reasonAgainstSharing(adapter, isFirst: name == names.first)
      {
        throw AdapterError.cannotShare(name: name, reason: reason)
      }
      if name != last {
        model = try model.with(adapter).merged(mode: mode, stop: stop).forgettingOrigin
      }
    }
    guard let adapter = self[last] else { throw AdapterError.unknownName(name: last, names: self.names) }
    return model.with(adapter, in: AdapterSet(base: base, adapters: adapters, active: names))
  }

  /// Why an adapter cannot be active beside others, as the end of a sentence; nil where it can.
  private static func reasonAgainstSharing(_ adapter: Adapter, isFirst: Bool) -> String? {
    if !adapter.layout.weights.isEmpty { return "it brings weights of its own in place of the base's" }
    return isFirst ? nil : adapter.layout.configuration.kind.reasonToStandFirst
  }
}

extension Model {
  /// The model of one adapter with that adapter under a name.
  ///
  /// - Throws: `AdapterError.notAdapted`.
  package func named(_ name: String) throws -> Model {
    guard let adapter else { throw AdapterError.notAdapted }
    let set = AdapterSet(
      base: try detached(), adapters: [NamedAdapter(name: name, adapter: adapter)], active: [name])
    return with(adapter, in: set)
  }
}
