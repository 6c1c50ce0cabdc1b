// The programs that load PEFT's folders: how each finds a module's multiplier, and what it does not take.

/// A program that loads an adapter from adapter_config.json and adapter_model.safetensors.
///
/// PEFT was run beside this program, and both give the same numbers. Of the others the sources were read and nothing was
/// run: what is said of them is what those sources say, and `sources` names them.
package enum AdapterLoader: String, CaseIterable, Sendable {
  case peft = "PEFT"
  case vllm = "vLLM"
  case sglang = "SGLang"
  case llamaCpp = "llama.cpp"
  case mlxSwift = "mlx-swift-lm"

  /// Whether `use_rslora` is read; without it the multiplier is alpha/r, √r too weak for an adapter trained by rsLoRA.
  package var readsRSLoRA: Bool {
    switch self {
    case .peft, .vllm: true
    case .sglang, .llamaCpp, .mlxSwift: false
    }
  }

  /// Where it stands what is said of the loader.
  package var source: String {
    switch self {
    case .peft: "PEFT 0.21.2, run"
    case .vllm: "vLLM lora/peft_helper.py and its tests, vllm#6909, vllm#9280"
    case .sglang: "SGLang lora/lora.py, sglang#40835"
    case .llamaCpp: "llama.cpp convert_lora_to_gguf.py, llama.cpp#9948"
    case .mlxSwift: "mlx-swift-lm LoRAContainer.fromPEFT"
    }
  }

  /// All sources in one line.
  package static var sources: String { allCases.map(\.source).joined(separator: "; ") }

  /// "SGLang, llama.cpp and mlx-swift-lm".
  package static func names(_ loaders: [AdapterLoader]) -> String {
    let names = loaders.map(\.rawValue)
    guard let last = names.last, names.count > 1 else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + " and " + last
  }

  /// The multiplier s of one module.
  ///
  /// - Parameters:
  ///   - alpha: of the module after `alpha_pattern`.
  ///   - rank: of the module after `rank_pattern`.
  ///   - rows: of its A in the file, at least 1.
  /// - Returns: what the loader computes, whether or not it is what the adapter was trained with.
  package func multiplier(
    _ configuration: LoRAConfiguration, alpha: Double, rank: Int, rows: Int
  ) -> Double {
    let stated = configuration.alpha.value(rank: Double(configuration.rank))
    switch self {
    case .peft, .vllm: return configuration.rule(mode: .lora).multiplier(alpha: alpha, rank: Double(rank))
    case .sglang, .mlxSwift: return stated / Double(configuration.rank)
    case .llamaCpp: return stated / Double(max(1, rows))
    }
  }

  /// Why there is no multiplier.
  package enum Objection: Equatable, Sendable {
    /// The loader stops; the text says at what, without the loader's name.
    case refuses(String)
    /// Not known here: the text says what was not read.
    case unread(String)
  }

  /// What keeps the loader from taking a folder; empty where it takes it.
  ///
  /// - Parameters:
  ///   - otherKind: the name of the adapter's kind where it trains more than A and B of a module.
  ///   - isKindRefused: whether the loader's source refuses that kind; of others it is not known.
  ///   - missing: of `r`, `lora_alpha` and `target_modules` those that the file does not state.
  ///   - tensors: all names of the file.
  package func objections(
    to configuration: LoRAConfiguration, otherKind: String?, isKindRefused: Bool, missing: [String],
    tensors: [String]
  ) -> [Objection] {
    let kinds = AdapterLoader.kinds(configuration)
    let refusedKinds = isKindRefused ? [otherKind].compactMap { $0 } : []
    let unreadKinds = isKindRefused ? [] : [otherKind].compactMap { $0 }
    let absent = AdapterLoader.absence(of: missing)
    let isBare = tensors.contains { !$0.hasPrefix(AdapterLoader.head) }
    switch self {
    case .peft:
      return isBare
        ? [
          .refuses(
            "it looks only for names that begin with \(AdapterLoader.head), and says nothing of others")
        ] : []
    case .vllm:
      let refused = refusedKinds + kinds
      return absent
        + (refused.isEmpty ? [] : [.refuses("it takes no \(refused.joined(separator: " and no "))")])
        + unreadKinds.map { .unread("what it makes of \($0)") }
        + (isBare ? [.unread("what it makes of names without \(AdapterLoader.head)")] : [])
    case .sglang:
      var unread = unreadKinds + kinds.filter { !$0.hasPrefix("init_lora_weights") }
      if !configuration.rankPattern.isEmpty { unread.append("rank_pattern") }
      if !configuration.alphaPattern.isEmpty { unread.append("alpha_pattern") }
      if case .pattern = configuration.targets { unread.append("target_modules as a text") }
      if isBare { unread.append("names without \(AdapterLoader.head)") }
      return absent
        + (unread.isEmpty ? [] : [.unread("what it makes of \(unread.joined(separator: " and "))")])
    case .llamaCpp:
      let stops = tensors.filter(AdapterLoader.stopsConverter)
      return AdapterLoader.absence(of: missing.filter { $0 == "lora_alpha" })
        + (stops.first.map {
          [
            .refuses(
              "its converter stops at `\($0)`, \(stops.count == 1 ? "which is" : "one of \(stops.count) that are") "
                + "neither A, B nor a norm")
          ]
        } ?? [])
    case .mlxSwift:
      var found = absent
      found += refusedKinds.map { .refuses("it takes no \($0)") }
      found += unreadKinds.map { .unread("what it makes of \($0)") }
      if case .pattern = configuration.targets {
        found.append(.refuses("it reads target_modules as a list alone, and this is a text"))
      }
      let outside = tensors.compactMap(AdapterLoader.modulePath).filter { !AdapterLoader.isInLayers($0) }
      if let first = outside.first {
        found.append(
          .refuses("it knows modules within `layers.N` alone, and not `\(first)`"))
      }
      return found
    }
  }

  private static let head = "base_model.model."

  /// What a loader without defaults says of fields that are not stated.
  private static func absence(of fields: [String]) -> [Objection] {
    fields.isEmpty
      ? []
      : [
        .refuses(
          "it needs \(fields.map { "`\($0)`" }.joined(separator: " and ")), which the file does not state")
      ]
  }

  /// Tensors that the loader passes over without a word, so that a part of the adapter is lost; empty where it stops at
  /// them or reads them.
  package func lost(of tensors: [String]) -> [String] {
    switch self {
    case .mlxSwift: tensors.filter { AdapterLoader.modulePath($0) == nil }
    case .llamaCpp, .peft, .sglang, .vllm: []
    }
  }

  /// What of a configuration, beside the kind, servers are particular about, in the words of their messages.
  private static func kinds(_ configuration: LoRAConfiguration) -> [String] {
    var kinds: [String] = []
    if !configuration.savedModules.isEmpty { kinds.append("modules_to_save") }
    if configuration.bias != .none { kinds.append("trained biases") }
    if configuration.initialization.splitsBase {
      kinds.append("init_lora_weights=\"\(configuration.initialization.rawValue)\"")
    }
    return kinds
  }

  /// The converter's own test of a name.
  private static func stopsConverter(_ name: String) -> Bool {
    let known = [
      ".lora_A.weight", ".lora_embedding_A", ".lora_B.weight", ".lora_embedding_B", ".base_layer.weight",
      "_layernorm", ".norm",
    ]
    return !known.contains { name.contains($0) }
  }

  /// The module that a tensor is A or B of; nil for any other.
  private static func modulePath(_ name: String) -> String? {
    let path = name.hasPrefix(head) ? String(name.dropFirst(head.count)) : name
    return [AdapterPart.Role.a.suffix, AdapterPart.Role.b.suffix].first { path.hasSuffix($0) }.map {
      String(path.dropLast($0.count))
    }
  }

  /// Whether the path is `….layers.N.…`.
  private static func isInLayers(_ path: String) -> Bool {
    let parts = path.split(separator: ".")
    return parts.indices.contains { i in
      i >= 1 && i + 2 < parts.count && parts[i] == "layers" && Int(parts[i + 1]) != nil
    }
  }
}
