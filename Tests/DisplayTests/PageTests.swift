// Pages of help at several widths.
import Display
import Testing

@Suite struct PageTests {
  private static let page = Page([
    .call("train", parameters: ["model", "data", "steps=200", "lr=0.002"], result: "a run"),
    .paragraph("Trains the adapter of a model, from the adapter as it was attached."),
    .entries(
      "parameters",
      [
        Page.Entry("lr", "learning rate"), Page.Entry("steps", "how many steps are made at most"),
        Page.Entry("a_name_that_is_long", "stands above its text"),
      ]),
    .code("train(m, task)\n# a line of code that is longer than the page"),
  ])

  @Test func narrow() {
    #expect(
      Self.page.rendered(RenderOptions(width: 30)) == """
        train(
            model, data, steps=200,
            lr=0.002
        ) -> a run
        Trains the adapter of a model,
        from the adapter as it was
        attached.
        parameters
          lr     learning rate
          steps  how many steps are
                 made at most
          a_name_that_is_long
                 stands above its text
          train(m, task)
          # a line of code that is longer than the page
        """)
  }

  @Test func wide() {
    #expect(
      Self.page.rendered(RenderOptions(width: 80)) == """
        train(model, data, steps=200, lr=0.002) -> a run
        Trains the adapter of a model, from the adapter as it was attached.
        parameters
          lr                   learning rate
          steps                how many steps are made at most
          a_name_that_is_long  stands above its text
          train(m, task)
          # a line of code that is longer than the page
        """)
  }

  /// Text is never wider than is read with ease.
  @Test func widest() {
    let text = String(repeating: "word ", count: 60)
    let lines = Page([.paragraph(text)]).rendered(RenderOptions(width: 300)).split(separator: "\n")
    #expect(lines.map(\.count).max() == 99)
  }

  @Test func colorsTitlesAndWords() {
    let page = Page([.entries("a", [Page.Entry("b", "c")]), .code("d")])
    let plain = page.rendered(RenderOptions())
    let colored = page.rendered(RenderOptions(color: true))
    #expect(plain == "a\n  b  c\n  d")
    #expect(
      colored.contains("\u{1B}[1ma") && colored.contains("\u{1B}[36mb") && colored.contains("\u{1B}[36md"))
  }

  @Test func withoutUnicodeAndEmpty() {
    #expect(Page([]).rendered(RenderOptions()) == "")
    #expect(Page([.entries("", [])]).rendered(RenderOptions()) == "")
    let plain = Page([.paragraph("√r")]).rendered(RenderOptions(unicode: false))
    #expect(plain.allSatisfy { $0.isASCII })
  }
}
