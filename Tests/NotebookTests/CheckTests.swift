// Checking a notebook against its outputs, and writing the outputs that came.
import Interpreter
import Notebook
import Testing
import Workbench

@Suite struct CheckTests {
  private func check(_ text: String) throws -> NotebookReport {
    try MarkdownNotebook(text, name: "book.md").check(in: Session())
  }

  private let book = """
    # Multipliers

    ```ranklab
    s = multiplier(scaling=rslora, r=64, alpha=16)
    s
    ```

    Wrong on purpose:

    ```ranklab error
    multiplier(scaling=rslora, r=0, alpha=16)
    ```

    ```out
    stale
    ```

    ```ranklab no-run
    forget s
    ```

    ```out
    left as it is
    ```

    ```ranklab
    x = 1
    ```

    ```out
    nothing is shown here
    ```

    ```ranklab
    show(s)
    ```
    The end.

    """

  private let written = """
    # Multipliers

    ```ranklab
    s = multiplier(scaling=rslora, r=64, alpha=16)
    s
    ```

    ```out
    2
    ```

    Wrong on purpose:

    ```ranklab error
    multiplier(scaling=rslora, r=0, alpha=16)
    ```

    ```out
    error: `r` must be at least 1; it is 0
      multiplier(scaling=rslora, r=0, alpha=16)
                                   ^ 0 is too small
    ```

    ```ranklab no-run
    forget s
    ```

    ```out
    left as it is
    ```

    ```ranklab
    x = 1
    ```


    ```ranklab
    show(s)
    ```

    ```out
    2
    ```
    The end.

    """

  @Test func updatedNotebookIsClean() throws {
    let first = try check(book)
    #expect(!first.isClean)
    #expect(first.failures.isEmpty)
    #expect(first.differences.map(\.line) == [4, 11, 27, 35])
    #expect(first.differences[1].expected == "stale")
    #expect(first.differences[1].actual.hasPrefix("error: `r` must be at least 1; it is 0\n"))
    #expect(first.updated == written)
    let second = try check(first.updated)
    #expect(second.isClean)
    #expect(second.updated == written)
  }

  @Test func differenceOfOneDigitIsSeen() throws {
    func report(_ expected: String) throws -> NotebookReport {
      try check("```ranklab\n2 / 3\n```\n\n```out\n\(expected)\n```\n")
    }
    #expect(try report("0.667").isClean)
    #expect(try report("0.6667").isClean)
    let wrong = try report("0.668")
    #expect(wrong.differences.map(\.line) == [2])
    #expect(wrong.differences.map(\.expected) == ["0.668"])
    #expect(wrong.differences.map(\.actual) == ["0.666667"])
    #expect(wrong.updated.contains("```out\n0.666667\n```"))
  }

  @Test func failureNeedsToBeAnnounced() throws {
    let report = try check("```ranklab\ntsak\n```\n\n```ranklab error\n1\n```\n\n```out\n1\n```\n")
    #expect(report.failures.map(\.line) == [2, 6])
    #expect(
      report.failures.map(\.message) == [
        "no value is named `tsak`", "the cell says `error` and ended without one",
      ])
    #expect(!report.isClean)
  }

  @Test func cellsShareOneSession() throws {
    let report = try check("```ranklab\nx = 6\n```\n\n```ranklab\nx * 7\n```\n\n```out\n42\n```\n")
    #expect(report.isClean)
  }

  /// What holds for one machine or moment only is no part of an output; notes are.
  @Test func notesCountAndStatusDoesNot() throws {
    let report = try check(
      "```ranklab\nm = attach(mlp([64, 64]), lora(r=100))\nrun = train(m, teacher(mlp([64, 64])), steps=3)\n```\n"
    )
    #expect(report.differences.count == 1)
    let actual = try #require(report.differences.first?.actual)
    #expect(actual.hasPrefix("r=100 is above the width 64 of layers.0"))
    #expect(!actual.contains("train"))
  }

  @Test func outputThatHoldsAFenceIsReadBack() throws {
    let first = try check("```ranklab\nshow(\"```\")\nshow(\"after\")\n```\n")
    let second = try check(first.updated)
    #expect(second.isClean)
    #expect(second.updated == first.updated)
  }

  @Test func linesAtTheEndOfTheFileStay() throws {
    for text in ["```ranklab\n6 * 7\n```", "```ranklab\n6 * 7\n```\n", "a\n\n```ranklab\n6 * 7\n```\n\n\nb"] {
      let once = try check(text).updated
      #expect(once.contains("```out\n42\n```"))
      #expect(once.hasSuffix("\n") == text.hasSuffix("\n"))
      #expect(try check(once).updated == once)
    }
  }

  /// A cell that leaves cannot make a notebook pass: what stands below was not run, and stays as it is written.
  @Test func leavingIsNoPass() throws {
    let text = "```ranklab\n1\nquit\n```\n\n```out\n1\n```\n\n```ranklab\n2\n```\n\n```out\n3\n```\n"
    let report = try check(text)
    #expect(report.differences.isEmpty)
    #expect(report.failures.map(\.line) == [2])
    #expect(report.failures.map(\.message) == ["left; the cell below is not run"])
    #expect(!report.isClean && report.updated == text)
    // As the last thing it hides nothing; a failure that it tells the shell is one.
    #expect(try check("```ranklab\n1\nexit\n```\n\n```out\n1\n```\n").isClean)
    #expect(try check("```ranklab\nexit(1)\n```\n").failures.map(\.message) == ["left with the exit code 1"])
    // What announces an error must end in one.
    #expect(try check("```ranklab error\nquit\n```\n").failures.count == 1)
  }
}
