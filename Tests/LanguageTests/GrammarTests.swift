// The grammar: programs and the trees that they parse to.
import Language
import Testing

@Suite struct GrammarTests {
  @Test("trees", arguments: try ExpectationFile.paths(in: "Grammar"))
  func trees(path: String) throws {
    try ExpectationFile(path).check { program in
      do throws(SyntaxFailure) {
        return TreeDump.text(try Parser.statements(program, commands: sampleCommands))
      } catch {
        return error.diagnostic(in: Source(program)).rendered()
      }
    }
  }
}
