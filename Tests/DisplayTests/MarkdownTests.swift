// The prose of tutorials in a terminal.
import Display
import Testing
import Text

@Suite("Markdown")
struct MarkdownTests {
  private let tutorial = """
    # The crash, and what it takes

    <!-- not shown
    -- over two lines -->
    LoRA multiplies the update by *alpha/r*; **rsLoRA** by `alpha/√r`. The modules `q_proj` and v_proj are
    2 * 3 * 4 targets; see [the paper](https://arxiv.org/abs/2312.03732) or <https://example.org>.  
    A line after a hard break, a \\*literal\\* star and an &lt;entity&gt;.

    ## What to watch

    - a first item that is long enough to be wrapped at eighty columns because of its many words
    - a second with `code`
      continued
      1. nested one
      2. nested two

    9. nine

    10. ten

    > A quote with **strong words** in it, which goes on for a while and is wrapped with a bar before each line.
    >
    > > nested

    | rank | `lora` | note     |
    |-----:|-------:|----------|
    | 16   | 0.25   | a \\| b   |
    | 64   | 1      | **bold** |

    ***

    ```ranklab
    > plot run

        indented
    ```
    ### End ###
    """

  @Test(arguments: [30, 80], [true, false])
  func tutorial(_ width: Int, _ unicode: Bool) {
    let text = renderedMarkdown(tutorial, RenderOptions(width: width, unicode: unicode))
    expectText(text, is: "markdown-\(width)-\(unicode ? "unicode" : "ascii")")
    expectFits(text, width)
  }

  @Test func colored() {
    expectText(renderedMarkdown(tutorial, RenderOptions(color: true)), is: "markdown-color")
  }

  @Test(arguments: [
    ("", ""), ("\n\n", ""), ("a\nb", "a b"), ("**a", "**a"), ("a ** b ** c", "a ** b ** c"), ("`a", "`a"),
    ("q_proj and v_proj", "q_proj and v_proj"), ("_all_ of __it__", "all of it"),
    ("***", String(repeating: "─", count: 40)),
    ("**a `**` b**", "a `**` b"), ("``a`b``", "`a`b`"), ("[a](b", "[a](b"), ("[a](a)", "a"),
    ("![curve](x.svg)", "curve (x.svg)"),
    ("1999. was a year", "  1999. was a year"), ("in\n1999. was", "in 1999. was"), ("#hashtag", "#hashtag"),
    ("a | b", "a | b"), ("```\nopen", "    open"), ("    x = 1\n\ny", "    x = 1\n\ny"), ("-", "  •"),
    ("\\", "\\"),
    ("a\u{1B}[2J", "a\\e[2J"), ("*a **b** c*", "a b c"), ("> ", "│"), ("+ a\n\n\n+ b", "  • a\n\n  • b"),
  ])
  func oddities(_ source: String, _ expected: String) {
    #expect(renderedMarkdown(source, RenderOptions(width: 40)) == expected)
  }

  @Test(arguments: 0..<300)
  func anyMixtureFits(_ seed: Int) {
    var numbers = SeededNumbers(seed: UInt64(seed))
    // All but code blocks, whose lines are not wrapped.
    let pieces = [
      "\n", "\n", "\n\n", "- ", "1. ", "> ", "# ", "| a | b |\n|---|--:|\n", "|", "**", "*", "_", "`", "[",
      "](", ")",
      "word ", "日本語", "averyveryverylongwordwithoutaplacetobreak", "<!--", "-->", "\\", "***\n", "&lt;",
      "\u{7}",
    ]
    let source = (0..<60).map { _ in pieces[Int.random(in: 0..<pieces.count, using: &numbers)] }.joined()
    let width = Int.random(in: 20...100, using: &numbers)
    for line in renderedMarkdown(source, RenderOptions(width: width)).split(separator: "\n") {
      #expect(line.displayWidth <= width, "\(source)\n\(line)")
    }
  }

  @Test func deepNestingIsBounded() {
    let text = renderedMarkdown(String(repeating: ">", count: 5_000) + "x", RenderOptions(width: 40))
    expectFits(text, 40)
    #expect(text.hasSuffix("x"))
    let stars = renderedMarkdown(String(repeating: "*_", count: 2_000) + "x", RenderOptions(width: 40))
    #expect(stars.hasSuffix("x"))
  }
}
