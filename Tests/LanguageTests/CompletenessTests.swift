// When the prompt asks for another line, and how deep it indents.
import Language
import Testing
import Text

@Suite struct CompletenessTests {
  @Test(arguments: [
    "", "\n\n", "# comment", "x = 1", "x = 1\n", "scaling", "plot run, y=log", "?train", "train?", "?",
    "f(\n1\n)",
    "for x in y { show(x) }", "for x in y {\n  show(x)\n}", "if a { } else { }", "x = \"\"\"a\nb\"\"\"",
    "def f(a)\n{ return a }", "x = 1 # (", "x = '('", "x = 1 +\n2", "x = 1 \\\n+ 2",
    "from peft import (a,\nb)",
  ])
  func complete(text: String) {
    #expect(isComplete(text, commands: sampleCommands) == .complete)
  }

  @Test(arguments: [
    ("f(", 2), ("f(a,", 2), ("f(a,\n\n", 2), ("x = [1, 2", 2), ("x = [[1,", 4), ("x = {\"a\": f(", 4),
    ("f(a # comment", 2),
    ("f(a=", 2), ("x = (1", 2), ("for x in y {", 2), ("for x in y {\n  if x {", 4), ("if a {\n  f(", 4),
    ("if a { show(1)\n", 2), ("if a { } else {", 2), ("x = 1 +", 0), ("x = 1 +\n", 0), ("a and", 0),
    ("f(1 +", 2), ("x not in", 0),
    ("x = 2 **", 0), ("plot a +", 0), ("def f(a)", 0), ("def f(a", 2), ("for x in y", 0), ("if a", 0),
    ("if a\n", 0),
    ("if a { } else", 0), ("if a { } else if b", 0), ("x = \"\"\"a", 0), ("x = '''", 0), ("f(\"\"\"a\n", 0),
    ("from peft import (", 2), ("x = 1 \\", 0), ("x = \\", 0), ("[x for", 2), ("[x for x in", 2), ("a[1:", 2),
    ("config = LoraConfig(r=64, bias=\"none\",", 2), ("x = 1\nf(", 2),
  ])
  func incomplete(text: String, indent: Int) {
    #expect(isComplete(text, commands: sampleCommands) == .incomplete(indent: indent))
  }

  @Test(arguments: [
    "f(]", "x = (1]", ")", "}", "x =", "x = 'a", "f('a", "f('a\n", "plto run", "x = 1 2", "f(a b",
    "f(a=1, a=2", "f(a=1, 2",
    "if a:", "def f(a):", "for x in y:\n  show(x)", "class A:", "while a:", "x = {1, 2", "(a, b",
    "scaling = ", "x = 1_",
    "def f(a, a", "if a {\n x =", "else {", "plot run,", "f(f\"a", "f(f\"a\"", "for", "for x", "import",
    "x += 1", "x = 1 if a",
    "f(1 if a", "f(lambda",
  ])
  func invalid(text: String) {
    #expect(isComplete(text, commands: sampleCommands) == .invalid)
  }

  /// Each prefix of a right program that ends at a line break is complete or incomplete.
  @Test func linesOfAProgram() throws {
    let program = try ExpectationFile("Grammar/article.txt").examples.map(\.program).joined(separator: "\n")
    let lines = program.split(separator: "\n", omittingEmptySubsequences: false)
    for count in 0...lines.count {
      let text = lines.prefix(count).joined(separator: "\n")
      #expect(isComplete(text, commands: sampleCommands) != .invalid, "\(text)")
    }
  }
}
