// What `lint` finds, and what it leaves in peace.
import Analysis
import Foundation
import Interpreter
import InterpreterSupport
import Laboratory
import Language
import TestSupport
import Testing
import Workbench

@Suite struct LintTests {
  private func ids(_ text: String) -> [String] {
    LintFile.report(python: text, title: "train.py").findings.map(\.id)
  }

  @Test(arguments: LintCase.faults)
  func findsWhatWasPlanted(_ item: LintCase) throws {
    let report = try item.report()
    #expect(report.findings.contains { $0.id == item.id }, "\(report.text())")
  }

  @Test(arguments: LintCase.sound)
  func leavesSoundOnesInPeace(_ item: LintCase) throws {
    let report = try item.report()
    #expect(!report.hasFaults, "\(report.text())")
  }

  @Test func thereAreEnoughOfBoth() {
    #expect(LintCase.faults.count >= 60 && LintCase.sound.count >= 40)
    #expect(Set(LintRule.all.map(\.id)).count == LintRule.all.count)
    #expect(LintRule.all.allSatisfy { !$0.meaning.isEmpty && !$0.source.isEmpty })
  }

  /// One finding of every rule; UPDATE_EXPECTATIONS=1 rewrites the file.
  @Test func findingsReadAsExpected() throws {
    var blocks: [String] = []
    for rule in LintRule.all {
      let item = try #require(LintCase.faults.first { $0.id == rule.id }, "no case for \(rule.id)")
      let finding = try #require(try item.report().findings.first { $0.id == rule.id })
      let lines = item.text.split(separator: "\n", omittingEmptySubsequences: false).map { "> \($0)" }
      blocks.append((lines + [finding.text()]).joined(separator: "\n"))
    }
    let actual = blocks.joined(separator: "\n\n") + "\n"
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Lint/findings.txt")
    if ExpectedText.isUpdating {
      try actual.write(to: file, atomically: true, encoding: .utf8)
    } else {
      #expect(actual == (try String(contentsOf: file, encoding: .utf8)))
    }
  }

