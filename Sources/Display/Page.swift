// Text in sections that is laid out for the width of the place where it is shown.
package import Text

/// A page of help: paragraphs, calls, code, and words with text beside them.
package struct Page: Equatable, Sendable {
  /// A word with the text that explains it.
  package struct Entry: Equatable, Sendable {
    package var word: String
    package var text: String

    package init(_ word: String, _ text: String) {
      self.word = word
      self.text = text
    }
  }

  /// A piece of a page, by how it is laid out.
  package enum Block: Equatable, Sendable {
    /// Wrapped.
    case paragraph(String)
    /// Wrapped, its further lines two columns in.
    case indented(String)
    /// Wrapped behind a mark as "1. ", its further lines as far to the right.
    case hanging(String, String)
    /// Kept line by line; a line that is too long is broken where the language lets it go on: behind a comma in
    /// brackets, a `;` or the `{` of a block.
    case code(String)
    /// A list or dictionary as it is written, broken behind its commas.
    case literal(String)
    /// A call with its parameters, which is broken between them where it is too long, and what it gives.
    case call(String, parameters: [String], result: String)
    /// Words with text beside each, or below one that is too long; under a title, unless that is empty.
    case entries(String, [Entry])
  }

  package var blocks: [Block]

  package init(_ blocks: [Block]) {
    self.blocks = blocks
  }

  /// The widest lines of text that are read with ease; wider terminals leave the rest free.
  static let widest = 100

  /// Lines of at most `options.width` columns, code apart; without a line break at the end.
  package func shown(_ options: RenderOptions) -> TerminalText {
    let width = min(options.width, Page.widest)
    return blocks.flatMap { lines(of: $0, width, options) }.joined(separator: "\n")
  }

  /// As `shown`, as a string.
  package func rendered(_ options: RenderOptions) -> String { shown(options).string }

  private func lines(of block: Block, _ width: Int, _ options: RenderOptions) -> [TerminalText] {
    let safe = { (text: String) in text.safe(unicode: options.unicode) }
    switch block {
    case .paragraph(let text): return safe(text).wrapped(to: width).map { TerminalText($0) }
    case .indented(let text):
      return StyledText(safe(text)).wrapped(to: width, hanging: 2).map { TerminalText($0.plain) }
    case .hanging(let mark, let text):
      let indent = String(repeating: " ", count: mark.displayWidth)
      // Two columns stay free, as where text is quoted with an indent of two.
      return safe(text).wrapped(to: max(10, width - 2 - indent.count)).enumerated().map {
        TerminalText(($0 == 0 ? mark : indent) + $1)
      }
    case .code(let text):
      return text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { line in
        safe(String(line)).brokenCode(to: width - 2).map {
          TerminalText("  ") + Style.command.applied(to: $0, color: options.color)
        }
      }
    case .literal(let text):
      // A value is as wide as the terminal lets it be.
      return safe(text).brokenCode(to: options.width, indent: 1, behindBrackets: false, stop: options.stop)
        .map { TerminalText($0) }
    case .call(let name, let parameters, let result):
      return call(name, parameters, result, width).map {
        Style.title.applied(to: safe($0), color: options.color)
      }
    case .entries(let title, let entries):
      let head = title.isEmpty ? [] : [Style.title.applied(to: safe(title), color: options.color)]
      return head + lines(of: entries.map { Entry(safe($0.word), safe($0.text)) }, width, options)
    }
  }

  /// `name(parameters) -> result` in one line where it fits, else the parameters in lines of their own between the
  /// brackets.
  private func call(_ name: String, _ parameters: [String], _ result: String, _ width: Int) -> [String] {
    let line = "\(name)(\(parameters.joined(separator: ", "))) -> \(result)"
    guard line.displayWidth > width else { return [line] }
    var lines = ["\(name)("]
    var last = ""
    for (index, parameter) in parameters.enumerated() {
      let piece = parameter + (index < parameters.count - 1 ? "," : "")
      if last.isEmpty {
        last = "    " + piece
      } else if last.displayWidth + 1 + piece.displayWidth <= width {
        last += " " + piece
      } else {
        lines.append(last)
        last = "    " + piece
      }
    }
    return lines + [last, ") -> \(result)"]
  }

  /// Two columns. The first is as wide as the words need, and at most a third of the page.
  private func lines(of entries: [Entry], _ width: Int, _ options: RenderOptions) -> [TerminalText] {
    let limit = max(8, min(24, width / 3 - 4))
    let column = entries.map(\.word.displayWidth).filter { $0 <= limit }.max() ?? limit
    let indent = String(repeating: " ", count: column + 4)
    return entries.flatMap { entry in
      let lines = entry.text.wrapped(to: max(10, width - column - 4))
      let word = Style.command.applied(to: entry.word, color: options.color)
      guard entry.word.displayWidth <= column else {
        return [TerminalText("  ") + word] + lines.map { TerminalText(indent + $0) }
      }
      let space = String(repeating: " ", count: column - entry.word.displayWidth + 2)
      return lines.enumerated().map {
        $0 == 0 ? TerminalText("  ") + word + TerminalText(space + $1) : TerminalText(indent + $1)
      }
    }
  }
}
