// Colours of program text.
import Language
import Testing
import Text

@Suite struct HighlightingTests {
  /// Colour codes as letters in angle brackets: c command, k keyword, t text, n number, # comment.
  private func marked(_ text: String) -> String {
    let letters = ["[1;36m": "<c ", "[35m": "<k ", "[32m": "<t ", "[33m": "<n ", "[2m": "<# ", "[0m": ">"]
    var result = highlighted(text, commands: sampleCommands).string
    for (code, letter) in letters { result = result.replacing("\u{1B}" + code, with: letter) }
    return result
  }

  @Test(arguments: [
    ("plot run, y=log # now", "<c plot> run, y=log <# # now>"),
    ("x = train(m, lr=2e-3)", "x = <c train>(m, lr=<n 2e-3>)"),
    ("m.train(1); scaling", "m.train(<n 1>); <c scaling>"),
    ("for r in [4] { plot r }", "<k for> r <k in> [<n 4>] { <c plot> r }"),
    ("x = 'a", "x = <t 'a>"),
    ("x = \"\"\"a\nb\"\"\"", "x = <t \"\"\"a>\n<t b\"\"\">"),
    ("lora(\n  scaling=lora,\n  r=1)", "<c lora>(\n  scaling=lora,\n  r=<n 1>)"),
    ("scaling = lora", "scaling = lora"), ("None and not True", "<k None> <k and> <k not> <k True>"),
    ("", ""),
    ("# only", "<# # only>"), ("x ) ] (", "x ) ] ("),
  ])
  func colours(text: String, expected: String) {
    #expect(marked(text) == expected)
  }
}
