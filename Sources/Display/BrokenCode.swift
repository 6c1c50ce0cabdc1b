// Code in lines of a width, broken where the language lets it go on.
import Signals
import Text

extension String {
  /// The lines of a line of code: broken behind a comma in brackets, a `;` or the `{` of a block, in the outermost bracket
  /// that has such a place, as late as fits. What has no place to be broken at stays as it is. Further lines are indented.
  ///
  /// - Parameters:
  ///   - behindBrackets: whether a line may end behind an opening bracket, where no comma comes early enough.
  ///   - stop: where it is asked, the lines that are left are left out.
  func brokenCode(
    to width: Int, indent: Int = 4, behindBrackets: Bool = true, stop: StopSignal = .never
  ) -> [String] {
    var lines: [String] = []
    var rest = Substring(self)
    var space = ""
    var depth = 0
    while rest.isWider(than: width - space.count),
      let end = CodeLine(rest, depth: depth, behindBrackets: behindBrackets).end(within: width - space.count)
    {
      if stop.isAsked { return lines }
      lines.append(space + rest[..<end.place].trimmingEnd)
      rest = rest[end.place...].drop { $0 == " " }
      depth = end.depth
      space = String(repeating: " ", count: indent)
    }
    return lines + [space + rest]
  }
}

/// What is left of a line, and how many brackets are open at its start.
private struct CodeLine {
  let text: Substring
  let depth: Int
  let behindBrackets: Bool

  init(_ text: Substring, depth: Int, behindBrackets: Bool) {
    self.text = text
    self.depth = depth
    self.behindBrackets = behindBrackets
  }

  /// Where the line can end that has at most so many columns, and how many brackets are open there; nil where it cannot.
  func end(within width: Int) -> (place: String.Index, depth: Int)? {
    var depth = depth
    var quote: Character?
    var isEscaped = false
    var column = 0
    var best: (place: String.Index, depth: Int)?
    for place in text.indices {
      let character = text[place]
      column += String(character).displayWidth
      if column > width { break }
      if let open = quote {
        if isEscaped {
          isEscaped = false
        } else if character == "\\" {
          isEscaped = true
        } else if character == open {
          quote = nil
        }
        continue
      }
      let next = text.index(after: place)
      let isBeforeSpace = next < text.endIndex && text[next] == " "
      switch character {
      case "'", "\"": quote = character
      case "(", "[", "{":
        depth += 1
        // A block's brace has a space behind it, a dictionary's none.
        let isBlock = character == "{" && isBeforeSpace
        let isOpen = behindBrackets && character != "{" && next < text.endIndex && !")]".contains(text[next])
        if isBlock || isOpen, best.map({ depth < $0.depth || isBlock }) ?? true { best = (next, depth) }
      case ")", "]", "}": depth -= 1
      case ",", ";":
        guard isBeforeSpace, character == ";" || depth > 0 else { break }
        if best.map({ depth <= $0.depth }) ?? true { best = (next, depth) }
      default: break
      }
    }
    return best
  }
}

extension Substring {
  /// Without spaces at its end.
  fileprivate var trimmingEnd: Substring {
    var text = self
    while text.last == " " { text = text.dropLast() }
    return text
  }
}
