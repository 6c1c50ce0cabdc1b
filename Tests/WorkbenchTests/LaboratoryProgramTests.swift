// Each file in Programs/Laboratory is a session on real models, in a folder of its own, empty but for what it needs;
// UPDATE_EXPECTATIONS=1 rewrites them.
import Foundation
import Interpreter
import InterpreterSupport
import Laboratory
import Language
import Signals
import TestSupport
import Testing
import Workbench

@Suite struct LaboratoryProgramTests {
  static let folder = ProgramTests.folder.appending(path: "Laboratory")

  static func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path()).filter { $0.hasSuffix(".txt") }
      .sorted()
  }

  @Test(arguments: try names())
  func showsWhatIsExpected(_ name: String) throws {
    let file = Self.folder.appending(path: name)
    let expected = try String(contentsOf: file, encoding: .utf8)
    let files = try TemporaryFolder()
    if ["adapters.txt", "loaders.txt", "models.txt"].contains(name) {
      try AdapterSamples.linkTests(in: files.url)
    }
    if name == "adapters.txt" { try AdapterSamples.write(to: files.url) }
    if name == "loaders.txt" { try AdapterSamples.writeForeign(to: files.url) }
    if name == "rows.txt" { try AdapterSamples.writeRows(to: files.url) }
    let session = Session(environment: Environment(workingFolder: files.path))
    // The folder has another name each time, as long as the last.
    let actual = Transcript(expected).executed(in: session).replacing(files.path, with: "FOLDER")
    #expect(!expected.isEmpty)
    #expect(try ExpectedText.difference(actual, from: file) == nil)
  }

  /// Ctrl-C while steps are made: the explanation of the seeds that were finished is assigned.
  @Test func anInterruptedExplanationIsKept() throws {
    let cell = """
      net = linear(16, 16)
      e = explain(lora(), net, teacher(net), r=[2, 8], seeds=40); show("never")
      """
    let countdown = Countdown(400)
    let session = Session(environment: Environment(stop: StopSignal(countdown.isOver)))
    let result = session.execute(Source(cell)) { _ in }
    #expect(result.wasInterrupted)
    let object = try #require(Self.explanation(session.scope.value("e")))
    let seeds = try #require(try object.field("seeds", in: session))
    guard case .list(let items) = seeds else {
      Issue.record("the seeds are no list")
      return
    }
    #expect(!items.isEmpty && items.count < 40)
    let text = object.shown(in: session).compactMap(Transcript.text).joined(separator: "\n")
    #expect(text.contains("interrupted: seeds are missing"))
  }

  private static func explanation(_ value: Value?) -> ExplanationObject? {
    if case .object(let object)? = value { object as? ExplanationObject } else { nil }
  }
}
