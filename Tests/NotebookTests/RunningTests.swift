// Running a notebook from top to bottom.
import Display
import Interpreter
import Language
import Notebook
import Signals
import Synchronization
import Testing
import Workbench

@Suite struct RunningTests {
  private func run(_ book: String, in session: Session = Session()) throws -> (
    shown: [String], result: NotebookResult
  ) {
    let notebook = try MarkdownNotebook(book, name: "book.md")
    let options = RenderOptions(width: 80, unicode: true, color: false)
    var shown: [String] = []
    let result = notebook.run(in: session) { item in
      switch item {
      case .prose(let prose): shown.append("prose: \(prose)")
      case .cell(let cell): shown.append("cell: \(cell.code)")
      case .event(let event): shown.append(Notebook.text(of: event, options) ?? "progress")
      }
    }
    return (shown, result)
  }

  @Test func proseCellsAndOutputsComeInOrder() throws {
    let (shown, result) = try run("One.\n\n```ranklab\n6 * 7\n```\n\nTwo.\n\n```ranklab no-run\n1\n```\n")
    #expect(shown == ["prose: One.\n", "cell: 6 * 7", "42", "prose: \nTwo.\n", "cell: 1"])
    #expect(result.isComplete)
    #expect(result.last.diagnostic == nil)
  }

  @Test func writtenOutputsAreNotShown() throws {
    let (shown, _) = try run("```ranklab\n6 * 7\n```\n\n```out\n41\n```\n")
    #expect(shown == ["cell: 6 * 7", "42"])
  }

  @Test func stopsAtTheFirstErrorThatIsNotAnnounced() throws {
    let (shown, result) = try run(
      "```ranklab error\ntsak\n```\n\n```ranklab\nshow(1)\nshow(2))\n```\n\n```ranklab\nshow(3)\n```\n")
    #expect(!result.isComplete)
    #expect(result.last.isSyntaxError)
    #expect(result.last.diagnostic?.source?.name == "book.md")
    #expect(shown.filter { $0.hasPrefix("cell: ") }.count == 2)
    #expect(shown.last?.contains("  --> book.md:7:8\n") == true)
  }

  /// An announced error does not announce an interruption.
  @Test func stopsWhenInterrupted() throws {
    let polls = Atomic(0)
    let session = Session(
      environment: Environment(stop: StopSignal { polls.add(1, ordering: .relaxed).newValue > 20 }))
    let (shown, result) = try run(
      "```ranklab error\nfor i in range(1000) { x = i }\n```\n\n```ranklab\nshow(1)\n```\n", in: session)
    #expect(!result.isComplete)
    #expect(result.last.wasInterrupted)
    #expect(shown.filter { $0.hasPrefix("cell: ") }.count == 1)
  }

  @Test func notebookWithoutCellsIsComplete() throws {
    let (shown, result) = try run("Only prose.\n")
    #expect(shown == ["prose: Only prose.\n"])
    #expect(result.isComplete)
  }
}
