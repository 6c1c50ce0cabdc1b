// Tables in terminals of different widths.
import Display
import Testing
import Text

@Suite("Tables")
struct TableTests {
  private let adapters = Table(
    "adapters on base",
    columns: [
      Table.Column("module"), Table.Column("rank", .right), Table.Column("learning rate", .decimal),
      Table.Column("final loss", .decimal), Table.Column("shapes", .left, priority: 2),
      Table.Column("memory", .right, priority: 1), Table.Column("verdict"),
    ],
    rows: [
      ["layers.0.attention.q_proj", "4", "2e-4", "1.25", "128×4, 4×128", "4.1 kB", "holds"],
      [
        "layers.11.attention.v_proj", "128", "0.01", "nan", "128×128, 128×128", "131 kB",
        "diverged at step 325, the loss",
      ],
      ["layers.0.mlp.up_proj", "16", "1", "—", "512×16, 16×128", "41 kB", "holds only when alpha is small"],
      ["日本語の名前", "16", "12 %", "102.5", "", "1.2 MB", "–"],
    ],
    caption:
      "5 seeds each, AdamW, constant schedule, batch 8; multiplier = alpha/√r. The loss is the mean over the "
      + "evaluation set after the last step.\nA second paragraph of the caption.")

  @Test(arguments: [60, 80, 200], [true, false])
  func fitted(_ width: Int, _ unicode: Bool) {
    let text = adapters.rendered(RenderOptions(width: width, unicode: unicode))
    expectText(text, is: "table-\(width)-\(unicode ? "unicode" : "ascii")")
    expectFits(text, width)
    #expect(unicode || text.allSatisfy(\.isASCII))
  }

  @Test func narrowestIsAList() {
    let text = adapters.rendered(RenderOptions(width: 24))
    expectText(text, is: "table-list")
    expectFits(text, 24)
  }

  @Test func colored() {
    expectText(adapters.rendered(RenderOptions(width: 80, color: true)), is: "table-color")
  }

  @Test func decimalPointsStandInOneLine() {
    let table = Table(
      columns: [Table.Column("x", .decimal)],
      rows: [
        "1.25", "-12.5", "1,024", "2e-4", ".5", "nan", "—", "12 %", "diverged", "", "3.1 ± 0.2", "< 0.01",
      ].map { [$0] })
    #expect(
      "\n" + table.rendered(RenderOptions()) == """

                    x
        ─────────────
            1.25
          -12.5
        1,024
            2e-4
             .5
          nan
            —
           12 %
             diverged

            3.1 ± 0.2
          < 0.01
        """)
  }

  @Test func rowsOfUnequalLength() {
    let table = Table(
      columns: [Table.Column("a"), Table.Column("b", .right)], rows: [["1"], [], ["1", "2", "3"]])
    #expect(table.rendered(RenderOptions()) == "a  b\n───────\n1\n\n1  2  3")
  }

  @Test func withoutRows() {
    let table = Table("t", columns: [Table.Column("rank"), Table.Column("loss")])
    #expect(table.rendered(RenderOptions(unicode: false)) == "t\nrank  loss\n----------\n(no rows)")
    #expect(Table(columns: []).rendered(RenderOptions()) == "(no rows)")
  }

  @Test func cellsCannotSteerTheTerminal() {
    let table = Table("\u{1B}[2J", columns: [Table.Column("a\tb")], rows: [["\u{7}x\ny\u{1B}]0;t"]])
    #expect(table.rendered(RenderOptions()) == "\\e[2J\na\\tb\n──────────────\n\\u{7}x y\\e]0;t")
  }

  @Test func numbersAreNeverCut() {
    let number = "123456789012345678"
    let table = Table(
      columns: [Table.Column("name"), Table.Column("n", .right), Table.Column("m", .decimal)],
      rows: [["a long name of something", number, number]])
    // Narrower, and a number takes more than one line.
    for width in 24...60 {
      let text = table.rendered(RenderOptions(width: width))
      #expect(text.components(of: number) == 2, "\(width)")
    }
  }

  @Test(arguments: 0..<200)
  func nothingIsWiderThanTheTerminal(_ seed: Int) {
    var numbers = SeededNumbers(seed: UInt64(seed))
    let texts = [
      "", "1.25", "2e-4", "nan", "—", "12 %", "日本語", "👩‍💻", "q_proj", "a sentence of several words", "x\ny",
      "averyveryverylongwordwithoutanyplacetobreak", "1,234,567", "\t",
    ]
    let columns = (0..<Int.random(in: 0...9, using: &numbers)).map { _ in
      Table.Column(
        texts[Int.random(in: 0..<texts.count, using: &numbers)],
        [.left, .right, .decimal][Int.random(in: 0..<3, using: &numbers)],
        priority: Int.random(in: 0...3, using: &numbers))
    }
    let rows = (0..<Int.random(in: 0...6, using: &numbers)).map { _ in
      (0..<Int.random(in: 0...(columns.count + 1), using: &numbers)).map { _ in
        texts[Int.random(in: 0..<texts.count, using: &numbers)]
      }
    }
    let table = Table("title of it", columns: columns, rows: rows, caption: texts.joined(separator: " "))
    let width = Int.random(in: 20...200, using: &numbers)
    for unicode in [true, false] {
      expectFits(table.rendered(RenderOptions(width: width, unicode: unicode)), width)
    }
  }
}

extension String {
  /// How often `part` occurs.
  fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}

@Suite("Texts of several lines in tables")
struct WrappingCellTests {
  private let table = Table(
    columns: [Table.Column("adapter", wraps: true), Table.Column("loss", .decimal)],
    rows: [["rslora r=64 alpha=r", "0.25"], ["rslora r=64 alpha=8", "12.5"]])

  @Test func textsThatDoNotFitGoOn() {
    let text = table.rendered(RenderOptions(width: 20, unicode: false))
    #expect(
      text == """
        adapter         loss
        --------------------
        rslora r=64     0.25
        alpha=r
        rslora r=64    12.5
        alpha=8
        """)
    let wide = table.rendered(RenderOptions(width: 40, unicode: false))
    #expect(wide.contains("rslora r=64 alpha=r   0.25"))
  }

  /// Where not even the longest word fits, each row becomes a list.
  @Test func wordsStayWhole() {
    var table = table
    table.rows[0][0] = "rslora on model.layers.0.q_proj"
    let text = table.rendered(RenderOptions(width: 24, unicode: false))
    expectFits(text, 24)
    #expect(text.contains("loss") && !text.contains("..."))
  }
}
