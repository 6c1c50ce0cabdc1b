// `save session`: the cells that ran, as a script that runs them again.
import Foundation
import Interpreter
import InterpreterSupport
import Language
import Testing
import Workbench

@Suite final class SessionFileTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
    "session-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: folder)
  }

  private func session() -> Session { Session(environment: Environment(workingFolder: folder.path)) }

  @discardableResult
  private func run(_ cell: String, in session: Session) -> (result: CellResult, text: String) {
    var lines: [String] = []
    let result = session.execute(Source(cell)) { lines.append(Transcript.text($0) ?? "") }
    return (result, lines.joined(separator: "\n"))
  }

  private func text(_ name: String) throws -> String {
    try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
  }

  @Test func cellsThatRanToTheirEndsAreWritten() throws {
    let session = session()
    for cell in [
      "x = 6", "tsak", "x = (", "  ", "for i in [1] {\n  x = x + i\n}", "?len", "len?", "x # why?",
    ] {
      run(cell, in: session)
    }
    #expect(run("save session \"a.rank\"", in: session).text.contains("3 cells in a.rank"))
    let expected = """
      #!/usr/bin/env -S ranklab run
      # A session of ranklab.

      x = 6

      for i in [1] {
        x = x + i
      }

      x # why?

      """
    #expect(try text("a.rank") == expected)
    // The cell that saved is no part of the session, and a session may take its own place.
    run("save(session, \"a.rank\")", in: session)
    #expect(try text("a.rank") == expected)
  }

  @Test func theScriptGivesTheSameResults() throws {
    let session = session()
    let cells = [
      "scaling rslora", "def f(r) {\n  return multiplier(r=r, alpha=16)\n}",
      "values = [f(r) for r in [4, 16]]",
      "values", "net = mlp([8, 8]); m = attach(net, lora(r=2))", "nonsense",
      "run = train(m, teacher(net), steps=5)", "run.loss", "_",
    ]
    let shown = cells.map { run($0, in: session) }.filter { $0.result.diagnostic == nil }.map(\.text)
    run("save session \"a.rank\"", in: session)
    let again = self.session()
    let replay = run(try text("a.rank"), in: again)
    #expect(replay.result.diagnostic == nil)
    #expect(replay.text == shown.filter { !$0.isEmpty }.joined(separator: "\n"))
  }

  /// A script is one cell: while it runs no other has come to its end.
  @Test func withoutACellNothingIsWritten() throws {
    let session = session()
    let refused = run("x = 1\nsave session \"a.rank\"", in: session)
    #expect(
      refused.text == """
        error: no cell has run to its end yet
          save session "a.rank"
          ^^^^^^^^^^^^^^^^^^^^^ nothing to save
          `save session` writes the cells before the one that it stands in. A script is
          one cell: its file is what runs again. In a notebook and at the prompt there
          are more.
        """)
    #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("a.rank").path))
    run("x = 1", in: session)
    run("save session \"a.rank\"", in: session)
    let before = try text("a.rank")
    #expect(run("save session \"a.rank\"", in: self.session()).result.diagnostic != nil)
    #expect(try text("a.rank") == before)
  }

  @Test func filesOfOthersAreLeftAlone() throws {
    let session = session()
    run("x = 1", in: session)
    try Data("mine".utf8).write(to: folder.appendingPathComponent("notes.txt"))
    let refused = run("save session \"notes.txt\"", in: session)
    #expect(refused.result.diagnostic?.title == "`notes.txt` is there already")
    #expect(try text("notes.txt") == "mine")
    #expect(run("save session \"notes.txt\", overwrite=True", in: session).result.diagnostic == nil)
    #expect(try text("notes.txt").hasSuffix("\nx = 1\n"))
    #expect(run("save session \"no/such/a.rank\"", in: session).result.diagnostic != nil)
    #expect(run("save sesion \"a.rank\"", in: session).text.contains("session"))
  }
}
