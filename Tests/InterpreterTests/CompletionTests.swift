// Completion as a table: a text with `|` for the cursor, and what is offered first.
import Interpreter
import InterpreterSupport
import Language
import Testing

@Suite struct CompletionTests {
  static func session() -> Session {
    let environment = Environment(listFolder: { folder in
      switch folder {
      case "": ["adapters/", "article.md", ".hidden", "b.rank"]
      case "adapters/": ["a/", "a.json"]
      default: []
      }
    })
    let session = Session(environment: environment, table: FakeCommands.table)
    let cell = """
      m = model(); run = train(m); rate = 0.1; mode = "linear"; base = model()
      def double(x, factor=2) { return x * factor }
      """
    session.execute(Source(cell + "\n1\n1 / 0")) { _ in }
    return session
  }

  /// Text and cursor, then the candidates with their suffixes.
  static let table: [(String, [String])] = [
    // Statements: commands and names
    ("tr|", ["train("]),
    ("pl|", ["plot "]),
    ("va|", ["vars"]),
    ("Au|", ["Auto."]),
    ("au|", ["Auto."]),
    ("ra|", ["range(", "rate"]),
    ("if rate > 0 { ra|", ["range(", "rate"]),
    ("zzz|", []),
    // Expressions
    ("x = ra|", ["rate", "range("]),
    ("x = dou|", ["double("]),
    ("x = 1 + ra|", ["rate", "range("]),
    ("x = _|", ["_", "_error"]),
    // Arguments: names of the right kind, labels, then the rest
    ("train(b|", ["base"]),
    ("train(m|", ["m", "model=", "model("]),
    ("train(m, s|", ["steps=", "schedule=", "seconds=", "sqrt(", "sum("]),
    ("train(m, steps=3, s|", ["schedule=", "seconds="]),
    ("train(m, 100, st|", ["str("]),
    ("train m, sch|", ["schedule="]),
    ("train(m, learning_rate=1, l|", ["len(", "load(", "log(", "logspace(", "lora("]),
    ("plot(run, r|", ["run", "runs="]),
    ("double(1, f|", ["factor=", "forget("]),
    ("m.deeper(b|", ["by="]),
    ("unknown(ra|", ["rate", "range("]),
    ("train(r|", ["resume="]),
    ("train(x|", []),
    ("train(ra|", ["rate", "range("]),
    ("lora(target_m|", ["target_modules="]),
    ("lora(lora_alpha=3, al|", []),
    // Names that the cell itself assigns
    ("deep = model()\ntrain(de|", ["deep"]),
    ("deep = model()\nplot de|", ["deep"]),
    ("def half(x) { return x / 2 }\nhal|", ["half"]),
    // In lists
    ("lora(schedules=[c|", ["constant"]),
    ("lora(schedules=[\"linear\", \"|", ["constant\"", "none\""]),
    ("lora(targets=[\"q|", []),
    // Python
    ("from peft import A|", ["Auto"]),
    ("import pe|", ["peft"]),
    ("fo|", ["forget ", "for "]),
    // Values behind a label
    ("train(m, schedule=|", ["constant", "linear", "none"]),
    ("train(m, schedule=l|", ["linear"]),
    ("train(m, resume=|", ["True", "False"]),
    ("train(model=b|", ["base"]),
    ("plot run, y=lo|", ["log"]),
    // Fields and methods, of names only
    ("m.|", ["layers", "weights", "deeper("]),
    ("x = m.la|", ["layers"]),
    ("run.lo|", ["loss"]),
    ("rate.|", []),
    ("m.layers.|", []),
    ("train(m).|", []),
    ("Auto.f|", ["from_pretrained()"]),
    // Texts: paths and choices
    ("load(\"|", ["adapters/", "article.md\"", "b.rank\""]),
    ("load 'a|", ["adapters/", "article.md'"]),
    ("load(\"a|\")", ["adapters/", "article.md"]),
    ("load(\"adapters/a|", ["a.json\"", "a/"]),
    ("load(\".|", [".hidden\""]),
    ("load(path=\"b|", ["b.rank\""]),
    ("train(m, schedule=\"li|", ["linear\""]),
    ("lora(schedules=[\"li|", ["linear\""]),
    ("show(\"a|", []),
    ("x = \"a|", []),
    // Names for help and its kin
    ("?tra|", ["train"]),
    ("help tr|", ["train"]),
    ("help Auto|", ["Auto.from_pretrained"]),
    ("forget ra|", ["rate"]),
    ("example ra|", ["range"]),
    ("example m|", ["max", "mean", "min", "model"]),
    ("help \"tr|", ["train\""]),
    ("?m.la|", ["m.layers"]),
    ("apropos sched|", ["schedule", "schedules"]),
    // Nothing
    ("# tr|", []),
    ("3|", []),
    ("x = \"done\" |", []),
  ]

  @Test(arguments: table.indices)
  func offers(_ index: Int) throws {
    let (marked, expected) = CompletionTests.table[index]
    let parts = marked.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
    let completion = CompletionTests.session().complete(parts.joined(), cursor: parts[0].utf8.count)
    let offered = completion.candidates.map { $0.text + $0.suffix }
    let isOpen = ["schedule=|", "resume=|"].contains { marked.hasSuffix($0) }
    #expect((isOpen ? Array(offered.prefix(expected.count)) : offered) == expected, "\(marked)")
  }

  @Test func rangeIsTheWord() {
    let session = CompletionTests.session()
    #expect(session.complete("x = rat + 1", cursor: 6).span == Span(4, 7))
    #expect(session.complete("load(\"adapters/a", cursor: 16).span == Span(15, 16))
    #expect(session.complete("é = ra", cursor: 7).span == Span(5, 7))
  }

  @Test func candidatesSayWhatTheyAre() throws {
    let session = CompletionTests.session()
    let run = try #require(session.complete("plot(r", cursor: 6).candidates.first)
    #expect(run == Candidate("run", .name, "a run: 200 steps"))
    let label = try #require(session.complete("train(m, st", cursor: 11).candidates.first)
    #expect(label == Candidate("steps", .label, "how many steps", suffix: "="))
    let choice = try #require(session.complete("plot run, y=l", cursor: 13).candidates.first)
    #expect(choice == Candidate("linear", .choice, "even"))
  }

  @Test func everyCursorIsSafe() {
    let session = CompletionTests.session()
    let text = "train(m, schedule=\"lé\", r=[m.layers, 'x']) # é\nplot run, y=log; ?x"
    for cursor in -2...(text.utf8.count + 2) {
      let completion = session.complete(text, cursor: cursor)
      #expect(completion.span.start >= 0 && completion.span.end <= text.utf8.count)
      #expect(completion.span.start <= completion.span.end)
    }
  }
}
