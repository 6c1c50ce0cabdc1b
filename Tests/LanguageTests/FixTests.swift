// What syntax errors offer to type is a program in its place, and calls nothing that there is not.
import Foundation
import Language
import TestSupport
import Testing

@Suite struct FixTests {
  @Test(arguments: try ExpectationFile.paths(in: "Diagnostics"))
  func fixesParse(path: String) throws {
    for program in try ExpectationFile(path).examples.map(\.program) {
      guard let failure = Self.failure(of: program) else { continue }
      let fix = failure.diagnostic(in: Source(program)).fix
      guard !fix.isEmpty else { continue }
      #expect(!fix.contains("…"), "\(program): \(fix)")
      let span = failure.span.start..<failure.span.end
      let mended = MendedCell.candidates(program, span, fix).first { Self.failure(of: $0) == nil }
      #expect(mended != nil, "\(program)\nwrite: \(fix)")
      let called = Self.called(in: fix).filter { !Self.called(in: program).contains($0) }
      // A word of the program may be a function of the user; whether it is, the session knows.
      let words = Set(program.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init))
      let own = called.filter {
        !sampleCommands.contains($0) && !fix.contains("def \($0)(") && !words.contains($0)
      }
      #expect(own.allSatisfy(Self.functions.contains), "\(program)\nwrite: \(fix)")
    }
  }

  /// Functions of the workbench that fixes call.
  private static let functions: Set<String> = ["str", "round", "range", "print", "show"]

  private static func failure(of program: String) -> SyntaxFailure? {
    do {
      _ = try Parser.statements(program, commands: sampleCommands)
      return nil
    } catch {
      return error
    }
  }

  private static func called(in text: String) -> [String] {
    text.matches(of: /([A-Za-z_][A-Za-z_0-9]*)\(/).map { String($0.1) }
  }
}
