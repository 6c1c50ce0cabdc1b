// The table of an adapter's fields: PEFT's, and each entry reads and sets the property that it is of, and no other.
import Adapters
import Fields
import Testing

@Suite struct FieldTests {
  /// Those of `LoraConfig` in PEFT 0.21.2, its own and those it inherits.
  private static let peft = [
    "alora_invocation_tokens", "alpha_pattern", "arrow_config", "auto_mapping", "base_model_name_or_path",
    "bias", "corda_config", "ensure_weight_tying", "eva_config", "exclude_modules", "fan_in_fan_out",
    "inference_mode", "init_lora_weights", "kasa_config", "layer_replication", "layers_pattern",
    "layers_to_transform", "loftq_config", "lora_alpha", "lora_bias", "lora_dropout", "lora_ga_config",
    "megatron_config", "megatron_core", "modules_to_save", "monteclora_config", "peft_type", "peft_version",
    "qalora_group_size", "r", "rank_pattern", "revision", "runtime_config", "target_modules",
    "target_parameters", "task_type", "trainable_token_indices", "use_bdlora", "use_dora", "use_qalora",
    "use_rslora", "velora_config",
  ]

  @Test func namesArePEFTs() {
    #expect(Self.peft.count == 42)
    #expect(LoRAConfiguration.fields.map(\.name).sorted() == Self.peft)
    let names = LoRAConfiguration.fields.flatMap(\.allNames)
    #expect(names.count == Set(names).count)
    let stored = LoRAConfiguration.properties.compactMap(\.storedName)
    #expect(stored.count == Set(stored).count)
    let readings = LoRAConfiguration.properties.compactMap { $0.reading?.name }
    #expect(readings.count == LoRAConfiguration.properties.count && readings.count == Set(readings).count)
  }

  /// Every property is in each text that has an order of topics, and nothing else is a property.
  @Test func topicsAreThoseOfProperties() {
    for field in LoRAConfiguration.fields {
      #expect(field.isProperty == (field.topic != .none), "\(field.name)")
      if field.isProperty { #expect(LoRAConfiguration.properties(about: [field.topic]).count > 0) }
    }
  }

  /// Values that are not the usual one, as PEFT's `LoraConfig` takes them.
  private static let others: [String: [Literal]] = [
    "r": [.number(4)], "lora_alpha": [.number(2.5)], "lora_dropout": [.number(0.25)],
    "target_modules": [.texts(["q_proj"]), .text(".*q_proj"), .text("all-linear")],
    "exclude_modules": [.texts(["q_proj"]), .text(".*q_proj")],
    "init_lora_weights": [.bool(false), .text("gaussian"), .text("pissa"), .text("olora")],
    "use_rslora": [.bool(true), .bool(false)], "use_dora": [.bool(true)],
    "rank_pattern": [.dictionary([.init(key: "b", value: .number(2)), .init(key: "a", value: .number(3))])],
    "alpha_pattern": [.dictionary([.init(key: "b", value: .number(0.5))])],
    "bias": [.text("all"), .text("lora_only")], "modules_to_save": [.texts(["lm_head"])],
    "layers_to_transform": [.numbers([0, 3])],
  ]

  @Test(arguments: LoRAConfiguration.properties.map(\.name))
  func aFieldIsItsPropertyAlone(_ name: String) throws {
    let field = try #require(LoRAConfiguration.field(name))
    let usual = LoRAConfiguration()
    #expect(field.isUsual(in: usual) && (field.argument(usual) == nil) == (field.statement != .always))
    for other in try #require(Self.others[name]) {
      var configuration = usual
      try field.set(other, in: &configuration)
      #expect(field.value(in: configuration) == other)
      for second in LoRAConfiguration.properties where second.name != name {
        #expect(second.value(in: configuration) == second.value(in: usual), "\(second.name)")
      }
      #expect(!field.isUsual(in: configuration) && field.argument(configuration) != field.argument(usual))
      #expect(field.caption(configuration) != field.caption(usual))
      try field.set(.absent, in: &configuration)
      #expect(field.value(in: configuration) == field.value(in: usual))
    }
  }

  @Test func theDefaultsArePEFTs() throws {
    var configuration = LoRAConfiguration()
    for field in LoRAConfiguration.properties { try field.set(field.standard, in: &configuration) }
    #expect(configuration.description == LoRAConfiguration().description(rule: .lora))
  }

  /// What is refused changes nothing.
  @Test(arguments: [
    ("r", Literal.text("8"), FieldFlaw.mistyped), ("r", .number(0), .outOfRange),
    ("r", .number(2.5), .outOfRange), ("r", .number(1e300), .outOfRange),
    ("lora_dropout", .number(-0.5), .outOfRange), ("lora_alpha", .number(.nan), .outOfRange),
    ("use_dora", .number(1), .mistyped), ("bias", .text("some"), .outOfRange),
    ("init_lora_weights", .text("eva"), .outOfRange), ("init_lora_weights", .number(1), .mistyped),
    ("target_modules", .list([.text("a"), .number(1)]), .mistyped),
    ("modules_to_save", .text("a"), .mistyped),
    ("layers_to_transform", .numbers([1, -1]), .outOfRange), ("layers_to_transform", .text("1"), .mistyped),
    ("rank_pattern", .dictionary([.init(key: "a", value: .number(0.5))]), .outOfRange),
    ("rank_pattern", .dictionary([.init(key: "a", value: .text("2"))]), .mistyped),
    ("lora_bias", .bool(true), .outOfRange),
  ])
  func flawsAreTyped(_ name: String, _ literal: Literal, _ flaw: FieldFlaw) throws {
    let field = try #require(LoRAConfiguration.field(name))
    var configuration = LoRAConfiguration()
    #expect(throws: flaw) { try field.set(literal, in: &configuration) }
    #expect(configuration.description == LoRAConfiguration().description)
  }

  @Test func emptyListsAskForNothing() throws {
    var configuration = LoRAConfiguration()
    for name in ["exclude_modules", "modules_to_save", "layers_to_transform"] {
      try #require(LoRAConfiguration.field(name)).set(.list([]), in: &configuration)
    }
    #expect(
      configuration.excluded == nil && configuration.layers == nil && configuration.savedModules.isEmpty)
    try #require(LoRAConfiguration.field("layers_to_transform")).set(.number(2), in: &configuration)
    #expect(configuration.layers == [2])
  }
}
