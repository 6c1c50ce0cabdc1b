// Every syntax error, as the user sees it.
import Foundation
import Language
import TestSupport
import Testing

@Suite struct DiagnosticTests {
  /// The name of an error's case, and for Python's constructs that of the construct.
  private static func caseName(_ error: SyntaxError) -> String {
    if case .python(let construct, _) = error { return "python-" + label(construct) }
    return label(error)
  }

  private static func label(_ value: some Any) -> String {
    let text = String(describing: value)
    return String(text.prefix { $0.isLetter })
  }

  @Test("messages", arguments: try ExpectationFile.paths(in: "Diagnostics"))
  func messages(path: String) throws {
    let name = String(path.dropFirst("Diagnostics/".count).dropLast(".txt".count))
    try ExpectationFile(path).check { program in
      do throws(SyntaxFailure) {
        _ = try Parser.statements(program, commands: sampleCommands)
        return "no error"
      } catch {
        #expect(DiagnosticTests.caseName(error.error) == name, "\(program)")
        return error.diagnostic(in: Source(program)).rendered()
      }
    }
  }

  /// Each case that the sources declare has a file of examples.
  @Test func everyCaseHasExamples() throws {
    let errors = try DiagnosticTests.cases(of: "SyntaxError").filter { $0 != "python" }
    let constructs = try DiagnosticTests.cases(of: "PythonConstruct").map { "python-" + $0 }
    let files = try ExpectationFile.paths(in: "Diagnostics").map {
      String($0.dropFirst("Diagnostics/".count).dropLast(".txt".count))
    }
    #expect(errors.count > 25 && constructs.count > 25)
    #expect((errors + constructs).sorted() == files.sorted())
  }

  private static func cases(of type: String) throws -> [String] {
    let url = ExpectationFile.folder.appendingPathComponent("../../Sources/Language/\(type).swift")
    return try DeclaredCases.names(of: type, in: url.standardizedFileURL)
  }
}
