// What the cursor, marked `|`, is at.
import Language
import Testing

@Suite struct CompletionContextTests {
  private static func text(_ context: CompletionContext) -> String {
    let position =
      switch context.position {
      case .statement: "statement"
      case .expression: "expression"
      case .argument(let command, let given, let positional):
        "argument of \(command), \(positional) given"
          + (given.isEmpty ? "" : " and \(given.joined(separator: " "))")
      case .value(let command, let label): "value of \(command) \(label)"
      case .item(let place): "item" + text(place)
      case .string(let place): "text" + (place.map(text) ?? "")
      case .field(let chain): "field of \(chain.joined(separator: "."))"
      case .helpName: "help"
      case .module: "module"
      case .importedName(let module): "import from \(module)"
      case .none: "none"
      }
    return "\(position) <\(context.prefix)>"
  }

  private static func text(_ place: ArgumentPlace) -> String {
    place.containers.reversed().map { " in \($0)" }.joined() + " of \(place.command)"
      + " \(place.label ?? "\(place.positional)")"
      + (place.siblings.isEmpty ? "" : ", with \(place.siblings.joined(separator: " "))")
  }

  @Test(arguments: [
    // Statements and expressions
    ("|", "statement <>"), ("tra|", "statement <tra>"), ("x = 1\npl|", "statement <pl>"),
    ("x = 1; |", "statement <>"),
    ("x = |", "expression <>"), ("x = tr|", "expression <tr>"), ("x = 1 + a|", "expression <a>"),
    ("x = 1 +\n  a|", "expression <a>"),
    ("x = (a|", "expression <a>"), ("x = [1, a|", "expression <a>"), ("x = {\"a\": b|", "expression <b>"),
    ("x = not a|", "expression <a>"),
    ("for r in ra|", "expression <ra>"), ("for r in xs { sh|", "statement <sh>"),
    ("if a {\n  x = 1\n  pl|", "statement <pl>"),
    ("if a|", "expression <a>"), ("if a { b } else { c|", "statement <c>"),
    ("def f(a, b=c|", "expression <c>"),
    ("def f(a) { return a|", "expression <a>"), ("x = a[b|", "expression <b>"), ("x |", "none <>"),
    ("5|", "none <>"),
    ("x = 1.5|", "none <>"), ("# trai|", "none <>"), ("train(m) # a|", "none <>"), ("# a\n|", "statement <>"),
    ("for x|", "none <x>"),
    ("def f|", "none <f>"), ("def f(a|", "none <a>"), ("x, y = f|", "expression <f>"),
    ("naï|", "statement <naï>"),
    ("from peft import Lo|", "import from peft <Lo>"), ("from pe|", "module <pe>"), ("import |", "module <>"),
    ("import numpy as n|", "none <n>"), ("import a, b|", "module <b>"),
    ("from peft.tuners import (\n  A,\n  B|", "import from peft.tuners <B>"),
    ("from a import b as c|", "none <c>"), ("from peft import A\ntr|", "statement <tr>"),
    ("x = 'a'|", "none <>"),
    (") + a|", "expression <a>"),
    // Arguments
    ("train(|", "argument of train, 0 given <>"), ("train(m, |", "argument of train, 1 given <>"),
    ("train(m,st|", "argument of train, 1 given <st>"),
    ("train(m, task, steps=5, l|", "argument of train, 2 given and steps <l>"),
    ("train(m, lr=|", "value of train lr <>"),
    ("train(m, schedule=co|", "value of train schedule <co>"), ("train(m, lr=2*a|", "expression <a>"),
    ("train(m + a|", "expression <a>"),
    ("train(f(1), |", "argument of train, 1 given <>"), ("train(f(|", "argument of f, 0 given <>"),
    ("attach(base, lora(r=4, al|", "argument of lora, 0 given and r <al>"),
    ("attach(base, lora(r=4), |", "argument of attach, 2 given <>"),
    ("lora(\n  r=4,\n  al|", "argument of lora, 0 given and r <al>"),
    ("trainer.train(|", "argument of trainer.train, 0 given <>"),
    ("compare([lo|", "item in list of compare 0 <lo>"),
    ("x = train(m, |", "argument of train, 1 given <>"),
    ("train([1, 2], |", "argument of train, 1 given <>"), ("train(m, [1, 2|", "none <>"),
    ("f(a b|", "none <b>"),
    ("train(a == b, x|", "argument of train, 1 given <x>"),
    // The command form
    ("train |", "argument of train, 0 given <>"), ("train m, |", "argument of train, 1 given <>"),
    ("plot ru|", "argument of plot, 0 given <ru>"),
    ("plot run, y=|", "value of plot y <>"), ("plot run, y=lo|", "value of plot y <lo>"),
    ("plot run, y=log, s|", "argument of plot, 1 given and y <s>"),
    ("scaling rs|", "argument of scaling, 0 given <rs>"), ("save session |", "argument of save, 1 given <>"),
    ("save session pa|", "argument of save, 1 given <pa>"),
    ("help tr|", "argument of help, 0 given <tr>"),
    ("for r in x { plot ru|", "argument of plot, 0 given <ru>"), ("plot run\npl|", "statement <pl>"),
    ("plot run; |", "statement <>"), ("plot f(a, |", "argument of f, 1 given <>"),
    ("plot f(a), |", "argument of plot, 1 given <>"),
    ("x = plot a|", "none <a>"), ("show -a|", "expression <a>"), ("scaling = r|", "expression <r>"),
    ("plot run,\n|", "statement <>"),
    // Texts
    ("load(\"ad|", "text of load 0 <ad>"), ("load \"adapters/m|", "text of load 0 <adapters/m>"),
    ("save m, \"a|", "text of save 1 <a>"),
    ("save session \"x.r|", "text of save 1 <x.r>"),
    ("lora(targets=[\"q_proj\", \"v_|", "text in list of lora targets, with q_proj <v_>"),
    ("lora(bias='|", "text of lora bias <>"),
    ("x = \"a|", "text <a>"), ("x = {\"a|", "text <a>"), ("load(r\"C:\\a|", "text of load 0 <C:\\a>"),
    ("load(\"\"\"a\nb|", "text of load 0 <a\nb>"),
    ("for x in y { a = 'b|", "text <b>"), ("mlp([64], '|", "text of mlp 1 <>"),
    ("lora(rank_pattern={\"a\": 4, \"q|", "text in key of lora rank_pattern, with a <q>"),
    ("lora(rank_pattern={\"a\": \"q|", "text in entry of lora rank_pattern <q>"),
    ("f(x=[(\"a|", "text in list of f x <a>"), ("f(x=[[1, \"a|", "text in list in list of f x <a>"),
    ("base[\"a|", "text <a>"), ("f(base[\"a|", "text <a>"),
    // Items of lists and dictionaries
    ("train(m, rules=[|", "item in list of train rules <>"),
    ("train m, rules=[a, b|", "item in list of train rules <b>"),
    ("lora(p={\"a\": n|", "item in entry of lora p <n>"), ("f(x=[\"a\", |", "item in list of f x, with a <>"),
    ("f(x=[1 + a|", "expression <a>"), ("f(x=[(a|", "expression <a>"),
    ("f(x=[g(1), |", "item in list of f x <>"),
    ("f(a[i|", "expression <i>"),
    // Behind what is broken, or Python
    ("x = \"abc\nplot ru|", "argument of plot, 0 given <ru>"),
    ("class A:\n    def f(self):\n        return self.x\n\ntrain(m, l|", "argument of train, 1 given <l>"),
    ("a = TrainingArguments(\n    lr=2e-4,\n)\nb = SF|", "expression <SF>"),
    ("@decorated\ntra|", "statement <tra>"), ("show(f\"a\")\ntra|", "statement <tra>"),
    // Fields and help
    ("m.|", "field of m <>"), ("m.ad|", "field of m <ad>"),
    ("x = run.settings.l|", "field of run.settings <l>"), ("f(a.|", "field of a <>"),
    ("f(x).|", "field of  <>"), ("f(x).b.c|", "field of  <c>"), ("plot run.l|", "field of run <l>"),
    ("?|", "help <>"), ("?tra|", "help <tra>"),
    ("?trainer.t|", "help <trainer.t>"), ("? sc|", "help <sc>"),
    // The rest of the line
    ("tra|in(m)", "statement <tra>"), ("train(|m)", "argument of train, 0 given <>"),
    ("x = |y", "expression <>"),
  ])
  func contexts(marked: String, expected: String) throws {
    let cursor = try #require(marked.utf8.firstIndex(of: UInt8(ascii: "|")))
    var text = marked
    text.remove(at: cursor)
    let offset = marked.utf8.distance(from: marked.utf8.startIndex, to: cursor)
    let context = CompletionContext(text, cursor: offset, commands: sampleCommands)
    #expect(CompletionContextTests.text(context) == expected, "\(marked)")
    #expect(context.start == offset - context.prefix.utf8.count)
    #expect(context.end >= offset)
  }

