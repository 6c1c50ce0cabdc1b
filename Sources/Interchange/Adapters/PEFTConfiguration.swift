// An adapter_config.json as PEFT 0.21.2 writes it: what it says of the adapter, and of where it comes from.
package import Adapters
import Fields
import Text

/// The content of an adapter_config.json: the adapter, by the table of `LoRAConfiguration.fields`, and what PEFT states
/// beside it.
package struct PEFTConfiguration: Sendable {
  /// The adapter itself. Its rule is its own: PEFT has no session whose mode it could follow.
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
    let value: Literal
    do {
      value = try Literal(json: bytes)
    } catch {
      throw .malformed(path: path, reason: error.description)
    }
    var fields = try PEFTFields(value, path: path)
    try fields.requireLoRA()
    adapter = LoRAConfiguration()
    notes = []
    for field in LoRAConfiguration.properties {
      let (value, note) = try fields.property(field)
      notes += note
      do throws(FieldFlaw) {
        try field.set(value, in: &adapter)
      } catch {
        preconditionFailure("`\(field.name)` was checked and is \(value.spelling)")
      }
    }
    statesRule = fields.states("use_rslora")
    isStoredTransposed = try fields.bool("fan_in_fan_out") ?? false
    baseModel = try fields.text("base_model_name_or_path")
    task = try fields.text("task_type")
    unstatedFields = ["r", "lora_alpha", "target_modules"].filter { !fields.states($0) }
    notes += try fields.rest()
  }
}

/// The fields of an adapter_config.json, and which of them have been looked at.
private struct PEFTFields {
  private let path: String
  private let members: [Literal.Member]
  private var seen: Set<String> = []

  init(_ value: Literal, path: String) throws(AdapterFolderError) {
    guard case .dictionary(let members) = value else {
      throw .malformed(path: path, reason: "it is \(value.kind), not an object of fields")
    }
    self.path = path
    self.members = members
  }

  /// The field; nil where it is absent or null.
  private mutating func value(_ name: String) -> Literal? {
    seen.insert(name)
    guard let value = members.first(where: { $0.key == name })?.value, value != .absent else { return nil }
    return value
  }

  /// Whether the field is there and not null.
  func states(_ name: String) -> Bool {
    members.contains { $0.key == name && $0.value != .absent }
  }

  /// The error that a field's value is not of the type it needs.
  private func wrong(_ field: String, _ needs: String, _ value: Literal) -> AdapterFolderError {
    .wrongField(path: path, field: field, needs: needs, has: value.spelling)
  }

  /// Throws `.otherMethod` where `peft_type` is not LORA, or is missing.
  mutating func requireLoRA() throws(AdapterFolderError) {
    guard let method = try text("peft_type") else { throw .otherMethod(path: path, method: nil) }
    guard method == "LORA" else { throw .otherMethod(path: path, method: method) }
  }

  /// The field's value; nil where it is absent or null. Throws `.wrongField` for another type.
  mutating func bool(_ name: String) throws(AdapterFolderError) -> Bool? {
    guard let value = value(name) else { return nil }
    guard case .bool(let bool) = value else { throw wrong(name, "true or false", value) }
    return bool
  }

  /// The field's value; nil where it is absent or null. Throws `.wrongField` for another type.
  mutating func text(_ name: String) throws(AdapterFolderError) -> String? {
    guard let value = value(name) else { return nil }
    guard case .text(let text) = value else { throw wrong(name, "a text", value) }
    return text
  }

  /// The value of a property of the adapter, PEFT's default where it is absent or null, and what a user should know of it.
  mutating func property(
    _ field: AdapterField
  ) throws(AdapterFolderError) -> (value: Literal, notes: [String]) {
    guard let value = value(field.name) else { return (field.standard, []) }
    if field.topic == .beginning { return try beginning(field, value) }
    if let flaw = flaw(value, field.kind) {
      throw .wrongField(path: path, field: field.name, needs: flaw.needs, has: flaw.has)
    }
    return (value, [])
  }

  /// A number of layers or ranks beyond anything there is.
  private static let wholeLimit = 1 << 31

