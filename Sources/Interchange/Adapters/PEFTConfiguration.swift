// An adapter_config.json as PEFT 0.21.2 writes it: what it says of the adapter, and of where it comes from.
import Adapters

/// The content of an adapter_config.json.
package struct PEFTConfiguration: Sendable {
  package var adapter: LoRAConfiguration
  /// `base_model_name_or_path`.
  package var baseModel: String?
  /// `task_type`.
  package var task: String?
  /// `fan_in_fan_out`: the base stores its weights as [in, out]. It says nothing of A and B.
  package var isStoredTransposed: Bool
  /// Whether `use_rslora` is written down; PEFT takes False where it is not.
  package var statesRule: Bool
  /// Of `r`, `lora_alpha` and `target_modules` those that are not written down; PEFT has defaults for them, and other
  /// loaders have none.
  package var unstatedFields: [String]
  /// What a user should know: one sentence each, lower case, no full stop.
  package var notes: [String]
}

extension PEFTConfiguration {
  /// Reads the configuration. Every field that is not known is named in the notes, every one that would change what the
  /// adapter computes in a way that is not here is an error.
  ///
  /// - Parameter path: for errors.
  /// - Throws: `AdapterFolderError`.
  package init(parsing bytes: [UInt8], path: String) throws(AdapterFolderError) {
    let value: JSONValue
    do {
      value = try JSONValue(bytes)
    } catch {
      throw .malformed(path: path, reason: error.description)
    }
    var fields = try PEFTFields(value, path: path)
    try fields.requireLoRA()
    adapter = LoRAConfiguration()
    adapter.rank = try fields.whole("r") ?? 8
    guard adapter.rank >= 1 else {
      throw .wrongField(path: path, field: "r", needs: "a whole number of at least 1", has: "\(adapter.rank)")
    }
    adapter.alpha = .fixed(try fields.number("lora_alpha") ?? 8)
    let flag = try fields.bool("use_rslora")
    statesRule = flag != nil
    adapter.scaling = .own(flag == true ? .rslora : .lora)
    adapter.dropout = try fields.number("lora_dropout") ?? 0
    guard (0..<1).contains(adapter.dropout) else {
      throw .wrongField(
        path: path, field: "lora_dropout", needs: "a number from 0 to below 1", has: "\(adapter.dropout)")
    }
    adapter.targets = try fields.targets("target_modules") ?? .standard
    let excluded = try fields.targets("exclude_modules")
    adapter.excluded = excluded == .names([]) ? nil : excluded
    adapter.layers = try fields.layers()
    adapter.rankPattern = try fields.pattern("rank_pattern").map { key, value throws(AdapterFolderError) in
      guard let rank = Int(exactly: value), rank >= 1, rank <= 1 << 31 else {
        throw .wrongField(
          path: path, field: "rank_pattern", needs: "whole numbers of at least 1", has: "\(value)")
      }
      return (key, rank)
    }
    adapter.alphaPattern = try fields.pattern("alpha_pattern").map { ($0.key, $0.value) }
    adapter.usesDoRA = try fields.bool("use_dora") ?? false
    adapter.bias = try fields.bias()
    adapter.savedModules = try fields.texts("modules_to_save") ?? []
    isStoredTransposed = try fields.bool("fan_in_fan_out") ?? false
    baseModel = try fields.text("base_model_name_or_path")
    task = try fields.text("task_type")
    unstatedFields = ["r", "lora_alpha", "target_modules"].filter { !fields.states($0) }
    (adapter.initialization, notes) = try fields.initialization()
    notes += try fields.rest()
  }
}

/// The fields of an adapter_config.json, and which of them have been looked at.
private struct PEFTFields {
  private let path: String
  private let members: [JSONValue.Member]
  private var seen: Set<String> = []

  init(_ value: JSONValue, path: String) throws(AdapterFolderError) {
    guard case .object(let members) = value else {
      throw .malformed(path: path, reason: "it is \(value.kind), not an object of fields")
    }
    self.path = path
    self.members = members
  }

  /// The field; nil where it is absent or null.
  private mutating func value(_ name: String) -> JSONValue? {
    seen.insert(name)
    guard let value = members.first(where: { $0.key == name })?.value, value != .null else { return nil }
    return value
  }

  /// Whether the field is there and not null.
  func states(_ name: String) -> Bool {
    members.contains { $0.key == name && $0.value != .null }
  }

  private func wrong(_ field: String, _ needs: String, _ value: JSONValue) -> AdapterFolderError {
    .wrongField(path: path, field: field, needs: needs, has: value.spelling)
  }

  mutating func requireLoRA() throws(AdapterFolderError) {
    guard let method = try text("peft_type") else { throw .otherMethod(path: path, method: nil) }
    guard method == "LORA" else { throw .otherMethod(path: path, method: method) }
  }

  mutating func number(_ name: String) throws(AdapterFolderError) -> Double? {
    guard let value = value(name) else { return nil }
    guard case .number(let number) = value, number.isFinite else { throw wrong(name, "a number", value) }
    return number
  }

  mutating func whole(_ name: String) throws(AdapterFolderError) -> Int? {
    guard let number = try number(name) else { return nil }
    guard let whole = Int(exactly: number), whole.magnitude <= 1 << 31 else {
      throw wrong(name, "a whole number", .number(number))
    }
    return whole
  }

