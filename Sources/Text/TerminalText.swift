// Text that a terminal may get as it is: the one gate between what comes from anywhere and what is printed.

/// Text for a terminal, a pipe or a log. It is made of texts that `safe` has gone over and of our own colours, and there is
/// no other way to make one: whoever prints takes nothing else, so that no file, name or cell can give the terminal an
/// order.
package struct TerminalText: Hashable, Sendable {
  /// What is printed. Its only control characters are line feeds and, in coloured text, the sequences of ECMA-48's SGR.
  package private(set) var string = ""

  /// An empty text.
  package init() {}

  /// A text from anywhere. Its line breaks stay.
  package init(_ text: some StringProtocol, unicode: Bool = true) {
    string = String(text).safe(unicode: unicode, keepingLineBreaks: true)
  }

  package var isEmpty: Bool { string.isEmpty }

  /// The text between the sequence that begins a colour and the one that ends it, each line by itself so that a pager or a
  /// prompt may split it. An empty line stays empty. What is coloured already keeps its own colours.
  ///
  /// - Parameter code: of SGR, such as `1;31`.
  /// - Precondition: `code` consists of digits and semicolons.
  package func colored(_ code: String) -> TerminalText {
    precondition(code.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x3B && $0 != 0x3A }, "`\(code)` is no colour")
    let lines = string.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.isEmpty ? "" : "\u{1B}[\(code)m\(line)\u{1B}[0m"
    }
    return TerminalText(passed: lines.joined(separator: "\n"))
  }

  /// The text with `first` before its first line and `next` before each other one.
  package func indented(by first: TerminalText, then next: TerminalText) -> TerminalText {
    let lines = string.split(separator: "\n", omittingEmptySubsequences: false)
    return TerminalText(passed: first.string + lines.joined(separator: "\n" + next.string))
  }

  package static func + (left: TerminalText, right: TerminalText) -> TerminalText {
    TerminalText(passed: left.string + right.string)
  }

  package static func += (left: inout TerminalText, right: TerminalText) { left.string += right.string }

  private init(passed: String) { string = passed }
}

extension Sequence<TerminalText> {
  /// - Parameter separator: as any text, it passes the gate.
  package func joined(separator: String = "") -> TerminalText {
    var result = TerminalText()
    for (index, text) in enumerated() {
      if index > 0, !separator.isEmpty { result += TerminalText(separator) }
      result += text
    }
    return result
  }
}
