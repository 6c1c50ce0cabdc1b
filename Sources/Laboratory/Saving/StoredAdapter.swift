// What files hold of adapters and scaling rules.
import Adapters
import Fields
import Training

struct StoredRule: Codable {
  var name: String
  /// Of the rank; what `power` takes.
  var exponent: Double

  init(_ rule: ScalingRule) {
    exponent = rule.exponent
    if case .power = rule { name = "power" } else { name = rule.name }
  }

  /// - Throws: `StoredFlaw`.
  func rule() throws -> ScalingRule {
    switch name {
    case "lora": return .lora
    case "rslora": return .rslora
    case "constant": return .constant
    case "power": return .power(exponent)
    default: throw StoredFlaw.unknownWord(field: "rule", word: name)
    }
  }
}

struct StoredScaling: Codable {
  var module: String
  var r: Int
  var alpha: Double
  var multiplier: Double

  init(_ scaling: ResolvedScaling) {
    (module, r, alpha, multiplier) = (scaling.module, scaling.rank, scaling.alpha, scaling.multiplier)
  }

  var scaling: ResolvedScaling {
    ResolvedScaling(module: module, rank: r, alpha: alpha, multiplier: multiplier)
  }
}

/// An adapter in a file: its properties under their names, in the words of `lora`. What is as usual is left out.
struct StoredAdapter: Codable {
  let configuration: LoRAConfiguration
  /// Those at which an alpha that is a rule of the rank is kept.
  private let ranks: [Int]

  /// - Parameter ranks: those at which alpha is asked for; the adapter's own is always among them.
  init(_ configuration: LoRAConfiguration, ranks: [Int] = []) {
    self.configuration = configuration
    self.ranks = Set(ranks + [configuration.rank]).sorted()
  }

  /// - Throws: `StoredFlaw`, `DecodingError`.
  init(from decoder: any Decoder) throws {
    let values = try decoder.singleValueContainer().decode([String: Literal].self)
    let path = decoder.codingPath
    var unknown = Set(values.keys).subtracting(["alpha", "alphas", "scaling"])
    var configuration = LoRAConfiguration()
    for field in LoRAConfiguration.properties {
      guard let name = field.storedName else { continue }
      unknown.remove(name)
      guard let value = values[name] else {
        if field.isInEveryFile { throw DecodingError.missing(name, at: path) }
        continue
      }
      if value == .absent, !field.isInEveryFile { continue }
      guard let literal = try Self.read(value, field.kind, name) else {
        throw DecodingError.mistyped(name, at: path)
      }
      try Self.set(field, name, to: literal, in: &configuration, at: path)
    }
    if let name = unknown.min() { throw StoredFlaw.unknownField(name) }
    let kept = try decoder.container(keyedBy: FieldKey.self)
    func decode<Part: Decodable>(_ type: Part.Type, _ name: String) throws -> Part {
      try kept.decode(type, forKey: FieldKey(stringValue: name))
    }
    let alphas = try decode([AlphaValue].self, "alphas")
    configuration.alpha = try Self.alpha(try decode(String.self, "alpha"), alphas, configuration.rank)
    let rule = try kept.decodeIfPresent(StoredRule.self, forKey: FieldKey(stringValue: "scaling"))
    configuration.scaling = try rule.map { .own(try $0.rule()) } ?? .follows
    self.configuration = configuration
    ranks = alphas.map(\.r)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: FieldKey.self)
    for field in LoRAConfiguration.properties {
      guard let name = field.storedName, field.isInEveryFile || !field.isUsual(in: configuration) else {
        continue
      }
      try container.encode(
        Self.written(field.ownValue(in: configuration), field.kind), forKey: FieldKey(stringValue: name))
    }
    try container.encode(configuration.alpha.formula, forKey: FieldKey(stringValue: "alpha"))
    try container.encode(
      ranks.map { AlphaValue(r: $0, alpha: configuration.alpha.value(rank: Double($0))) },
      forKey: FieldKey(stringValue: "alphas"))
    if case .own(let rule) = configuration.scaling {
      try container.encode(StoredRule(rule), forKey: FieldKey(stringValue: "scaling"))
    }
  }

  private static func set(
    _ field: AdapterField, _ name: String, to literal: Literal, in configuration: inout LoRAConfiguration,
    at path: [any CodingKey]
  ) throws {
    do throws(FieldFlaw) {
      try field.set(literal, in: &configuration)
    } catch {
      let words = field.ownKind.choices.map(\.word)
      if !words.isEmpty, case .text(let word) = literal {
        throw StoredFlaw.unknownWord(field: name, word: word)
      }
      switch error {
      case .mistyped: throw DecodingError.mistyped(name, at: path)
      case .outOfRange: throw StoredFlaw.outOfRange(name)
      }
    }
  }

  // MARK: Forms

  /// Modules with the word for how they are given, and values by pattern as a list, whose order counts; else the value.
  private static func written(_ value: Literal, _ kind: FieldKind) -> Literal {
    switch (kind, value) {
    case (.modules, .absent): form("standard")
    case (.modules, .list): form("names", Literal.Member(key: "names", value: value))
    case (.modules, .text("all-linear")): form("all-linear")
    case (.modules, _): form("pattern", Literal.Member(key: "pattern", value: value))
    case (.byModule, .dictionary(let members)):
      .list(
        members.map { member in
          .dictionary([
            Literal.Member(key: "pattern", value: .text(member.key)),
            Literal.Member(key: "value", value: member.value),
          ])
        })
    default: value
    }
  }

  private static func form(_ word: String, _ members: Literal.Member...) -> Literal {
    .dictionary([Literal.Member(key: "kind", value: .text(word))] + members)
  }

  /// `written` undone; nil for another form.
  ///
  /// - Throws: `StoredFlaw` where the parts of a form do not fit together.
  private static func read(_ value: Literal, _ kind: FieldKind, _ name: String) throws -> Literal? {
    switch (kind, value) {
    case (.modules, .dictionary):
      switch (value["kind"]?.text, value["names"], value["pattern"]) {
      case ("standard", _, _): return .absent
      case ("names", let names?, _): return names
      case ("pattern", _, let pattern?): return pattern
      case ("all-linear", _, _): return .text("all-linear")
      default: throw StoredFlaw.misfit("`\(name)` and its fields")
      }
    case (.byModule, .list(let items)):
      let members = items.compactMap { item -> Literal.Member? in
        guard let pattern = item["pattern"]?.text, let value = item["value"] else { return nil }
        return Literal.Member(key: pattern, value: value)
      }
      return members.count == items.count ? .dictionary(members) : nil
    case (.modules, _), (.byModule, _): return nil
    default: return value
    }
  }

  /// A value of an alpha that is a rule of the rank.
  private struct AlphaValue: Codable {
    var r: Int
    var alpha: Double
  }

  /// A number, or a rule such as `2*r`, which has the values that are kept.
  ///
  /// - Throws: `StoredFlaw` where there is none at the adapter's own rank.
  private static func alpha(_ text: String, _ alphas: [AlphaValue], _ rank: Int) throws -> Alpha {
    if let number = Double(text) { return .fixed(number) }
    let values = Dictionary(alphas.map { (Double($0.r), $0.alpha) }) { first, _ in first }
    try StoredFlaw.check(values[Double(rank)] != nil, .misfit("`alpha`, `alphas` and `r`"))
    return .ofRank(text: text) { values[$0] ?? .nan }
  }
}
