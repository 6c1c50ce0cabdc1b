// What is pasted.
import LineEditor
import Testing

@Suite struct PastedTextTests {
  private func cleaned(_ text: String) -> String {
    String(PastedText.cleaned(Array(text.unicodeScalars)))
  }

  @Test func everyLineEndingIsANewline() {
    #expect(cleaned("a\rb\nc\n\rd") == "a\nb\nc\nd")
    #expect(cleaned("a\r\rb\r\r") == "a\n\nb")
    #expect(cleaned("") == "")
    #expect(cleaned("\n\n") == "")
  }

  @Test func controlCharactersGoAndTabsStay() {
    #expect(cleaned("a\u{1B}[31m\u{0}\tb\u{85}é") == "a[31m\tbé")
  }

  @Test func promptsGoWithTheOutputBetween() {
    #expect(cleaned("> f(\r.   1)\r= 2\r> g\r.\r. h\r") == "f(\n  1)\ng\n\nh")
    #expect(cleaned(">>> if x:\r...   y\r...\r1\r>>> z") == "if x:\n  y\n\nz")
  }

  @Test func textWithoutAPromptInItsFirstLineStays() {
    #expect(cleaned("f()\r> g()") == "f()\n> g()")
    #expect(cleaned(">f()\r. g") == ">f()\n. g")
  }
}
