// An adapter's folder held against itself: shapes against the configuration, patterns, and what each loader makes of it.
import Adapters
import Models
import TensorFile

package struct AdapterExamination: Sendable {
  /// Programs that load PEFT's folders, and how each finds the multiplier of a module.
  package enum Loader: String, CaseIterable, Sendable {
    /// alpha and r after patterns, and `use_rslora`.
    case peft = "PEFT"
    /// `lora_alpha`/`r` of the whole configuration: `LoRAContainer.fromPEFT` reads neither patterns nor `use_rslora`.
    case mlxSwift = "mlx-swift-lm"
    /// `lora_alpha` over the tensor's rank: `convert_lora_to_gguf` keeps one alpha and no rule.
    case llamaCpp = "llama.cpp"
  }

  /// One module of the file.
  package struct Module: Sendable {
    package var path: String
    /// Rows of A.
    package var rank: Int
    /// By loader; nil where it would not load the folder.
    package var multipliers: [Loader: Double]

    /// Whether some loader scales this module otherwise than PEFT does.
    package var isAmbiguous: Bool {
      guard let peft = multipliers[.peft] else { return false }
      return multipliers.values.contains { abs($0 - peft) > 1e-6 * abs(peft) }
    }
  }

  package let modules: [Module]
  /// Each one sentence, lower case, no full stop.
  package let faults: [String]
  package let warnings: [String]

  /// - Parameter model: what the adapter is for; without one only the tensors are known.
  package init(_ files: AdapterFolder, model: Model? = nil) {
    let configuration = files.configuration.adapter
    let rule = configuration.rule(mode: .lora)
    var faults: [String] = []
    var warnings: [String] = []
    let sites = AdapterExamination.sites(files.tensors, &faults)
    let patterns = AdapterExamination.Patterns(configuration)
    modules = sites.map { site in
      let rank = patterns.rank(site.path)
      if rank != site.rank {
        faults.append(
          "\(site.path): A has \(site.rank) rows, and the configuration makes its rank \(rank)")
      }
      let alpha = patterns.alpha(site.path)
      let base = configuration.alpha.value(rank: Double(configuration.rank))
      var multipliers: [Loader: Double] = [
        .peft: rule.multiplier(alpha: alpha, rank: Double(rank)),
        .llamaCpp: base / Double(max(1, site.rank)),
      ]
      if case .pattern = configuration.targets {
      } else {
        multipliers[.mlxSwift] = base / Double(configuration.rank)
      }
      return Module(path: site.path, rank: site.rank, multipliers: multipliers)
    }
    for (name, keys) in [
      ("rank_pattern", configuration.rankPattern.map(\.pattern)),
      ("alpha_pattern", configuration.alphaPattern.map(\.pattern)),
    ] {
      for key in keys where !patterns.matches(key, sites.map(\.path)) {
        warnings.append("the key `\(key)` of \(name) matches no module of the file")
      }
    }
    if case .pattern = configuration.targets {
      warnings.append("target_modules is a text; mlx-swift-lm reads lists alone and refuses the folder")
    }
    if !files.configuration.statesRule {
      warnings.append(
        "use_rslora is not stated: every loader takes alpha/r; an adapter trained with rsLoRA would be wrong by √r"
      )
    }
    if configuration.initialization.splitsBase {
      warnings.append(
        "init_lora_weights=\"\(configuration.initialization.rawValue)\" took a part out of the base: loaders but PEFT add it twice"
      )
    }
    if configuration.usesDoRA {
      warnings.append("DoRA's magnitudes are read by PEFT, and lost by llama.cpp")
    }
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
    let (head, a, b) = ("base_model.model.", ".lora_A.weight", ".lora_B.weight")
    var sites: [(path: String, rank: Int)] = []
    var found: Set<String> = []
    for entry in tensors.tensors where entry.name.hasSuffix(a) {
      let path = String(entry.name.dropLast(a.count))
      found.insert(path)
      let shown = path.hasPrefix(head) ? String(path.dropFirst(head.count)) : path
      if !path.hasPrefix(head) { faults.append("`\(entry.name)` does not begin with \(head)") }
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
    for entry in tensors.tensors where entry.name.hasSuffix(b) {
      let path = String(entry.name.dropLast(b.count))
      if !found.contains(path) { faults.append("\(path) has a B and no A") }
    }
    if sites.isEmpty { faults.append("the file has no pair of A and B") }
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
