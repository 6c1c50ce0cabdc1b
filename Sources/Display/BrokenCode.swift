// Code in lines of a width, broken where the language lets it go on.

extension String {
  /// The lines of a line of code: broken behind a comma in brackets, a `;` or the `{` of a block, or an opening bracket, in
  /// the outermost bracket that has such a place, as late as fits. What has no place to be broken at stays as it is. Further lines are indented.
  func brokenCode(to width: Int, indent: Int = 4) -> [String] {
    var lines: [String] = []
    var rest = Substring(self)
    var space = ""
    while (space + rest).displayWidth > width, let place = String.breakPlace(rest, width - space.count) {
      lines.append(space + rest[..<place].trimmingEnd)
      rest = rest[place...].drop { $0 == " " }
      space = String(repeating: " ", count: indent)
    }
    return lines + [space + rest]
  }

  /// Where a line can end that has at most so many columns; nil where it cannot.
  private static func breakPlace(_ text: Substring, _ width: Int) -> Index? {
    var depth = 0
    var quote: Character?
    var isEscaped = false
    var column = 0
    var best: (place: Index, depth: Int)?
    for place in text.indices {
      let character = text[place]
      column += String(character).displayWidth
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
      switch character {
      case "'", "\"": quote = character
      case "(", "[":
        depth += 1
        // Behind an opening bracket, where no comma in it comes early enough.
        if column <= width, next < text.endIndex, text[next] != ")", text[next] != "]",
          best.map({ depth < $0.depth }) ?? true
        {
          best = (next, depth)
        }
      case "{":
        // A block's brace has a space behind it, a dictionary's none.
        if next < text.endIndex, text[next] == " ", column <= width { best = (next, depth) }
        depth += 1
      case ")", "]", "}": depth -= 1
      case ",", ";":
        guard column <= width, next < text.endIndex, text[next] == " ", character == ";" || depth > 0 else {
          break
        }
        if best.map({ depth <= $0.depth }) ?? true { best = (next, depth) }
      default: break
      }
      if column > width, best != nil { break }
    }
    return best?.place
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
