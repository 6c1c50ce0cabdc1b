// The values of a configuration as literals, as PEFT states them.
package import Fields

extension LoRAConfiguration.Targets: LiteralValue {
  /// Absent, a list of names, or a text: a pattern or "all-linear".
  package var literal: Literal {
    switch self {
    case .standard: .absent
    case .names(let names): .texts(names)
    case .pattern(let pattern): .text(pattern)
    case .allLinear: .text("all-linear")
    }
  }

  package init?(literal: Literal) {
    switch literal {
    case .absent: self = .standard
    case .text("all-linear"): self = .allLinear
    case .text(let pattern): self = .pattern(pattern)
    case .list:
      guard let names = literal.texts else { return nil }
      self = .names(names)
    case .bool, .number, .dictionary: return nil
    }
  }
}

extension LoRAConfiguration.Initialization: LiteralValue {
  /// As PEFT's `init_lora_weights`: True, False, or a name.
  package var literal: Literal {
    switch self {
    case .kaiming: .bool(true)
    case .random: .bool(false)
    case let named: .text(named.rawValue)
    }
  }

  /// Words of `lora` are taken, too: `kaiming`, `random`.
  package init?(literal: Literal) {
    switch literal {
    case .bool(let isUsual): self = isUsual ? .kaiming : .random
    case .text(let word): self.init(rawValue: word)
    case .absent, .number, .list, .dictionary: return nil
    }
  }
}

extension LoRAConfiguration.Bias: LiteralValue {}

/// A value for each module that a pattern matches, in the order given: the first pattern that matches wins.
struct ValuesByModule<Value: LiteralValue>: LiteralValue {
  var items: [(pattern: String, value: Value)]

  init(_ items: [(pattern: String, value: Value)]) {
    self.items = items
  }

  var literal: Literal { .dictionary(items.map { Literal.Member(key: $0.pattern, value: $0.value.literal) }) }

  init?(literal: Literal) {
    guard case .dictionary(let members) = literal else { return nil }
    items = members.compactMap { member in Value(literal: member.value).map { (member.key, $0) } }
    if items.count != members.count { return nil }
  }
}

/// Numbers of layers: a list, or one alone.
package struct LayerNumbers: LiteralValue {
  package var numbers: [Int]

  init(_ numbers: [Int]) {
    self.numbers = numbers
  }

  package var literal: Literal { .numbers(numbers.map(Double.init)) }

  package init?(literal: Literal) {
    // One number is a list of one.
    let stated = if case .number(let number) = literal { [number] } else { literal.numbers }
    guard let stated else { return nil }
    numbers = stated.compactMap { Int(exactly: $0) }
    if numbers.count != stated.count { return nil }
  }
}

/// Names of modules: a list.
struct ModuleNames: LiteralValue {
  var names: [String]

  init(_ names: [String]) {
    self.names = names
  }

  var literal: Literal { .texts(names) }

  init?(literal: Literal) {
    guard let names = literal.texts else { return nil }
    self.names = names
  }
}

// The properties as the table of fields reads and sets them. An empty list asks for nothing.
extension LoRAConfiguration {
  /// At the adapter's own rank, where alpha is a rule of the rank.
  var numberOfAlpha: Double {
    get { alpha.value(rank: Double(rank)) }
    set { alpha = .fixed(newValue) }
  }

  /// Nil where the rule is the session's.
  var usesRSLoRA: Bool? {
    get { if case .own(let rule) = scaling { rule == .rslora } else { nil } }
    set { scaling = newValue.map { .own($0 ? .rslora : .lora) } ?? .follows }
  }

  var ranksByModule: ValuesByModule<Int> {
    get { ValuesByModule(rankPattern.map { ($0.pattern, $0.rank) }) }
    set { rankPattern = newValue.items.map { ($0.pattern, $0.value) } }
  }

  var alphasByModule: ValuesByModule<Double> {
    get { ValuesByModule(alphaPattern.map { ($0.pattern, $0.alpha) }) }
    set { alphaPattern = newValue.items.map { ($0.pattern, $0.value) } }
  }

  var excludedModules: Targets? {
    get { excluded }
    set { excluded = newValue == .names([]) ? nil : newValue }
  }

  var layerNumbers: LayerNumbers? {
    get { layers.map(LayerNumbers.init) }
    set { layers = newValue.flatMap { $0.numbers.isEmpty ? nil : $0.numbers } }
  }

  var namesOfSavedModules: ModuleNames? {
    get { savedModules.isEmpty ? nil : ModuleNames(savedModules) }
    set { savedModules = newValue?.names ?? [] }
  }
}
