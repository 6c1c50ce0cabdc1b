// Each file in Programs/ is a session with its expected output; UPDATE_EXPECTATIONS=1 rewrites them.
import Foundation
import Interpreter
import InterpreterSupport
import TestSupport
import Testing
import Workbench

@Suite struct ProgramTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Programs")

  static func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path()).filter { $0.hasSuffix(".txt") }
      .sorted()
  }

  @Test func thereArePrograms() throws {
    #expect(try ProgramTests.names().count >= 10)
  }

  @Test(arguments: try ProgramTests.names())
  func showsWhatIsExpected(_ name: String) throws {
    let file = ProgramTests.folder.appending(path: name)
    let expected = try String(contentsOf: file, encoding: .utf8)
    let session = Session(table: FakeCommands.table)
    let actual = Transcript(expected).executed(in: session)
    #expect(try ExpectedText.difference(actual, from: file) == nil)
  }
}
