// Mistyped programs with what they show, in sessions of 60 columns; UPDATE_EXPECTATIONS=1 rewrites them.
import Foundation
import Interpreter
import InterpreterSupport
import Language
import TestSupport
import Testing
import Workbench

@Suite struct MistakeTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Mistakes")
  static let width = 60

  static func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path()).filter { $0.hasSuffix(".txt") }
      .sorted()
  }

  /// What a program writes goes into a folder of the test's.
  private static func session(_ files: TemporaryFolder) -> Session {
    Session(environment: Environment(workingFolder: files.path))
  }

  @Test(arguments: try names())
  func showsWhatIsExpected(_ name: String) throws {
    let file = Self.folder.appending(path: name)
    let expected = try String(contentsOf: file, encoding: .utf8)
    var diagnostics: [Diagnostic] = []
    let files = try TemporaryFolder()
    let actual = Transcript(expected).executed(in: Self.session(files), width: Self.width) {
      diagnostics.append($0)
    }
    for diagnostic in diagnostics { MistakeTests.check(diagnostic) }
    #expect(!expected.isEmpty)
    #expect(try ExpectedText.difference(actual, from: file) == nil)
  }

  /// What every diagnostic has: a title, a place in the text, a second sentence or a fix, and no line of a message
  /// beyond the screen.
  static func check(_ diagnostic: Diagnostic) {
    let text = diagnostic.rendered(width: width)
    #expect(!diagnostic.title.isEmpty, "\(text)")
    let isLowered = diagnostic.title.first?.isUppercase != true || diagnostic.title.hasPrefix("None ")
    #expect(diagnostic.title.last != "." && isLowered, "\(text)")
    #expect(
      !diagnostic.label.isEmpty || !diagnostic.body.isEmpty || !diagnostic.fix.isEmpty,
      "nothing is said of what to do:\n\(text)")
    #expect(diagnostic.body.isEmpty || ".:?".contains(diagnostic.body.last ?? " "), "\(text)")
    guard let source = diagnostic.source, let span = diagnostic.span else {
      Issue.record("no place: \(text)")
      return
    }
    #expect(span.start >= 0 && span.start <= span.end && span.end <= source.text.utf8.count, "\(text)")
    #expect(text.contains("^"), "\(text)")
    for line in text.split(separator: "\n") where !line.contains("write: ") && !line.hasPrefix("         ") {
      // A single word may be longer, as a path; what has no width does not count.
      let seen = line.unicodeScalars.count {
        ![.format, .nonspacingMark, .enclosingMark].contains($0.properties.generalCategory)
      }
      #expect(
        min(seen, line.count) <= width || line.drop { $0 == " " }.split(separator: " ").count == 1, "\(text)")
    }
  }

  @Test func thereAreManyPrograms() throws {
    var count = 0
    for name in try MistakeTests.names() {
      let text = try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
      count += text.components(separatedBy: "\nerror: ").count - 1
    }
    #expect(count >= 200)
  }

  /// Every case of the errors that the sources declare is shown by some program of the tests: a new one fails here
  /// until a file of programs has it.
  @Test func everyCaseIsShown() throws {
    var codes: Set<String> = []
    for name in try MistakeTests.names() {
      let text = try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
      let files = try TemporaryFolder()
      _ = Transcript(text).executed(in: Self.session(files), width: Self.width) { codes.insert($0.code) }
    }
    for name in try ProgramTests.names() {
      let text = try String(contentsOf: ProgramTests.folder.appending(path: name), encoding: .utf8)
      _ = Transcript(text).executed(in: Session(table: FakeCommands.table)) { codes.insert($0.code) }
    }
    for program in MistakeTests.tooLarge {
      if let diagnostic = Session().execute(Source(program), sink: { _ in }).diagnostic {
        codes.insert(diagnostic.code)
      }
    }
    let sources = MistakeTests.folder.appending(path: "../../../Sources").standardizedFileURL
    var missing: [String] = []
    for (file, type) in MistakeTests.enums {
      let cases = try DeclaredCases.names(of: type, in: sources.appending(path: file))
      #expect(!cases.isEmpty, "\(type) has no cases in \(file)")
      missing += cases.map { "\(type).\($0)" }.filter {
        !codes.contains($0) && !MistakeTests.withoutOwnProgram.contains($0)
      }
    }
    #expect(missing.isEmpty, "no program shows \(missing.joined(separator: ", "))")
  }

  private static let enums = [
    ("Interpreter/Problems/NameProblem.swift", "NameProblem"),
    ("Interpreter/Problems/OperatorProblem.swift", "OperatorProblem"),
    ("Interpreter/Problems/ItemProblem.swift", "ItemProblem"),
    ("Interpreter/Problems/CallProblem.swift", "CallProblem"),
    ("Interpreter/Problems/Mismatch.swift", "Mismatch"),
    ("Language/SyntaxError.swift", "SyntaxError"), ("Language/PythonConstruct.swift", "PythonConstruct"),
    ("Adapters/ModuleMatching.swift", "AdapterError"), ("Models/ModelError.swift", "ModelError"),
  ]

  /// Cases that hold another one, by which they are shown, and a check behind one of the table's that no program
  /// reaches.
  private static let withoutOwnProgram: Set<String> = [
    "SyntaxError.python", "Mismatch.item", "Mismatch.entry", "CallProblem.mismatch",
    "AdapterError.rankNotPositive",
  ]

  /// Programs whose message names the memory of the machine, and stands in no file for that reason.
  private static let tooLarge = [
    "transformer(width=1e6, layers=1000)", "mlp([1e6, 1e6])", "attach(mlp([64, 64]), lora(r=1e9))",
  ]

  @Test(arguments: tooLarge)
  func whatIsTooLargeIsRefused(_ program: String) throws {
    let diagnostic = try #require(Session().execute(Source(program), sink: { _ in }).diagnostic)
    MistakeTests.check(diagnostic)
    #expect(diagnostic.title.hasSuffix("does not fit into memory"))
    #expect(diagnostic.body.contains("Nothing was allocated."))
  }
}
