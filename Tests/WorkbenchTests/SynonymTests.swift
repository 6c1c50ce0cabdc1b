// Labels of other programs, and of other commands of the table, lead to the label that is meant.
import Fields
import Interpreter
import InterpreterSupport
import Laboratory
import Language
import Testing
import Workbench

@Suite struct SynonymTests {
  /// A command that knows PEFT's names alone, beside one that has the short names too.
  private static let table = CommandTable(
    [
      FakeCommands.all,
      [
        Command(
          "Config", .models,
          [
            Parameter("r", .whole(NumberRange(1)), .number(8), "the rank"),
            Parameter("lora_alpha", .number(.any), .number(8), "the numerator"),
            Parameter("use_rslora", .bool, .bool(false), "the mode"),
            Parameter("target_modules", .list(.text), .absent("all"), "which modules"),
            Parameter("num_train_epochs", .number(.any), .number(3), "how often"),
          ], result: "nothing", "A configuration.", example: "Config()"
        ) { _, _ in .none }
      ],
    ], synonyms: .standard)

  @Test(arguments: [
    ("Config(alpha=16)", "lora_alpha=16"), ("Config(rank=4)", "r=4"), ("Config(lora_r=4)", "r=4"),
    ("Config(rslora=True)", "use_rslora=True"), ("Config(targets=[\"q\"])", "target_modules=[\"q\"]"),
    ("lora(lora_rank=4)", "r=4"), ("train(model(), max_steps=5)", "steps=5"),
  ])
  func areNamed(_ program: String, _ fix: String) throws {
    let diagnostic = try #require(
      Session(table: SynonymTests.table).execute(Source(program), sink: { _ in }).diagnostic)
    #expect(diagnostic.code == "CallProblem.unknownLabel")
    #expect(diagnostic.label == "did you mean `\(fix.prefix { $0 != "=" })`?")
    #expect(diagnostic.fix == fix)
  }

  /// A number of epochs is no number of steps: the label is named and no text to type is given.
  @Test func otherUnitsAreNotTakenOver() throws {
    let diagnostic = try #require(
      Session(table: SynonymTests.table).execute(Source("train(model(), epochs=3)"), sink: { _ in })
        .diagnostic)
    #expect(diagnostic.label == "did you mean `steps`?" && diagnostic.fix.isEmpty)
  }
}
