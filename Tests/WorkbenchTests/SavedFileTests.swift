// Values that go to files and come back: to the bit, whole or with an error that says what is wrong.
import Adapters
import Analysis
import Foundation
import Interpreter
import InterpreterSupport
import Laboratory
import Language
import Signals
import TestSupport
import Testing
import Training
import Workbench

@Suite struct SavedFileTests {
  private let files: TemporaryFolder
  private let session: Session

  init() throws {
    files = try TemporaryFolder()
    session = Session(environment: Environment(workingFolder: files.path))
  }

  /// What a cell shows, or its error.
  @discardableResult
  private func show(_ cell: String, in session: Session? = nil) -> String {
    var lines: [String] = []
    (session ?? self.session).execute(Source(cell)) { event in
      if let text = Transcript.text(event) { lines.append(text) }
    }
    return lines.joined(separator: "\n")
  }

  private func object<Object>(_ name: String, as type: Object.Type) throws -> Object {
    guard case .object(let object)? = session.scope.value(name) else {
      throw Failure("\(name) is no object")
    }
    return try #require(object as? Object)
  }

  private static let setup = """
    net = mlp([8, 8, 8], activation=relu, seed=0)
    drift = teacher(net, shift=0.1, noise=0.05, seed=0)
    m = attach(net, lora(r=4, alpha="2*r", scaling=power(0.75)))
    """

  private static let hardNumbers: [Double] = [
    .nan, .infinity, -.infinity, 0.1, 1.0 / 3, -0.0, .leastNonzeroMagnitude,
    .greatestFiniteMagnitude, -1e-17, 123_456_789.123_456_79, 0x1.fffffffffffffp-3, 1e22,
    9_007_199_254_740_993,
  ]

