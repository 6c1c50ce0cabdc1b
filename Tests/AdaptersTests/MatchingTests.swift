// Targets and patterns, as PEFT matches them.
import Adapters
import Storage
import Testing

@Suite struct MatchingTests {
  private let modules =
    (0..<12).flatMap { layer in
      ["self_attn.q_proj", "self_attn.v_proj", "mlp.up_proj"].map {
        LinearModule(path: "model.layers.\(layer).\($0)", inputs: 8, outputs: 8)
      }
    } + [LinearModule(path: "lm_head", inputs: 8, outputs: 16, isOutputLayer: true)]

  private func paths(_ targets: LoRAConfiguration.Targets) throws -> [String] {
    try matchingModules(targets, among: modules, standard: ["q_proj", "v_proj"]).map(\.path)
  }

  @Test func listsMatchEndsOfPaths() throws {
    #expect(try paths(.names(["q_proj"])).count == 12)
    #expect(try paths(.names(["1.self_attn.q_proj"])) == ["model.layers.1.self_attn.q_proj"])
    #expect(try paths(.names(["lm_head"])) == ["lm_head"])
    #expect(try paths(.standard).count == 24)
  }

  @Test func textsMatchWholePaths() throws {
    #expect(try paths(.pattern(".*q_proj")).count == 12)
    #expect(try paths(.pattern(#"model\.layers\.[01]\..*_proj"#)).count == 6)
    #expect(throws: AdapterError.self) { try paths(.pattern("q_proj")) }
  }

  @Test func allLinearLeavesTheOutputLayerOut() throws {
    #expect(try paths(.allLinear).count == 36)
  }

  @Test func whatMatchesNothingIsAnError() {
    #expect(
      throws: AdapterError.targetMatchesNothing(
        target: "proj", isPattern: false, modules: ["q_proj", "v_proj", "up_proj", "lm_head"])
    ) { try paths(.names(["q_proj", "proj"])) }
    #expect(throws: AdapterError.noTargets) { try paths(.names([])) }
    #expect(throws: AdapterError.self) { try paths(.pattern("(")) }
  }

  private func ranks(_ pattern: String) throws -> [String: Int] {
    let layout = try AdapterLayout(
      LoRAConfiguration(rank: 8, targets: .allLinear, rankPattern: [(pattern, 32)]), modules: modules,
      standardTargets: [], others: { _ in [] })
    return Dictionary(uniqueKeysWithValues: layout.sites.map { ($0.module.path, $0.rank) })
  }

  /// `(.*\.)?(key)$` from the start: at a dot, to the end (PEFT `get_pattern_key`).
  @Test func patternsMatchAsInPEFT() throws {
    let q = try ranks("q_proj")
    #expect(q["model.layers.0.self_attn.q_proj"] == 32 && q["model.layers.0.self_attn.v_proj"] == 8)
    let first = try ranks(#"layers\.1\.self_attn\.q_proj"#)
    #expect(first["model.layers.1.self_attn.q_proj"] == 32 && first["model.layers.11.self_attn.q_proj"] == 8)
    // Dots of a pattern are any character, and `1.*` goes on to layer 11.
    #expect(try ranks("layers.1.*q_proj")["model.layers.11.self_attn.q_proj"] == 32)
    #expect(throws: AdapterError.self) { try ranks("proj") }
    #expect(throws: AdapterError.self) { try ranks("^q_proj") }
  }

  @Test func rankAndAlphaPatternsAreIndependent() throws {
    let layout = try AdapterLayout(
      LoRAConfiguration(
        rank: 8, alpha: .fixed(16), targets: .names(["q_proj", "v_proj"]), scaling: .own(.rslora),
        rankPattern: [("v_proj", 4), (#"layers\.0\..*q_proj"#, 32)], alphaPattern: [("v_proj", 4)]),
      modules: modules, standardTargets: [], others: { _ in [] })
    // The multipliers that PEFT 0.21.2 gives for these patterns.
    let s = layout.sites.map { $0.multiplier(.rslora) }
    #expect(abs(s[0] - 2.828) < 0.001 && s[1] == 2 && abs(s[2] - 5.657) < 0.001)
  }

  @Test func initialParameters() throws {
    let layout = try AdapterLayout(
      LoRAConfiguration(rank: 64, targets: .names(["q_proj"])), modules: modules, standardTargets: [],
      others: { _ in [] })
    let parameters = try layout.drawnParameters(seed: 3)
    let site = layout.sites[0]
    let a = parameters.array(site.a.range)
    let b = parameters.array(site.b.range)
    let bound = 1 / Float(8).squareRoot()
    #expect(a.allSatisfy { abs($0) <= bound } && (a.max() ?? 0) > 0.95 * bound)
    #expect(b.allSatisfy { $0 == 0 })
    #expect(try layout.drawnParameters(seed: 3).array() == parameters.array())
    #expect(try layout.drawnParameters(seed: 4).array() != parameters.array())
  }
}
