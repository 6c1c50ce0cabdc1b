// What to write in place of Python's forms, made from the text that stands there.

extension Parser {
  /// The error for `is` and `is not`, which the current token is or begins.
  func identity(_ left: Node) -> SyntaxFailure {
    let negated = next.kind == .keyword(.not)
    let place = min(index + (negated ? 2 : 1), list.tokens.count - 1)
    let right = list.tokens[place]
    let span = negated ? token.span.joined(next.span) : token.span
    // "what is rank?"
    let behind = list.tokens[min(place + 1, list.tokens.count - 1)]
    if right.isWord, behind.kind == .question {
      return SyntaxFailure(.misplacedHelp(fix: "apropos " + excerpt(right.span)), behind.span)
    }
    let brackets: [Token.Kind] = [.open(.round), .open(.square), .open(.curly)]
    let isSimple = right.beginsExpression && !brackets.contains(right.kind)
    let fix = isSimple ? "\(excerpt(left.span)) \(negated ? "!=" : "==") \(excerpt(right.span))" : ""
    return SyntaxFailure(.python(.identity, fix: fix), span)
  }

  /// The content of a bracket as a list: `(1, 2)` becomes `[1, 2]`. With `start`, the part from that token
  /// on.
  func bracketed(openedAt opening: Int, from start: Token? = nil) -> String {
    guard let openingPlace = list.tokens.firstIndex(where: { $0.span.start == opening }) else {
      return ""
    }
    var place = openingPlace
    var level = 0
    repeat {
      switch list.tokens[place].kind {
      case .open: level += 1
      case .close: level -= 1
      case .end: return ""
      default: break
      }
      place += 1
    } while level > 0
    // Up to the last token before the closing bracket, a trailing comma not counted.
    place -= 2
    if list.tokens[place].kind == .comma { place -= 1 }
    let from = (start ?? list.tokens[min(openingPlace + 1, place)]).span
    return from.start < list.tokens[place].span.end && place > openingPlace
      ? "[\(excerpt(from.joined(list.tokens[place].span)))]" : "[]"
  }
}
