// Adapters in the user's folders.
import Adapters
import Interchange
package import Interpreter
import Models
import TensorFile

package enum AdapterFiles {
  /// Writes the adapter of a model, or a trained adapter, as PEFT's folder.
  ///
  /// - Throws: `Failure` where there are no weights or the path holds something else; `AdapterFolderError`,
  ///   `TensorFileError`.
  package static func save(_ object: any LabObject, _ arguments: Arguments, _ session: Session) throws {
    let model = (object as? ModelObject)?.model
    guard let adapter = model?.adapter ?? (object as? AdapterObject)?.trained else {
      throw Failure(
        argument: "value", "this adapter has no weights", label: "`lora(…)` describes one",
        body: "Save a model that carries it, or `run.adapter`.")
    }
    if let active = model?.adapterSet?.active, active.count > 1, let last = active.last {
      session.emit(
        .note("of the active adapters the last is written, `\(last)`; m.save_pretrained(…) writes all"))
    }
    try save(
      adapter, baseModel: model?.source?.folder, to: arguments.text("file"),
      isPortable: arguments.bool("portable"), overwrite: arguments.bool("overwrite"), session)
  }

  /// Writes one adapter.
  ///
  /// - Throws: as above.
  static func save(
    _ adapter: Adapter, baseModel: String?, to folder: String, isPortable: Bool = false,
    overwrite: Bool = false, _ session: Session
  ) throws {
    do {
      var rule = adapter.layout.configuration.rule(mode: session.lab.mode)
      var (layout, parameters) = (adapter.layout, adapter.parameters)
      if isPortable, !isUniform(layout, rule) {
        (layout, parameters) = try adapter.levelled(rule: rule)
        rule = .lora
      }
      try AdapterFolder.save(
        layout, parameters: parameters, rule: rule,
        architecture: adapter.architecture, baseModel: baseModel, to: folder,
        at: try TextFile.place(folder, in: session.environment.workingFolder),
        isPortable: isPortable, overwrite: overwrite, stop: session.environment.stop)
    } catch let error as AdapterFolderError {
      guard case .occupied = error else { throw error }
      throw occupied(error)
    }
  }

  /// Writes several adapters of a model as PEFT does: `default` into the folder, each other one into a folder of its name
  /// in it; all of them as one step.
  ///
  /// - Throws: as above, before anything is written.
  static func save(_ items: [NamedAdapter], baseModel: String?, to folder: String, _ session: Session) throws
  {
    func subfolder(_ item: NamedAdapter) -> String { item.name == AdapterSet.usualName ? "" : item.name }
    if let item = items.first, items.count == 1 {
      let place = subfolder(item).isEmpty ? folder : "\(folder)/\(item.name)"
      return try save(item.adapter, baseModel: baseModel, to: place, session)
    }
    let path = try TextFile.place(folder, in: session.environment.workingFolder)
    for item in items {
      let name = subfolder(item)
      guard !name.contains("/"), name != ".", name != ".." else {
        throw Failure(
          "no folder can have the name `\(name)`", label: "an adapter of the model has it",
          body: "`save(m, folder)` writes the active adapter into a folder of any name.")
      }
      if let content = AdapterFolder.otherContent(name.isEmpty ? path : "\(path)/\(name)") {
        throw occupied(.occupied(path: name.isEmpty ? folder : "\(folder)/\(name)", content: content))
      }
    }
    try AtomicFolder.write(to: path, named: folder) {
      for item in items {
        try AdapterFolder.write(
          item.adapter.layout, parameters: item.adapter.parameters,
          rule: item.adapter.layout.configuration.rule(mode: session.lab.mode),
          architecture: item.adapter.architecture, baseModel: baseModel, into: $0, subfolder: subfolder(item),
          stop: session.environment.stop)
      }
    }
  }

  private static func occupied(_ error: AdapterFolderError) -> Failure {
    Failure(argument: "file", error.title, body: error.advice, fix: "overwrite=True")
  }

  /// Whether one rank and one alpha say all: loaders that know no patterns read it as PEFT does.
  private static func isUniform(_ layout: AdapterLayout, _ rule: ScalingRule) -> Bool {
    let first = layout.sites.first
    return !layout.configuration.initialization.splitsBase
      && layout.sites.allSatisfy {
        $0.rank == first?.rank && $0.multiplier(rule) == first?.multiplier(rule)
          && $0.rank == layout.configuration.rank
      }
  }
}
