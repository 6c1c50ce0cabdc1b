// An adapter's folder held against itself: shapes against the configuration, patterns, and what each loader makes of it.
package import Adapters
package import Models
import TensorFile

package struct AdapterExamination: Sendable {
  /// One module of the file.
  package struct Module: Sendable {
    package var path: String
    /// Rows of A.
    package var rank: Int
    /// By loader; nil where it would not load the folder, or where that is not known.
    package var multipliers: [AdapterLoader: Double]

    /// Whether a loader scales this module otherwise than PEFT does.
    package func differs(by loader: AdapterLoader) -> Bool {
      guard let peft = multipliers[.peft], let other = multipliers[loader] else { return false }
      return abs(other - peft) > 1e-6 * abs(peft)
    }
  }

  package let modules: [Module]
  /// Each one sentence, lower case, no full stop.
  package let faults: [String]
  package let warnings: [String]
  /// What is no fault, and worth knowing.
  package let notes: [String]

  /// Loaders that scale a module otherwise than PEFT does.
  package var differingLoaders: [AdapterLoader] {
    AdapterLoader.allCases.filter { loader in modules.contains { $0.differs(by: loader) } }
  }

  /// - Parameter model: what the adapter is for; without one only the tensors are known.
  package init(_ files: AdapterFolder, model: Model? = nil) {
    let configuration = files.configuration.adapter
    let kind = configuration.kind
    var faults: [String] = []
    var warnings: [String] = []
    var notes: [String] = []
    let names = files.tensors.tensors.map(\.name).sorted()
    let sites = AdapterExamination.sites(files.tensors, &faults)
    var takers: [AdapterLoader] = []
    for loader in AdapterLoader.allCases {
      let objections = loader.objections(
        to: configuration, otherKind: kind.isUpdateAlone ? nil : kind.title,
        isKindRefused: kind.refusingLoaders.contains(loader), missing: files.configuration.unstatedFields,
        tensors: names)
      if objections.isEmpty { takers.append(loader) }
      for objection in objections {
        switch objection {
        case .refuses(let why):
          warnings.append("\(loader.rawValue) does not load this folder: \(why)")
        case .unread(let what):
          notes.append("\(loader.rawValue)'s column is empty: \(what) was not read in its source")
        }
      }
    }
    let patterns = AdapterExamination.Patterns(configuration)
    modules = sites.map { site in
      let rank = patterns.rank(site.path)
      if rank != site.rank {
        faults.append(
          "\(site.path): A has \(site.rank) rows, and the configuration makes its rank \(rank)")
      }
      let alpha = patterns.alpha(site.path)
      let multipliers = takers.map { loader in
        (loader, loader.multiplier(configuration, alpha: alpha, rank: rank, rows: site.rank))
      }
      return Module(
        path: site.path, rank: site.rank, multipliers: Dictionary(uniqueKeysWithValues: multipliers))
    }
    for (name, keys) in [
      ("rank_pattern", configuration.rankPattern.map(\.pattern)),
      ("alpha_pattern", configuration.alphaPattern.map(\.pattern)),
    ] {
      for key in keys where !patterns.matches(key, sites.map(\.path)) {
        warnings.append("the key `\(key)` of \(name) matches no module of the file")
      }
    }
    for loader in takers {
      let lost = loader.lost(of: names)
      guard let first = lost.first else { continue }
      warnings.append(
        "\(loader.rawValue) passes over `\(first)`\(lost.count > 1 ? " and \(lost.count - 1) more" : "") "
          + "without a word: what was trained there is lost")
    }
    if !files.configuration.statesRule {
      warnings.append(
        "use_rslora is not stated: every loader takes alpha/r; an adapter trained with rsLoRA would be wrong by √r"
      )
    }
    let adders = takers.filter { $0 != .peft }
    if configuration.initialization.splitsBase, !adders.isEmpty {
      warnings.append(
        "init_lora_weights=\"\(configuration.initialization.rawValue)\" took a part out of the base: "
          + "\(AdapterLoader.names(adders)) \(adders.count == 1 ? "adds" : "add") it twice")
    }
    if let largest = sites.map(\.rank).max(), largest > 16, takers.contains(.vllm) {
      notes.append(
        "vLLM takes a rank of \(largest) where it is started with --max-lora-rank \(largest) or more")
    }
    if files.isMixed { warnings.append(AdapterFolder.mixedNote) }
    warnings += files.configuration.notes
    let bad = files.tensors.tensors.filter { $0.type != .f32 && $0.type != .f16 && $0.type != .bf16 }
    for entry in bad { faults.append("\(entry.name) is of type \(entry.type.name)") }
    if let model {
      do {
        _ = try files.attached(to: model)
      } catch let error as AdapterFolderError {
        faults.append(error.title)
      } catch let error as AdapterError {
        faults.append(AdapterExamination.sentence(error))
      } catch {
        faults.append("\(error)")
      }
    }
    self.faults = faults
    self.warnings = warnings
    self.notes = notes
  }

  private static func sentence(_ error: AdapterError) -> String {
    switch error {
    case .targetMatchesNothing(let target, _, _): "target_modules: `\(target)` matches no module of the model"
    case .patternMatchesNothing(let name, let pattern, _): "\(name): `\(pattern)` matches no adapted module"
    case .savedModuleUnknown(let name, _): "modules_to_save: the model has no `\(name)`"
    default: "the configuration does not fit the model"
    }
  }

  /// Pairs of A and B in the file; what is no pair is a fault.
  private static func sites(_ tensors: TensorFile, _ faults: inout [String]) -> [(path: String, rank: Int)] {
    let (head, a, b) = ("base_model.model.", AdapterPart.Role.a.suffix, AdapterPart.Role.b.suffix)
    var sites: [(path: String, rank: Int)] = []
    var found: Set<String> = []
    for entry in tensors.tensors where entry.name.hasSuffix(a) {
      let path = String(entry.name.dropLast(a.count))
      found.insert(path)
      let shown = path.hasPrefix(head) ? String(path.dropFirst(head.count)) : path
      guard let other = tensors[path + b] else {
        faults.append("\(shown) has an A and no B")
        continue
      }
      guard entry.shape.count == 2, other.shape.count == 2, entry.shape[0] == other.shape[1] else {
        let isExchanged =
          entry.shape.count == 2 && other.shape.count == 2 && entry.shape[1] == other.shape[0]
        faults.append(
          "\(shown): A is \(entry.shape) and B \(other.shape), "
            + (isExchanged ? "which seem to be exchanged" : "which have no product"))
        continue
      }
      sites.append((shown, entry.shape[0]))
    }
    let bare = tensors.tensors.map(\.name).filter { !$0.hasPrefix(head) }.sorted()
    if let first = bare.first {
      faults.append(
        "`\(first)`\(bare.count > 1 ? " and \(bare.count - 1) more do" : " does") not begin with \(head)")
    }
    for entry in tensors.tensors where entry.name.hasSuffix(b) {
      let path = String(entry.name.dropLast(b.count))
      if !found.contains(path) { faults.append("\(path) has a B and no A") }
    }
    if sites.isEmpty {
      let names = tensors.tensors.map(\.name).sorted()
      faults.append(
        "the file has no pair of A and B" + (AdapterNames(names).sentence.map { "; \($0)" } ?? ""))
    }
    return sites.sorted { $0.path < $1.path }
  }

  /// Ranks and alphas of modules after the patterns, as PEFT looks them up.
  private struct Patterns {
    let configuration: LoRAConfiguration

    init(_ configuration: LoRAConfiguration) {
      self.configuration = configuration
    }

    func rank(_ path: String) -> Int {
      configuration.rankPattern.first { matches($0.pattern, [path]) }?.rank ?? configuration.rank
    }

    func alpha(_ path: String) -> Double {
      configuration.alphaPattern.first { matches($0.pattern, [path]) }?.alpha
        ?? configuration.alpha.value(rank: Double(configuration.rank))
    }

    func matches(_ key: String, _ paths: [String]) -> Bool { patternMatches(key, anyOf: paths) }
  }
}
