// Which modules get which rank and alpha: PEFT's rules, with a model and without.
import Adapters
import Analysis
import Fields
import Testing
import Text

@Suite struct LintRowTests {
  /// Two layers with q_proj, v_proj and down_proj, 8 wide, and an output layer.
  private static let modules =
    (0..<2).flatMap { layer in
      ["self_attn.q_proj", "self_attn.v_proj", "mlp.down_proj"].map {
        LinearModule(path: "model.layers.\(layer).\($0)", inputs: 8, outputs: 8)
      }
    } + [LinearModule(path: "lm_head", inputs: 8, outputs: 8, isOutputLayer: true)]

  private func subject(
    _ targets: LoRAConfiguration.Targets?, ranks: [(String, Double)] = [], alphas: [(String, Double)] = [],
    model: Bool = false
  ) -> LintSubject {
    var subject = LintSubject(.file)
    (subject.rank, subject.alpha, subject.rule, subject.targets) = (16, 32, .rslora, targets)
    subject.rankPattern = ranks.map { LintSubject.Pattern($0.0, $0.1) }
    subject.alphaPattern = alphas.map { LintSubject.Pattern($0.0, $0.1) }
    if model { (subject.modules, subject.standardTargets) = (Self.modules, ["q_proj", "v_proj"]) }
    return subject
  }

  /// "q_proj 64 32 ×2": name, rank, alpha, and how many.
  private func rows(_ subject: LintSubject) -> [String] {
    subject.rows().map { row in
      let values = [row.rank, row.alpha].map { $0.map(shortest) ?? "–" }
      return "\(row.modules) \(values[0]) \(values[1])" + (row.count.map { " ×\($0)" } ?? "")
    }
  }

  @Test func everyModuleHasItsOwn() {
    let names = LoRAConfiguration.Targets.names(["q_proj", "v_proj"])
    let patterns = [("q_proj", 64.0)]
    #expect(
      rows(subject(names, ranks: patterns, alphas: [("v_proj", 8)], model: true)) == [
        "q_proj 64 32 ×2", "v_proj 16 8 ×2",
      ])
    #expect(
      rows(subject(names, ranks: patterns, alphas: [("v_proj", 8)])) == ["q_proj 64 32", "v_proj 16 8"])
    // A layer of its own splits the name; the rest stays in one row.
    #expect(
      rows(subject(names, ranks: [(#"layers\.0\..*q_proj"#, 4)], model: true)) == [
        "model.layers.0.self_attn.q_proj 4 32 ×1", "model.layers.1.self_attn.q_proj 16 32 ×1",
        "v_proj 16 32 ×2",
      ])
  }

  @Test func theFirstKeyThatMatchesWins() {
    let targets = LoRAConfiguration.Targets.names(["q_proj"])
    for model in [true, false] {
      let suffix = model ? " ×2" : ""
      #expect(
        rows(subject(targets, ranks: [(".*_proj", 4), ("q_proj", 64)], model: model)) == [
          "q_proj 4 32\(suffix)"
        ])
      #expect(
        rows(subject(targets, ranks: [("q_proj", 64), (".*_proj", 4)], model: model)) == [
          "q_proj 64 32\(suffix)"
        ])
      // The two patterns are looked up independently; a key in the middle of a name matches nothing.
      #expect(
        rows(
          subject(
            targets, ranks: [("proj", 4)], alphas: [(#"self_attn\.q_proj"#, 8), (".*", 1)], model: model)
        ).contains { $0.hasPrefix("q_proj 16") || $0.hasPrefix("other q_proj 16 1") })
    }
  }

  @Test func aKeyThatMayMatchHasARowOfItsOwn() {
    #expect(
      rows(subject(.names(["q_proj", "v_proj"]), alphas: [(#"layers\.0\..*_proj"#, 4)])) == [
        "other q_proj 16 32", "other v_proj 16 32", #""layers\.0\..*_proj" 16 4"#,
      ])
    #expect(
      rows(
        subject(.names(["q_proj", "v_proj"]), ranks: [("v_proj", 8)], alphas: [(#"layers\.0\..*_proj"#, 4)]))
        == [
          "other q_proj 16 32", "other v_proj 8 32", #"q_proj by "layers\.0\..*_proj" 16 4"#,
          #"v_proj by "layers\.0\..*_proj" 8 4"#,
        ])
    // Without names of targets, the plain keys stand for theirs.
    #expect(
      rows(subject(.allLinear, ranks: [("q_proj", 64)], alphas: [(".*q_proj", 8)])) == [
        "q_proj 64 8", "all other modules 16 32",
      ])
    #expect(rows(subject(.allLinear)) == ["all-linear 16 32"])
    #expect(rows(subject(.pattern(".*_proj"))) == ["\".*_proj\" 16 32"])
  }

  @Test func modulesThatGetNoAdapterHaveNoRow() {
    var item = subject(.allLinear, model: true)
    #expect(rows(item) == ["q_proj 16 32 ×2", "v_proj 16 32 ×2", "down_proj 16 32 ×2"])
    item.state("exclude_modules", .list([.text("v_proj")]))
    item.state("modules_to_save", .list([.text("down_proj")]))
    item.state("layers_to_transform", .list([.number(1)]))
    #expect(rows(item) == ["q_proj 16 32 ×1"])
    // PEFT goes on with the names that match.
    #expect(rows(subject(.names(["q_proj", "c_attn"]), model: true)) == ["q_proj 16 32 ×2"])
    var written = subject(.names(["q_proj", "v_proj"]))
    written.state("exclude_modules", .list([.text("v_proj")]))
    #expect(rows(written) == ["q_proj 16 32"])
  }

  @Test func aFormulaFollowsEachRank() {
    var item = subject(.names(["q_proj", "v_proj"]), ranks: [("q_proj", 64)], model: true)
    item.alphaFormula = .ofRank(text: "2*r") { 2 * $0 }
    #expect(rows(item) == ["q_proj 64 128 ×2", "v_proj 16 32 ×2"])
  }

  @Test func whatIsUnknownStaysUnknown() {
    var item = subject(.names(["q_proj"]))
    item.rank = nil
    #expect(rows(item) == ["q_proj – 32"])
    item.unread = [LintUnread(field: "rank_pattern", expression: "rank_pattern=P", reason: "it is computed")]
    #expect(rows(item) == ["q_proj without a key – 32"])
  }
}