  /// What a kind needs and a value does not have, and the part of the value where that is; nil where it is of the kind.
  private func flaw(_ value: Literal, _ kind: FieldKind) -> (needs: String, has: String)? {
    switch (kind, value) {
    case (.number(let range), .number(let number)):
      range.contains(number) ? nil : ("a number \(PEFTFields.words(range))", "\(number)")
    case (.whole(let range), .number(let number)):
      if let whole = Int(exactly: number), whole.magnitude <= PEFTFields.wholeLimit {
        range.contains(number) ? nil : ("a whole number \(PEFTFields.words(range))", "\(whole)")
      } else {
        ("a whole number", value.spelling)
      }
    case (.bool, .bool), (.text, .text), (.modules, .text), (.any, _): nil
    case (.choice(let choices), .text(let word)):
      choices.contains { $0.word == word } ? nil : (PEFTFields.words(choices), value.spelling)
    case (.modules, .list(let items)), (.moduleNames, .list(let items)):
      items.first { $0.text == nil }.map { ("a list of texts", $0.spelling) }
    case (.wholes(let range), _):
      // One number is a list of one.
      (value.items ?? [value]).first { flaw($0, .whole(range)) != nil }.map {
        ("numbers of layers", $0.spelling)
      }
    case (.byModule(let kind), .dictionary(let members)):
      members.lazy.compactMap { flawOfMember($0.value, kind) }.first
    case (.numbers(let range, let count), .list(let items)):
      items.lazy.compactMap { flaw($0, .number(range)) }.first
        ?? (items.count == count ? nil : ("\(count) numbers", value.spelling))
    case (.either(let kinds), _):
      kinds.contains { flaw(value, $0) == nil } ? nil : kinds.lazy.compactMap { flaw(value, $0) }.first
    case (.number, _), (.whole, _): ("a number", value.spelling)
    case (.bool, _): ("true or false", value.spelling)
    case (.text, _), (.choice, _): ("a text", value.spelling)
    case (.modules, _): ("a list of texts, or a text", value.spelling)
    case (.moduleNames, _): ("a list of texts", value.spelling)
    case (.byModule, _): ("numbers by pattern", value.spelling)
    case (.numbers, _): ("a list of numbers", value.spelling)
    }
  }

  /// The flaw of the first value of a dictionary that has one.
  private func flawOfMember(_ value: Literal, _ kind: FieldKind) -> (needs: String, has: String)? {
    guard case .number(let number) = value else { return ("numbers by pattern", value.spelling) }
    guard case .whole(let range) = kind, flaw(value, kind) != nil else { return flaw(value, kind) }
    return ("whole numbers \(PEFTFields.words(range))", "\(number)")
  }

  /// "of at least 1", "from 0 to below 1"; "that is finite" where any finite number is in range.
  private static func words(_ range: NumberRange) -> String {
    let hasUpper = range.upper < .greatestFiniteMagnitude
    let lower = range.lower > -.greatestFiniteMagnitude ? shortest(range.lower) : nil
    let upper = hasUpper ? (range.excludesUpper ? "below " : "") + shortest(range.upper) : nil
    return switch (lower, upper) {
    case (let lower?, let upper?): "from \(lower) to \(upper)"
    case (let lower?, nil): range.excludesLower ? "above \(lower)" : "of at least \(lower)"
    case (nil, let upper?): range.excludesUpper ? upper : "of at most \(upper)"
    case (nil, nil): "that is finite"
    }
  }

  /// "none, all or lora_only".
  private static func words(_ choices: [Choice]) -> String {
    let words = choices.map(\.word)
    return words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
  }

  /// Initialisations that draw or compute A and B and leave the base alone: once A and B are read they make no
  /// difference.
  private static let passing: Set<String> = ["eva", "orthogonal"]

  /// `init_lora_weights`: True, False or a name. What cannot be told from A and B alone is refused.
  private func beginning(
    _ field: AdapterField, _ value: Literal
  ) throws(AdapterFolderError) -> (value: Literal, notes: [String]) {
    switch value {
    case .bool: return (value, [])
    case .text(let name) where LoRAConfiguration.Initialization.named.contains { $0.rawValue == name }:
      return (value, [])
    case .text(let name) where PEFTFields.passing.contains(name):
      return (
        field.standard, ["\(field.name)=\"\(name)\" decided how A and B began; they are read as they are"]
      )
    case .text:
      throw .unsupported(
        path: path, field: field.name, value: value.spelling,
        supported: LoRAConfiguration.Initialization.listed("and").filter { $0 != "\"" }
          + " are. An adapter that PEFT saves with "
          + "path_initial_model_for_weight_conversion is a plain one.")
    case .absent, .number, .list, .dictionary: throw wrong(field.name, "true, false or a name", value)
    }
  }

  /// Looks at what is left.
  ///
  /// - Returns: a note for each field that is not known.
  mutating func rest() throws(AdapterFolderError) -> [String] {
    var notes: [String] = []
    for member in members where !seen.contains(member.key) {
      let use = LoRAConfiguration.field(member.key)?.fileUse
      if case .silent = use { continue }
      let isKnown = use == .off
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

extension Literal {
  /// Null, false, or nothing in it.
  fileprivate var isOff: Bool {
    switch self {
    case .absent, .bool(false): true
    case .list(let items): items.isEmpty
    case .dictionary(let members): members.isEmpty
    case .text(let text): text.isEmpty
    case .bool(true), .number: false
    }
  }

  /// The items of a list; nil for any other value.
  fileprivate var items: [Literal]? {
    if case .list(let items) = self { items } else { nil }
  }
}
