// Files that earlier versions saved load for ever, and say what they said then.
import Foundation
import Interpreter
import InterpreterSupport
import TestSupport
import Testing
import Workbench

/// Each folder of `Fixtures/saved` holds what a version made of `program.rank`: a file of every kind. `said.txt` holds
/// questions to them with the answers of that version; where it knew no such question, the answer is what its files hold.
@Suite struct OlderFileTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/saved")

  static func versions() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path()).filter { !$0.hasSuffix(".rank") }
      .sorted()
  }

  @Test func noVersionIsMissing() throws {
    #expect(try Self.versions().starts(with: ["0.1", "0.2"]))
    for version in try Self.versions() {
      let names = try FileManager.default.contentsOfDirectory(
        atPath: Self.folder.appending(path: version).path())
      for kind in ["run", "comparison", "map", "frontier", "tuning"] {
        #expect(names.contains("\(kind).json"), "\(version)")
      }
    }
  }

  @Test(arguments: try versions())
  func filesSayWhatTheySaid(_ version: String) throws {
    let folder = Self.folder.appending(path: version)
    let said = try String(contentsOf: folder.appending(path: "said.txt"), encoding: .utf8)
    let session = Session(environment: Environment(workingFolder: folder.path()))
    let transcript = Transcript(said)
    #expect(transcript.cells.count > 30)
    #expect(words(transcript.executed(in: session)) == words(said))
  }

  /// What an earlier version saved can be saved again, in today's form, and that says the same.
  @Test(arguments: try versions())
  func filesAreSavedAgain(_ version: String) throws {
    let folder = Self.folder.appending(path: version)
    let said = try String(contentsOf: folder.appending(path: "said.txt"), encoding: .utf8)
    let files = try TemporaryFolder()
    let session = Session(environment: Environment(workingFolder: files.path))
    for kind in ["run", "comparison", "map", "frontier", "tuning"] {
      try FileManager.default.copyItem(
        at: folder.appending(path: "\(kind).json"), to: files.url.appending(path: "\(kind).json"))
      let result = Transcript("> x = load(\"\(kind).json\"); save(x, \"\(kind).json\")").executed(in: session)
      #expect(!result.contains("error"))
    }
    #expect(words(Transcript(said).executed(in: session)) == words(said))
  }

  /// Where a value breaks into lines is no part of what it says.
  private func words(_ text: String) -> [Substring] { text.split(whereSeparator: \.isWhitespace) }
}