  @Test func numbersOfARunComeBackToTheBit() throws {
    show(Self.setup + "\nrun = train(m, drift, steps=5, lr=1, optimizer=sgd, probe_every=2, clip=0.5)")
    var run = try object("run", as: RunObject.self).run
    run.losses = Self.hardNumbers
    run.gradientNorms = Self.hardNumbers.reversed()
    run.evaluations = Self.hardNumbers.enumerated().map { ($0.offset, $0.element) }
    run.lossBeforeResume = 0.1
    run.settings.seed = 1 << 53 - 1
    run.settings.seconds = 1.0 / 3
    run.ending = .diverged(Divergence(place: .gradient(tensor: "layers.0.lora_B"), step: 4))
    session.scope.globals["hard"] = .object(RunObject(run, adapter: nil))
    show("save(hard, \"hard.json\"); again = load(\"hard.json\")")
    let again = try object("again", as: RunObject.self).run
    func bits(_ values: [Double]) -> [UInt64] { values.map { $0.isNaN ? .max : $0.bitPattern } }
    #expect(bits(again.losses) == bits(run.losses))
    #expect(bits(again.gradientNorms) == bits(run.gradientNorms))
    #expect(bits(again.evaluations.map(\.loss)) == bits(run.evaluations.map(\.loss)))
    #expect(again.stepSeconds.isEmpty)
    #expect(again.settings == run.settings && again.ending == run.ending && again.rule == run.rule)
    #expect(
      again.scalings == run.scalings && again.probes == run.probes && again.repetition == run.repetition)
    #expect(
      again.floor == run.floor && again.lossBeforeResume == 0.1 && again.tokensPerStep == run.tokensPerStep)
    #expect(run.probes.count > 1)
    show("save(again, \"second.json\")")
    #expect(try files.text("second.json") == files.text("hard.json"))
  }

  /// Each kind shows, is drawn and is saved again as the value that was saved.
  @Test(arguments: [
    ("train(m, drift, steps=30, lr=1, optimizer=sgd)", "x.loss; x.settings; plot x"),
    ("train(m, drift, steps=30, lr=1e6, optimizer=sgd)", "x.verdict; x.settings; plot x"),
    ("pretrain(mlp([8, 8, 8]), drift, steps=5)", "x.loss; x.settings"),
    (
      "compare(net, drift, [lora(alpha=\"r\"), lora(r=4, targets=[\"layers.0\"], init=gaussian)], lr=[0.1, 1e5], seeds=2, "
        + "steps=10, optimizers=[adamw, sgd])", "x.ratio; x.arms; x.settings; plot x"
    ),
    (
      "stability(net, drift, [lora(alpha=\"2*r\"), lora(alpha=8, scaling=constant)], r=[2, 4], seeds=2, steps=10, "
        + "optimizer=sgd)", "x.edges; x.ridges; x.theory; x.attempts; x.settings; plot x"
    ),
    (
      "stability(net, drift, lora(alpha=\"2*r\"), r=[2, 4], lr=[0.1, 10], seeds=2, steps=10, optimizer=sgd)",
      "x.slow; x.diverged; x.final_loss; x.ridge; x.edge; x.theory; x.settings"
    ),
    (
      "tune(net, drift, lora(r=4), lr=100, factor=10, seeds=2, steps=10, transfer=[2], optimizer=sgd)",
      "x.rates; x.outcomes; x.sides; x.transfer_loss"
    ),
  ])
  func valuesComeBack(_ code: String, _ questions: String) throws {
    #expect(show(Self.setup + "\nx = \(code)\nsave(x, \"x.json\"); save(x, \"x.csv\")").isEmpty)
    let shown = show("x\n" + questions)
    #expect(shown.count > 200)
    #expect(show("x = load(\"x.json\"); x\n" + questions) == shown)
    let text = try files.text("x.json")
    #expect(text.hasPrefix("{\n") && text.contains("\"format\" : \"ranklab ") && text.hasSuffix("}\n"))
    #expect(show("save(x, \"x.json\"); save(x, \"x.csv\")").isEmpty, "the same kind is replaced")
    #expect(try files.text("x.json") == text)
    let rows = try files.text("x.csv").split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    #expect(rows.count > 2)
  }

  /// `settings` repeats what was measured.
  @Test(arguments: [
    (
      "stability(net, drift, lora(alpha=\"2*r\"), r=[2, 4], lr=[0.1, 10], seeds=[3, 5], steps=10, optimizer=sgd, "
        + "momentum=0.5, clip=2, schedule=linear, warmup=2)", "final_loss"
    ),
    ("stability(net, drift, [lora(alpha=8)], r=[2, 4], seeds=2, steps=10, optimizer=sgd)", "edges"),
    (
      "compare(net, drift, [lora(r=4), lora(r=2)], lr=[0.1, 0.01], seeds=2, steps=10, optimizers=[sgd, adamw], momentum=0.5)",
      "final_losses"
    ),
  ])
  func settingsRepeatAGrid(_ code: String, _ field: String) throws {
    show(Self.setup + "\nscaling rslora\nx = \(code)")
    guard case .text(let line)? = try object("x", as: (any LabObject).self).field("settings", in: session)
    else {
      Issue.record("no settings")
      return
    }
    let fresh = Session()
    let shown = show("x.\(field)")
    #expect(show(line, in: fresh).count > 20)
    #expect(show("_.\(field)", in: fresh) == shown && shown.count > 5)
  }

  @Test(arguments: [
    ("", "is empty"), ("{", "line 1, column 2: a key in double quotes is expected, not the end"),
    ("[1, 2]", "its JSON has no `format`"),
    ("{\"format\": \"ranklab run 9\"}", "its format is 'ranklab run 9'"),
    ("{\"format\": \"ranklab run 1\"}", "is missing"),
    ("\u{FFFD}\"", "line 1, column 1: a JSON value is expected, not byte 239"),
    ("{\"a\": 1,\n \"a\": 2}", "line 2, column 2: the key `a` is there for the second time"),
    ("{\"format\": 1e999}", "line 1, column 12: a number is larger than double precision holds"),
  ])
  func whatIsNoValueIsRefused(_ text: String, _ reason: String) throws {
    try files.write(text, to: "bad.json")
    #expect(show("load(\"bad.json\")").contains(reason))
  }

  /// What is wrong with a setting says where it stands; an option that a later version has may change what a run is.
  @Test(arguments: [
    ("\"batch\" : 8,", "", "`settings.batch` is missing"),
    ("\"batch\" : 8,", "\"batch\" : \"8\",", "`settings.batch` is of another type"),
    ("\"batch\" : 8,", "\"batch\" : 0,", "`batch` is out of range"),
    ("\"batch\" : 8,", "\"batch\" : 1.5,", "`batch` is out of range"),
    (
      "\"schedule\" : \"constant\"", "\"schedule\" : \"steady\"", "`schedule` is 'steady', which is not known"
    ),
    ("\"optimizer\" : \"adamw\"", "\"optimizer\" : \"sgd\"", "`settings.momentum` is missing"),
    ("\"eps\" : 1e-08,", "\"eps\" : null,", "`settings.eps` is of another type"),
    (
      "\"batch\" : 8,", "\"batch\" : 8, \"focal\" : 2,",
      "its runs have an option `focal`, which this version does not know"
    ),
    ("ranklab run 3", "ranklab run 4", "This version reads: ranklab map 2, ranklab map 1, ranklab run 3,"),
  ])
  func wrongSettingsAreRefused(_ right: String, _ wrong: String, _ reason: String) throws {
    show(Self.setup + "\nsave(train(m, drift, steps=2), \"run.json\")")
    let text = try files.text("run.json")
    #expect(text.contains(right))
    try files.write(text.replacing(right, with: wrong), to: "run.json")
    #expect(show("load(\"run.json\")").replacing(/\s+/, with: " ").contains(reason))
  }

  @Test(arguments: [
    ("\"r\" : 2,", "\"r\" : 0,", "`r` is out of range"),
    ("\"r\" : 2,", "\"r\" : \"2\",", "`adapter.r` is of another type"),
    ("\"dropout\" : 0.25,", "", "`adapter.dropout` is missing"),
    ("\"dropout\" : 0.25,", "\"dropout\" : -1,", "`dropout` is out of range"),
    (
      "\"initialization\" : \"gaussian\"", "\"initialization\" : \"eva\"",
      "`initialization` is 'eva', which is not known"
    ),
    ("\"bias\" : \"all\"", "\"bias\" : \"some\"", "`bias` is 'some', which is not known"),
    ("\"kind\" : \"names\"", "\"kind\" : \"some\"", "`targets` and its fields do not fit together"),
    ("\"value\" : 3", "\"value\" : 0", "`rank_pattern` is out of range"),
    ("\"value\" : 3", "\"value\" : null", "`adapter.rank_pattern` is of another type"),
    ("\"dora\" : true", "\"dora\" : 1.5", "`adapter.dora` is of another type"),
    (
      "\"dora\" : true", "\"tora\" : true", "its adapter has a field `tora`, which this version does not know"
    ),
    ("\"alpha\" : \"2*r\"", "\"alpha\" : 2", "`adapter.alpha` is of another type"),
    ("\"name\" : \"rslora\"", "\"name\" : \"sqrt\"", "`rule` is 'sqrt', which is not known"),
  ])
  func wrongAdaptersAreRefused(_ right: String, _ wrong: String, _ reason: String) throws {
    let adapter =
      "lora(r=2, alpha=\"2*r\", targets=[\"layers.0\"], scaling=rslora, dropout=0.25, init=gaussian, dora=True, "
      + "bias=\"all\", rank_pattern={\"layers.0\": 3})"
    show(
      "net = mlp([8, 8, 8]); drift = teacher(net); x = tune(net, drift, \(adapter), seeds=1, steps=2, attempts=2)"
    )
    show("save(x, \"x.json\")")
    let text = try files.text("x.json")
    let place = try #require(text.range(of: right))
    try files.write(text.replacingCharacters(in: place, with: wrong), to: "x.json")
    #expect(show("load(\"x.json\")").replacing(/\s+/, with: " ").contains(reason))
  }

  /// Every single change of a file gives the value, or an error of this module: never a crash.
  @Test func damagedFilesAreRefused() throws {
    show(Self.setup)
    show("save(compare(net, drift, [lora(alpha=\"r\")], seeds=2, steps=2), \"c.json\")")
    show("save(stability(net, drift, lora(), r=[2], lr=[1, 2], seeds=2, steps=2), \"m.json\")")
    show("save(stability(net, drift, lora(), r=[2, 4], seeds=1, steps=2), \"f.json\")")
    var refused = 0
    for name in ["c.json", "m.json", "f.json"] {
      let lines = try files.text(name).split(separator: "\n").map(String.init)
      for (index, line) in lines.enumerated() where index % 3 == 0 || lines.count < 200 {
        for replacement in [
          "", "  \"x\" : 1,", line.replacing(": ", with: ": -"), line.replacing("\"", with: ""),
        ] {
          var changed = lines
          changed[index] = replacement
          try files.write(changed.joined(separator: "\n"), to: "changed.json")
          let shown = show("load(\"changed.json\")")
          if shown.hasPrefix("error:") { refused += 1 }
          #expect(!shown.contains("unexpected error"), "\(name), line \(index): \(replacement)")
        }
      }
    }
    #expect(refused > 300)
  }

  @Test func rowsAreQuoted() throws {
    show("save(histogram([1, 2, 2], bins=2), \"h.csv\")")
    #expect(try files.text("h.csv") == "from,to,count\n1,1.5,1\n1.5,2,2\n")
    // What a spreadsheet would run is text to it; numbers are numbers.
    for name in ["=cmd|' /C calc'!A0", "+1+1", "-x", "@SUM(A1)", "\\tx", "\\rx"] {
      show("save(plot([-0.5], names=[\"\(name)\"]), \"f.csv\")")
      let row = try files.text("f.csv").split(separator: "\n")[1]
      #expect(row.drop { $0 == "\"" }.first == "'" && row.hasSuffix(",0,-0.5"), "\(row)")
    }
    for name in ["-1", "+2.5", "-inf", "a=b", "e-5"] {
      show("save(plot([1], names=[\"\(name)\"]), \"f.csv\")")
      #expect(try files.text("f.csv") == "series,x,y\n\(name),0,1\n")
    }
    show("save(plot([0.1, 1e300 * 1e300], names=[\"a, \\\"b\\\"\"]), \"p.csv\")")
    #expect(try files.text("p.csv") == "series,x,y\n\"a, \"\"b\"\"\",0,0.1\n\"a, \"\"b\"\"\",1,inf\n")
  }

  /// An interrupted comparison is in its file, and goes on from there to the same end.
  @Test(arguments: [
    ("compare(net, drift, [lora(r=2), lora(r=4)], seeds=3, steps=20, file=\"x.json\")", "final_losses", 110),
    (
      "stability(net, drift, lora(alpha=8), r=[2, 4, 8], seeds=2, steps=20, optimizer=sgd, file=\"x.json\")",
      "edges", 500
    ),
    (
      "stability(net, drift, lora(), r=[2, 4], lr=[0.1, 1, 10], seeds=2, steps=20, optimizer=sgd, file=\"x.json\")",
      "final_loss", 110
    ),
  ])
  func gridsGoOnFromTheirFiles(_ code: String, _ field: String, _ polls: Int) throws {
    let countdown = Countdown(polls)
    let stopped = Session(
      environment: Environment(stop: StopSignal(countdown.isOver), workingFolder: files.path))
    show(Self.setup, in: stopped)
    #expect(stopped.execute(Source("x = \(code)")) { _ in }.wasInterrupted)
    show(Self.setup)
    let part = show("load(\"x.json\").\(field)")
    var statuses: [String] = []
    session.execute(Source("x = \(code)")) { event in
      if case .status(let text) = event { statuses.append(text) }
    }
    #expect(statuses.contains { $0.hasSuffix(" are in x.json already") })
    let whole = show("x.\(field)")
    #expect(whole != part && show("load(\"x.json\").\(field)") == whole)
    try FileManager.default.removeItem(at: files.url.appending(path: "x.json"))
    show("y = \(code)")
    #expect(show("y.\(field)") == whole)
    #expect(show(code.replacing("steps=20", with: "steps=21")).contains("steps: 20 there, 21 here"))
  }
}
