// The language on one page: the topic `help grammar`, and the top of the reference.
package import Display

package enum LanguagePage {
  package struct Section: Sendable {
    package var title: String
    package var text: String
    /// A cell that runs; those of all sections run in order in one session.
    package var sample: String
  }

  package static let sections = [
    Section(
      title: "Statements",
      text:
        "A line break or `;` ends a statement; open brackets and a `{ … }` block continue it. `#` begins a "
        + "comment. An expression by itself shows its value, an assignment shows nothing; `show` always does. "
        + "`_` is the last value, `_error` the last error.",
      sample: "x = 3\na, b = [1, 2]\nx * 2        # shows 6"),
    Section(
      title: "Values",
      text: "Numbers (one type, double precision), texts, True, False and None (lower case too), lists, "
        + "dictionaries, functions, and the workbench's objects: models, adapters, data, runs, charts. An index "
        + "begins at 0 and slices work as in Python; a dot reads a field or calls a method.",
      sample: "d = {\"a\": [1, 2.5e-3], 'b': None}\nd[\"a\"][-1]\n[r * r for r in range(4) if r > 1][0:2]"),
    Section(
      title: "Operators",
      text: "`+ - * / // % **`, comparison, `and`, `or`, `not`, `in`, as in Python and in its order.",
      sample: "2 ** 10 // 3 % 7 > 1 and not x == 4"),
    Section(
      title: "Calls",
      text:
        "Arguments go by place or by name, as in Python, and under PEFT's names where PEFT has one. A whole-number "
        + "parameter takes 16.0 and refuses 16.5.",
      sample: "round(2 / 3, digits=2)"),
    Section(
      title: "Command form",
      text:
        "A statement that begins with a name of this table, a space and an argument is a call of it without "
        + "brackets: `plot run, run2, y=log`. Variables never begin a command, and the table's names cannot be assigned.",
      sample: "show 1, x"),
    Section(
      title: "Choices",
      text: "Where a parameter has choices, a bare word is the choice: `y=log`, `scaling=lora`. In brackets, "
        + "`y=(log)`, it is a variable. `help`, `example` and their kin take a bare word as it stands; `?` as the first "
        + "or last character of a cell asks for help: `?train`, `train?`.",
      sample: "multiplier(scaling=rslora, r=16, alpha=16)"),
    Section(
      title: "Blocks",
      text:
        "`for x in list { … }` or `for a, b in pairs { … }`, `if … { … } elif … { … } else { … }` with `else` on the line of its `}`, and "
        + "`def f(a, b=1) { … return … }`. A function sees the session's names and assigns its own.",
      sample: "def double(x, factor=2) { return x * factor }\nfor r in [4, 16] {\n"
        + "  if r > 8 { show(r, \"is large\") } else { show(double(r)) }\n}"),
    Section(
      title: "Python",
      text:
        "Imports of the libraries that are known here are read and have no effect. Indented blocks, classes, "
        + "f-strings and the rest of Python get an error that says what to do instead.",
      sample: "import numpy as np\nnp.sqrt(16)"),
  ]

  /// As help shows it.
  package static var page: Page {
    Page(
      sections.flatMap { section -> [Page.Block] in
        [.entries(section.title, []), .paragraph(section.text), .code(section.sample)]
      })
  }

  /// As a section of a Markdown page.
  package static var markdown: [String] {
    sections.flatMap { section in
      ["### \(section.title)", "", section.text, "", "```python", section.sample, "```", ""]
    }
  }
}

extension Help {
  /// What is no command and has help of its own.
  package static let topics: [(word: String, meaning: String, page: Page)] = [
    ("grammar", "The language, on one page.", LanguagePage.page)
  ]
}