  @Test func textsAreSentencesWithinTheWidth() throws {
    for item in LintCase.faults {
      for finding in try item.report().findings {
        #expect(!finding.message.contains("\n") && !finding.message.hasSuffix("."), "\(finding.id)")
        #expect(
          finding.reason.hasSuffix(".") && finding.suggestion.last.map { ".)".contains($0) } ?? true,
          "\(finding.id)")
        let lines = finding.text(width: 80).split(separator: "\n")
        #expect(
          lines.allSatisfy { $0.count <= 80 || $0.split(separator: " ").count < 3 }, "\(finding.text())")
      }
    }
  }

  // MARK: - Values of findings

  /// PEFT gives q_proj 32/√64 = 4 and v_proj 8/√16 = 2; r and lora_alpha alone would give 8, which no module has.
  @Test(arguments: [false, true])
  func multipliersAreThoseOfTheModules(_ hasModel: Bool) throws {
    let fields =
      "r=16, lora_alpha=32, use_rslora=True, target_modules=['q_proj', 'v_proj'], rank_pattern={'q_proj': 64}, "
      + "alpha_pattern={'v_proj': 8}"
    let report = try LintCase("", "LoraConfig(\(fields))", model: hasModel).report()
    let table = try #require(report.parts.first?.table)
    #expect(table.rows.map(\.modules) == ["q_proj", "v_proj"])
    #expect(table.rows.map { LintTable.multiplier($0, table.rule) } == [4, 2])
    #expect(table.rows.map(\.count) == (hasModel ? [2, 2] : [nil, nil]))
    #expect(report.findings.map(\.id) == ["targets-attention"])
    #expect(!report.text().contains("multiplier is 8") && !report.text().contains("lora_alpha=8"))
  }

  @Test func findingsSayWhichModulesTheyAreAbout() throws {
    func finding(_ id: String, _ text: String) throws -> LintFinding {
      try #require(try LintCase("", text).report().findings.first { $0.id == id })
    }
    let own = try finding(
      "rslora-alpha-rank",
      "LoraConfig(r=16, lora_alpha=8, use_rslora=True, target_modules=['q_proj', 'v_proj'], alpha_pattern={'q_proj': 32})"
    )
    #expect(own.message.hasPrefix("q_proj: alpha=32 is 2r under rsLoRA: the multiplier is 8,"))
    #expect(own.suggestion.hasPrefix("Fix alpha: alpha_pattern={\"q_proj\": 8} gives 2 at this rank"))
    // What lora_alpha would do to the other modules is said.
    let shared = try finding(
      "multiplier-large",
      "LoraConfig(r=8, lora_alpha=512, target_modules=['q_proj', 'v_proj'], rank_pattern={'v_proj': 512})")
    #expect(shared.message.hasPrefix("q_proj: the multiplier is 64 at r=8"))
    #expect(
      shared.suggestion.hasSuffix(
        "It also sets v_proj (r=512) to 0.0313.") && shared.suggestion.hasPrefix("lora_alpha=16 gives 2"))
    // One rate for all: the hottest modules decide, and are named.
    let rate = try finding(
      "learning-rate-high",
      "LoraConfig(r=8, lora_alpha=16, target_modules=['q_proj', 'v_proj'], alpha_pattern={'v_proj': 256})\n"
        + "SFTConfig(learning_rate=2e-4)")
    #expect(
      rate.place == "train.py:2" && rate.message.contains("a multiplier of 32 at r=8 (v_proj) asks for"))
    #expect(
      try LintCase(
        "",
        "LoraConfig(r=8, lora_alpha=16, target_modules=['q_proj', 'v_proj'], alpha_pattern={'v_proj': 1})",
        rate: 2e-4
      ).report().findings.allSatisfy { $0.id != "learning-rate-low" })
  }

  @Test func aRankForEveryModuleGivesNoReportWithoutEnd() throws {
    let keys = (0..<200).map { "'layers\\\\.\($0)\\\\..*q_proj': \($0 + 65)" }.joined(separator: ", ")
    let text =
      "LoraConfig(r=64, lora_alpha=1024, use_rslora=True, target_modules=['q_proj'], rank_pattern={\(keys)})"
    let report = try LintCase("", text).report()
    #expect(report.findings.count == 4)
    #expect(report.text().contains("And 181 more rows: r 84 to 264, multiplier 63 to 112."))
    #expect(report.text().split(separator: "\n").count < 90)
    // A model whose layers are alike has one row a kind of module.
    let session = Session()
    let cell =
      "report = lint(lora(targets=\"all-linear\"), model=transformer(layers=32, width=16, heads=2))"
    #expect(session.execute(Source(cell)) { _ in }.diagnostic == nil)
    guard case .object(let object as ReportObject)? = session.scope.globals["report"] else {
      throw FakeError.broken
    }
    #expect(object.report.parts[0].table?.rows.map(\.count) == Array(repeating: 32, count: 7))
  }

  /// The order of a file's keys decides: PEFT takes the first that matches.
  @Test func theFirstKeyOfAFileWins() throws {
    let text =
      #"{"peft_type": "LORA", "r": 16, "lora_alpha": 32, "use_rslora": false, "target_modules": ["q_proj"], "#
      + #""rank_pattern": {"q_proj": 64, ".*q_proj": 4}}"#
    let rows = try #require(try LintCase("", text).report().parts.first?.table?.rows)
    #expect(rows.map(\.rank) == [64])
  }

  @Test func whatWasNotReadIsNamed() throws {
    func summary(_ text: String) throws -> String { try LintCase("", text).report().summary }
    #expect(try summary("LoraConfig(**kw)") == "no fault in what was read; not read: **kw")
    #expect(try summary("LoraConfig(r=64, **kw)") == "no fault in what was read; not read: **kw")
    #expect(
      try summary("LoraConfig(r=a.r, lora_alpha=a.alpha, use_rslora=True, target_modules='all-linear')")
        == "no fault in what was read; not read: r, lora_alpha")
    #expect(
      try summary("LoraConfig(r=int(os.environ['R']), lora_alpha=16)")
        == "no fault in what was read; not read: r")
    #expect(try summary("LoraConfig(r=0, lora_alpha=alpha)") == "1 error; not read: lora_alpha")
    #expect(try summary("kw = dict(r=64, lora_alpha=16)\nLoraConfig(**kw)") == "no fault found")
    // A field that no rule looks at is no loss.
    #expect(try summary("LoraConfig(r=8, lora_alpha=16, task_type=kind)") == "no fault found")
    #expect(
      try summary(#"{"peft_type": "LORA", "r": 8, "lora_alpha": 16, "use_rslora": false}"#)
        == "no fault found")
    // A rate given beside the script is read.
    let text = "LoraConfig(r=8, lora_alpha=16)\nSFTConfig(learning_rate=rate)"
    #expect(try LintCase("", text, rate: 2e-4).report().summary == "no fault found")
    #expect(try summary(text) == "no fault in what was read; not read: learning_rate")
  }

  /// Where a rate is advised, it is a ratio to the anchor's, and the caveat stands in the report.
  @Test func advisedRatesAreRatios() throws {
    for item in LintCase.faults {
      let report = try item.report()
      for finding in report.findings where finding.advisesRate {
        #expect(
          finding.suggestion.contains("the rate that is best for LoRA(r=16, alpha=32)"),
          "\(finding.id): \(finding.suggestion)")
        let words = report.text().split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains(AdamRate.caveat))
      }
    }
  }

  @Test func noLineBreaksWithinAWord() throws {
    let session = Session()
    var lines: [String] = []
    _ = session.execute(
      Source(
        "lint(lora(r=16, alpha=16, scaling=rslora, targets=[\"q_proj\", \"k_proj\", \"v_proj\", \"o_proj\"]))"
      )
    ) { event in
      lines += (Transcript.text(event, width: 60) ?? "").split(separator: "\n").map(String.init)
    }
    let words = lines.joined(separator: " ")
    #expect(lines.allSatisfy { $0.count <= 60 })
    #expect(words.contains("init=kaiming): ") && words.contains("scaling=rslora,"))
  }

  @Test func theArticlesAdvice() throws {
    let report = LintFile.report(
      python: "LoraConfig(r=64, lora_alpha=64, use_rslora=True)", title: "train.py")
    let finding = try #require(report.findings.first)
    #expect(finding.id == "rslora-alpha-rank" && finding.severity == .warning)
    #expect(finding.message.contains("the multiplier is 8, 4 times"))
    // s²·r = 4096 against 64, s·r = 512 against 32.
    #expect(finding.reason.contains("1/(s²·r), is 64 times lower, Adam's 1/(s·r) 16 times"))
  }

  @Test func severityFollowsWhatIsKnown() throws {
    func severity(_ id: String, _ text: String) throws -> LintSeverity? {
      try LintCase("", text).report().findings.first { $0.id == id }?.severity
    }
    #expect(try severity("alpha-default", "LoraConfig(r=64)") == .warning)
    #expect(try severity("alpha-default", "LoraConfig(r=64, use_rslora=True)") == .note)
    #expect(try severity("alpha-default", "LoraConfig(r=64, lora_alpha=8)") == nil)
    #expect(
      try severity("alpha-default", #"{"peft_type": "LORA", "r": 64, "lora_alpha": 8, "use_rslora": false}"#)
        == .note)
    #expect(try severity("alpha-follows-rank", "LoraConfig(r=64, lora_alpha=128)") == .note)
    #expect(try severity("alpha-follows-rank", "LoraConfig(r=32, lora_alpha=64)") == nil)
    #expect(try severity("rslora-alpha-rank", "LoraConfig(r=4, lora_alpha=4, use_rslora=True)") == .note)
    #expect(try severity("field-unknown", "LoraConfig(r=8, colour=1)") == .error)
    #expect(try severity("field-unknown", #"{"peft_type": "LORA", "colour": 1}"#) == .note)
  }

  @Test func aScriptWithSeveralAdaptersSaysWhichOne() {
    let text = "a = LoraConfig(r=16, lora_alpha=32)\n\nb = LoraConfig(r=0)\nc = LoraConfig(\n  r=64,\n)\n"
    let report = LintFile.report(python: text, title: "train.py")
    #expect(
      report.parts.map { part in "\(part.place) \(part.findings.map(\.id))" } == [
        "train.py:1 []", "train.py:3 [\"rank-invalid\"]", "train.py:4 [\"alpha-default\"]",
      ])
    #expect(report.summary == "1 error, 1 warning")
  }

  @Test func everyTrainingIsJudgedByItself() {
    let adapter = "LoraConfig(r=16, lora_alpha=32)\n"
    let both = adapter + "SFTConfig(learning_rate=1)\nSFTConfig(learning_rate=2e-4)"
    let report = LintFile.report(python: both, title: "train.py")
    #expect(report.findings.map { "\($0.place) \($0.id)" } == ["train.py:2 learning-rate-high"])
    // A fault of the training stands at its own line, and says which adapter it means where there are several.
    let two = LintFile.report(
      python: "\(adapter)LoraConfig(r=256, lora_alpha=512)\nSFTConfig(learning_rate=1e-3)", title: "train.py")
    #expect(
      two.findings.map { "\($0.place) \($0.message.prefix(23))" } == [
        "train.py:2 lora_alpha=512 at r=256", "train.py:3 for the adapter of line",
      ])
    // What an optimiser beside the arguments contradicts is unknown.
    #expect(ids(adapter + "SFTConfig(learning_rate=1)\nAdamW(p, lr=2e-4)") == [])
    #expect(ids(adapter + "SFTConfig(learning_rate=1, optim='adafactor')") == [])
    #expect(ids("x = 1") == ["nothing-to-check"])
    #expect(LintFile.report(python: "x = 1", title: "t").summary == "nothing to check")
    #expect(ids("") == ["nothing-to-check"])
  }

  @Test func ratesOfAdam() {
    let anchor = AdamRate(multiplier: 2, rank: 16)
    #expect(
      anchor.usual == 2e-4 && anchor.byFirstStep == 2e-4 && anchor.highest == 1e-3 && anchor.lowest == 4e-5)
    let hot = AdamRate(multiplier: 8, rank: 64)
    #expect(abs(hot.usual - 2.5e-5) < 1e-12 && abs(hot.byFirstStep - 1.25e-5) < 1e-12)
    // Below the anchor's rank the first step's estimate is the more lenient one.
    #expect(AdamRate(multiplier: 2, rank: 4).highest == 5 * 8e-4)
  }

  @Test func advertisedValuesCureTheFinding() throws {
    // What a finding says to write instead no longer has it.
    let cures: [(String, String)] = [
      ("alpha-default", "LoraConfig(r=64, lora_alpha=128)"),
      ("rslora-alpha-rank", "LoraConfig(r=64, lora_alpha=8, use_rslora=True)"),
      ("multiplier-large", "LoraConfig(r=8, lora_alpha=16)"),
      ("init-orthogonal-rank", "LoraConfig(r=8, lora_alpha=14, init_lora_weights='orthogonal')"),
      ("init-loftq-multiplier", "LoraConfig(r=16, lora_alpha=16, init_lora_weights='loftq')"),
      (
        "rank-pattern-alpha",
        "LoraConfig(r=16, lora_alpha=32, rank_pattern={'down_proj': 128}, alpha_pattern={'down_proj': 256})"
      ),
      ("pattern-loose", #"LoraConfig(r=16, lora_alpha=32, rank_pattern={r'layers\.1\..*q_proj': 32})"#),
      ("pattern-anchored", "LoraConfig(r=16, lora_alpha=32, rank_pattern={'q_proj': 4})"),
      ("learning-rate-high", "LoraConfig(r=16, lora_alpha=32)\nSFTConfig(learning_rate=2e-4)"),
      ("dropout-range", "LoraConfig(r=16, lora_alpha=32, lora_dropout=0.05)"),
    ]
    for (id, text) in cures { #expect(!ids(text).contains(id), "\(text)") }
  }

  // MARK: - Any text

  @Test func survivesAnyText() {
    let pieces = [
      "LoraConfig(", "r=16", ",", ")", "(", "[", "]", "{", "}", "\"\"\"", "'", "f\"{x", "\\", "\n", "    ",
      "#", "def ",
      "lora_alpha=", "**", "*", "lambda x: ", "=", ".", "target_modules=['q", "é", "😀", "\u{0}", "1e", "-",
      ":=", "@",
    ]
    var state: UInt64 = 88_172_645_463_325_252
    for _ in 0..<2000 {
      var text = ""
      for _ in 0..<24 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        text += pieces[Int(state % UInt64(pieces.count))]
      }
      #expect(!LintFile.report(python: text, title: "t").summary.isEmpty)
    }
    let deep = String(repeating: "LoraConfig(r=[(", count: 20_000)
    #expect(ids(deep) == ["nothing-to-check"])
    #expect(
      !ids(String(repeating: "LoraConfig(a=", count: 3_000) + String(repeating: ")", count: 3_000)).isEmpty)
  }

  // MARK: - The command

  private func run(_ cell: String, folder: String = "") -> (text: String, error: String?) {
    let session = Session(environment: Environment(workingFolder: folder))
    var text = ""
    let result = session.execute(Source(cell)) { text += (Transcript.text($0) ?? "") + "\n" }
    return (text, result.diagnostic?.title)
  }

  @Test func looksAtLiveObjects() {
    #expect(run("lint(lora(r=64, alpha=64, scaling=rslora)).ids").text == "['rslora-alpha-rank']\n")
    // The adapter follows the session's mode.
    #expect(
      run("scaling rslora; m = attach(transformer(), lora(r=64, alpha=64)); lint(m).warnings").text.hasSuffix(
        "\n1\n"))
    #expect(run("lint(lora(r=16, alpha=32), lr=2e-4).clean").text == "True\n")
    #expect(run("lint(lora(r=16, alpha=32), lr=2e-2).ids").text == "['learning-rate-high']\n")
    #expect(run("lint(lora(r=64, alpha=\"2*r\"), optimizer=sgd).ids").text == "['alpha-follows-rank']\n")
    #expect(
      run("lint(lora(r=256, alpha=32, targets=\"all-linear\"), model=transformer()).ids").text
        == "['rank-above-width']\n")
    #expect(
      run("f = lint(lora(r=64, alpha=64, scaling=rslora)).findings[0]; f[\"severity\"]").text == "'warning'\n"
    )
    #expect(run("lint(transformer())").error == "the model has no adapter")
    #expect(run("lint(\"LoraConfig(r=0, lora_alpha=8)\").errors").text == "1\n")
  }

  @Test func readsFiles() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "lint-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let adapter = folder.appending(path: "adapter")
    try FileManager.default.createDirectory(at: adapter, withIntermediateDirectories: true)
    func write(_ text: String, _ name: String) throws {
      try Data(text.utf8).write(to: folder.appending(path: name))
    }
    try write(
      #"{"peft_type": "LORA", "r": 0, "lora_alpha": 8, "use_rslora": false}"#, "adapter/adapter_config.json")
    try write("LoraConfig(r=64)", "train.py")
    try write("{\"r\": ", "broken.json")
    try write(#"{"peft_type": "LORA", "r": 8,}"#, "comma.json")
    try write(#"{"peft_type": "LORA", "r": 8, "base_model_name_or_path": ",} \",]"}"#, "commas.json")
    try write(#"{"peft_type": "LORA", "r": 1e999}"#, "huge.json")
    try write("[1, 2]", "list.json")
    try write("", "empty.py")
    func ids(_ path: String) -> (text: String, error: String?) {
      run("lint(\"\(path)\").ids", folder: folder.path)
    }
    #expect(ids("adapter").text == "['rank-invalid']\n")
    #expect(ids("adapter/").text == "['rank-invalid']\n")
    #expect(ids("adapter/adapter_config.json").text == "['rank-invalid']\n")
    #expect(ids("train.py").text == "['alpha-default']\n")
    try write("{\"r\": 8,\n \"r\": 64}", "twice.json")
    #expect(ids("twice.json").error == "`twice.json` states a field twice")
    #expect(
      ids("twice.json").text.contains("line 2, column 2: the key `r` is there for the second time"))
    #expect(ids("comma.json").text.contains("line 1, column 30: a key in double quotes is expected, not `}`"))
    #expect(ids("broken.json").error == "`broken.json` is not JSON")
    #expect(ids("comma.json").error == "`comma.json` is not JSON")
    #expect(ids("commas.json").text == "['scaling-unstated']\n")
    #expect(ids("huge.json").error == "`huge.json` is not JSON")
    #expect(ids("list.json").error == "`list.json` is not an adapter configuration")
    #expect(ids("nowhere.py").error == "there is no file `nowhere.py`")
    #expect(ids("empty.py").error == "`empty.py` is empty")
    #expect(ids("train.txt").error == "`train.txt` is no configuration that is known here")
    #expect(ids(".").error == "there is no file `./adapter_config.json`")
  }
}
