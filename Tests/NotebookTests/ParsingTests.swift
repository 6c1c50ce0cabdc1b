// Fences, attributes and outputs of a Markdown notebook.
import Language
import Notebook
import Testing

@Suite struct ParsingTests {
  private func cells(_ text: String) throws -> [MarkdownNotebook.Cell] {
    try MarkdownNotebook(text, name: "book.md").cells
  }

  @Test func proseCellsAndOutputsInOrder() throws {
    let notebook = try MarkdownNotebook(
      """
      # Title

      Prose.

      ```ranklab
      x = 1
      x
      ```

      ```out
      1
      ```

      More prose.

      ```ranklab slow
      2
      ```
      The end.
      """, name: "book.md")
    #expect(notebook.parts.count == 5)
    #expect(notebook.parts.first == .prose("# Title\n\nProse.\n"))
    #expect(notebook.parts.last == .prose("The end."))
    let cells = notebook.cells
    #expect(cells.map(\.code) == ["x = 1\nx", "2"])
    #expect(cells.map(\.firstLine) == [6, 17])
    #expect(cells.map(\.expected) == ["1", nil])
    #expect(cells.map(\.attributes) == [[], [.slow]])
  }

  @Test func nothingIsANotebookWithoutCells() throws {
    #expect(try MarkdownNotebook("", name: "book.md").parts == [])
    #expect(try MarkdownNotebook("\n\n\n", name: "book.md").parts == [])
    #expect(try MarkdownNotebook("Prose.", name: "book.md").parts == [.prose("Prose.")])
  }

  @Test func attributesMayStandTogether() throws {
    let cells = try cells("```ranklab  error  slow no-run\n1\n```\n\n``` ranklab error\n2\n```")
    #expect(cells.map(\.attributes) == [[.error, .slow, .noRun], [.error]])
  }

  @Test(arguments: ["unheard-of", "error, slow", "Error"])
  func unknownAttributeIsAnError(words: String) throws {
    let error = #expect(throws: Diagnostic.self) { try cells("text\n\n```ranklab \(words)\n1\n```\n") }
    let word = words.split(separator: " ")[0]
    #expect(error?.title == "book.md:3: a cell cannot be `\(word)`")
    #expect(error?.body == "Behind `ranklab` may stand: no-run, error, slow.")
  }

  @Test func fenceThatIsNotClosedEndsWithTheFile() throws {
    #expect(try cells("```ranklab\nx = 1\nx").map(\.code) == ["x = 1\nx"])
    #expect(try cells("```ranklab\nx = 1\n").map(\.code.lines) == [["x = 1"]])
    #expect(try cells("```ranklab").map(\.code) == [""])
    let open = try cells("```ranklab\n1\n```\n\n```out\n1\n2")
    #expect(open.map(\.expected) == ["1\n2"])
  }

  @Test func outputNeedsACellRightBefore() throws {
    let cells = try cells("```out\n0\n```\n\n```ranklab\n1\n```\n\nprose\n\n```out\n1\n```\n")
    #expect(cells.map(\.expected) == [nil])
    let near = try self.cells("```ranklab\n1\n```\n```out\n1\n```\n```ranklab\n2\n```\n\n\n\n```out\n\n```\n")
    #expect(near.map(\.expected) == ["1", ""])
  }

  @Test func otherFencesAreProse() throws {
    let text = "```python\nimport peft\n```\n\n```\n```ranklab\n```\n\n```ranklab\n1\n```"
    let notebook = try MarkdownNotebook(text, name: "book.md")
    #expect(notebook.cells.map(\.code) == ["1"])
    #expect(notebook.cells.map(\.firstLine) == [10])
    #expect(notebook.parts.first == .prose("```python\nimport peft\n```\n\n```\n```ranklab\n```\n"))
  }

  /// A notebook that shows how notebooks are written: a longer fence holds the shorter ones.
  @Test(arguments: ["````markdown\n", "~~~\n", "`````\n"])
  func longerFenceHoldsShorterOnes(opening: String) throws {
    let closing = opening.prefix { "`~".contains($0) }
    let text = opening + "```ranklab\nshow(0)\n```\n" + closing + "\n\n```ranklab\nshow(1)\n```\n"
    #expect(try cells(text).map(\.code) == ["show(1)"])
  }

  /// A return and a line feed are one character, and no line feed: lines are told by scalars.
  @Test func linesEndAtLineFeedsWhateverReturnsStandBeforeThem() throws {
    let notebook = try MarkdownNotebook(
      "a\r\r\n```ranklab\r\r\n6 * 7\r\r\n```\r\r\n\r\n```out\r\n42\r\r\n```", name: "n.md")
    #expect(notebook.cells.map(\.code) == ["6 * 7"])
    #expect(notebook.cells.map(\.expected) == ["42"])
    let updated = notebook.text(withOutputs: ["42"])
    #expect(updated == "a\n```ranklab\n6 * 7\n```\n\n```out\n42\n```")
    #expect(try MarkdownNotebook(updated, name: "n.md").text(withOutputs: ["42"]) == updated)
  }

  @Test func linesMayEndWithCarriageReturns() throws {
    let cells = try cells(
      "# Title\r\n\r\n```ranklab error\r\nx = 1\r\nx\r\n```\r\n\r\n```out\r\n1\r\n```\r\n")
    #expect(cells.map { $0.code.lines } == [["x = 1", "x"]])
    #expect(cells.map(\.attributes) == [[.error]])
    #expect(cells.map { $0.expected?.lines } == [["1"]])
  }

  /// What stands under a cell is its output, and goes as a whole where there is none.
  @Test func severalOutputsInARowAreOne() throws {
    let notebook = try MarkdownNotebook(
      "```ranklab\nx = 1\n```\n\n```out\n1\n```\n```out\n2\n```\n\n~~~out\n3\n~~~\nafter\n", name: "n.md")
    #expect(notebook.cells.map(\.expected) == ["1\n2\n3"])
    let updated = notebook.text(withOutputs: [""])
    #expect(updated == "```ranklab\nx = 1\n```\n\nafter\n")
    #expect(try MarkdownNotebook(updated, name: "n.md").text(withOutputs: [""]) == updated)
    #expect(notebook.text(withOutputs: ["1"]) == "```ranklab\nx = 1\n```\n\n```out\n1\n```\nafter\n")
  }

  @Test func sourceKnowsFileAndLine() throws {
    let notebook = try MarkdownNotebook("a\n\n```ranklab\n1\n```\n", name: "book.md")
    let cell = try #require(notebook.cells.first)
    let source = notebook.source(of: cell)
    #expect(source.name == "book.md")
    #expect(source.text == "1")
  }
}

extension String {
  /// Lines with whatever line break, without empty ones at the end.
  fileprivate var lines: [String] {
    var lines = split(omittingEmptySubsequences: false) { $0.isNewline }.map(String.init)
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }
}