  mutating func bool(_ name: String) throws(AdapterFolderError) -> Bool? {
    guard let value = value(name) else { return nil }
    guard case .bool(let bool) = value else { throw wrong(name, "true or false", value) }
    return bool
  }

  mutating func text(_ name: String) throws(AdapterFolderError) -> String? {
    guard let value = value(name) else { return nil }
    guard case .text(let text) = value else { throw wrong(name, "a text", value) }
    return text
  }

  mutating func texts(_ name: String) throws(AdapterFolderError) -> [String]? {
    guard let value = value(name) else { return nil }
    guard case .list(let items) = value else { throw wrong(name, "a list of texts", value) }
    var texts: [String] = []
    for item in items {
      guard case .text(let text) = item else { throw wrong(name, "a list of texts", item) }
      texts.append(text)
    }
    return texts
  }

  mutating func targets(_ name: String) throws(AdapterFolderError) -> LoRAConfiguration.Targets? {
    guard let value = value(name) else { return nil }
    switch value {
    case .text("all-linear"): return .allLinear
    case .text(let pattern): return .pattern(pattern)
    case .list: return try texts(name).map { .names($0) }
    default: throw wrong(name, "a list of texts, or a text", value)
    }
  }

  mutating func pattern(_ name: String) throws(AdapterFolderError) -> [(key: String, value: Double)] {
    guard let value = value(name) else { return [] }
    guard case .object(let members) = value else { throw wrong(name, "numbers by pattern", value) }
    var result: [(key: String, value: Double)] = []
    for member in members {
      guard case .number(let number) = member.value, number.isFinite else {
        throw wrong(name, "numbers by pattern", member.value)
      }
      result.append((member.key, number))
    }
    return result
  }

  /// Nil where no layer is named, as in PEFT.
  mutating func layers() throws(AdapterFolderError) -> [Int]? {
    guard let value = value("layers_to_transform") else { return nil }
    let items: [JSONValue]
    if case .list(let list) = value { items = list } else { items = [value] }
    var layers: [Int] = []
    for item in items {
      guard case .number(let number) = item, let layer = Int(exactly: number), layer >= 0 else {
        throw wrong("layers_to_transform", "numbers of layers", item)
      }
      layers.append(layer)
    }
    return layers.isEmpty ? nil : layers
  }

  mutating func bias() throws(AdapterFolderError) -> LoRAConfiguration.Bias {
    guard let name = try text("bias") else { return .none }
    guard let bias = LoRAConfiguration.Bias(rawValue: name) else {
      throw wrong("bias", "none, all or lora_only", .text(name))
    }
    return bias
  }

  /// Initialisations that draw or compute A and B and leave the base alone: once A and B are read they make no
  /// difference.
  private static let passing: Set<String> = ["eva", "orthogonal"]

  mutating func initialization() throws(AdapterFolderError) -> (LoRAConfiguration.Initialization, [String]) {
    guard let value = value("init_lora_weights") else { return (.kaiming, []) }
    switch value {
    case .bool(true): return (.kaiming, [])
    case .bool(false): return (.random, [])
    case .text("gaussian"): return (.gaussian, [])
    case .text("pissa"): return (.pissa, [])
    case .text("olora"): return (.olora, [])
    case .text(let name) where PEFTFields.passing.contains(name):
      return (
        .kaiming, ["init_lora_weights=\"\(name)\" decided how A and B began; they are read as they are"]
      )
    case .text:
      throw .unsupported(
        path: path, field: "init_lora_weights", value: value.spelling,
        supported: "True, False, gaussian, pissa and olora are. An adapter that PEFT saves with "
          + "path_initial_model_for_weight_conversion is a plain one.")
    default: throw wrong("init_lora_weights", "true, false or a name", value)
    }
  }

  /// Fields that change nothing here.
  private static let silent: Set<String> = [
    "auto_mapping", "revision", "inference_mode", "peft_version", "megatron_core", "qalora_group_size",
    "runtime_config",
  ]
  /// Fields of methods that are not here; each may stand at the value that switches it off.
  private static let switchedOff: Set<String> = [
    "alora_invocation_tokens", "arrow_config", "corda_config", "ensure_weight_tying", "eva_config",
    "kasa_config",
    "layer_replication", "layers_pattern", "loftq_config", "lora_bias", "lora_ga_config", "megatron_config",
    "monteclora_config", "target_parameters", "trainable_token_indices", "use_bdlora", "use_qalora",
    "velora_config",
  ]

  /// Looks at what is left.
  ///
  /// - Returns: a note for each field that is not known.
  mutating func rest() throws(AdapterFolderError) -> [String] {
    var notes: [String] = []
    for member in members where !seen.contains(member.key) && !PEFTFields.silent.contains(member.key) {
      let isKnown = PEFTFields.switchedOff.contains(member.key)
      if member.value.isOff {
        if !isKnown { notes.append("`\(member.key)` is not known here; it is \(member.value.spelling)") }
        continue
      }
      throw .unsupported(
        path: path, field: member.key, value: member.value.spelling,
        supported: isKnown
          ? "The adapter needs it; train or convert it without." : "It is not known here, nor to PEFT 0.21.2."
      )
    }
    return notes
  }
}

extension JSONValue {
  /// Null, false, or nothing in it.
  fileprivate var isOff: Bool {
    switch self {
    case .null, .bool(false): true
    case .list(let items): items.isEmpty
    case .object(let members): members.isEmpty
    case .text(let text): text.isEmpty
    case .bool(true), .number: false
    }
  }
}