  @Test func replacesTheWholeWord() {
    let context = CompletionContext("x = trai(m)", cursor: 6, commands: sampleCommands)
    #expect(context.prefix == "tr")
    #expect((context.start, context.end) == (4, 8))
    let between = CompletionContext("f(a)", cursor: 2, commands: sampleCommands)
    #expect((between.start, between.end) == (2, 2))
  }

  @Test func callsWithTheirNames() {
    let text = "m = attach(base, x=run.adapter, 3, lora(targets=[\""
    let context = CompletionContext(text, cursor: text.utf8.count, commands: sampleCommands)
    #expect(context.calls.map(\.callee) == ["attach", "lora"])
    #expect(context.calls.map(\.names) == [[["base"], ["run", "adapter"]], []])
  }

  /// The names given before the statement at the cursor, with what is called for them.
  @Test func assignedNames() {
    let text = """
      a = model(1); b, c = f()
      from peft import d as e
      def g(h, i=1) { j = 2 }
      for k in [l for l in a] { a = peft.load(a); z = tr
      """
    let context = CompletionContext(text, cursor: text.utf8.count, commands: sampleCommands)
    let names = context.assigned.map { $0.name + ($0.callee.map { " from \($0)" } ?? "") }
    #expect(
      names == ["a from peft.load", "k", "j", "i", "h", "g", "e", "c", "b"])
  }

  @Test func replacesTheRestOfATextsWord() {
    let context = CompletionContext("f(\"q_proj\")", cursor: 5, commands: [])
    #expect((context.prefix, context.start, context.end) == ("q_", 3, 9))
    let path = CompletionContext("f(\"ab/cd\")", cursor: 4, commands: [])
    #expect((path.start, path.end) == (3, 5))
  }

  /// A cursor outside of the text or within a character counts as the place before.
  @Test func cursorsOutOfPlace() {
    #expect(CompletionContext("é", cursor: 1, commands: []).start == 0)
    #expect(CompletionContext("ab", cursor: 99, commands: []).prefix == "ab")
    #expect(CompletionContext("ab", cursor: -1, commands: []).prefix == "")
  }
}
