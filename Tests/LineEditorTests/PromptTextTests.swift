// Prompts for libedit.
import LineEditor
import Testing

@Suite struct PromptTextTests {
  @Test func plainPromptIsUnchanged() {
    let prompt = PromptText("> ")
    #expect(prompt.marked == "> ")
    #expect(String(prompt.visible) == "> ")
  }

  @Test func eachRunOfEscapesStandsBeforeAVisibleCharacter() {
    #expect(
      PromptText("\u{1B}[1m\u{1B}[32m>\u{1B}[0m ").marked
        == "\u{1}\u{1B}[1m\u{1B}[32m\u{1}>\u{1}\u{1B}[0m\u{1} ")
    #expect(PromptText("\u{1B}[32m> \u{1B}[0m").marked == "\u{1}\u{1B}[32m\u{1}>\u{1}\u{1B}[0m\u{1} ")
    #expect(PromptText("a\u{1B}[0m").marked == "a\u{1}\u{1B}[0m\u{1} ")
    #expect(PromptText("\u{1B}]133;A\u{7}> ").marked == "\u{1}\u{1B}]133;A\u{7}\u{1}> ")
  }

  @Test func onlyEscapesTakeNoRoom() {
    #expect(String(PromptText("\u{1B}[32mrank\u{1B}[0m> ").visible) == "rank> ")
    #expect(PromptText("a\nb\u{1}c").plain == "abc")
    #expect(PromptText("").marked == "")
    #expect(PromptText("a\u{1B}").plain == "a\u{1B} ")
    #expect(PromptText("a\u{1B}[3").plain == "a\u{1B}[3 ")
  }
}
