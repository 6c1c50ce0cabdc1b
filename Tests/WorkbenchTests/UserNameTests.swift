// The ordinary names of users are theirs: what people call their own values is no command.
import Interpreter
import Language
import Testing
import Workbench

@Suite struct UserNameTests {
  /// What scripts of the field call their values. A new command takes none of these: a pasted script that assigns it
  /// would stop at its first line, and a name that someone types a hundred times a day would be gone. A command is a verb
  /// or a compound: `memory_of`, `lr_map`.
  static let names = [
    "lr", "next", "full", "memory", "runs", "run", "step", "steps", "estimate", "plan", "source_text", "map",
    "config",
    "model", "tokenizer", "trainer", "dataset", "task", "net", "data", "base", "loss", "rate", "rank",
    "alpha",
    "learning_rate", "training_args", "lora_config", "base_model", "r", "m", "x", "y", "xs", "i", "n", "seed",
    "batch",
    "epochs", "result", "results", "losses", "adapter", "args", "output", "outputs", "inputs", "examples",
    "peft_model",
  ]

  @Test(arguments: names) func namesAreFree(_ name: String) {
    let session = Session()
    for cell in [
      "\(name) = 3", "\(name)", "a, \(name) = [1, 2]", "for \(name) in [1e-4, 2e-4] { show(\(name)) }",
      "[\(name) * 2 for \(name) in [4, 16]]", "for k, \(name) in enumerate([1]) { show(\(name)) }",
      "def f(\(name), other=1) { return \(name) }", "f(\(name)=2)", "def \(name)() { return 1 }",
    ] {
      let diagnostic = session.execute(Source(cell)) { _ in }.diagnostic
      #expect(diagnostic == nil, "\(cell): \(diagnostic?.title ?? "")")
    }
  }
}
