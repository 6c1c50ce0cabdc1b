// Reading a regular expression in Python's syntax.

/// A piece of an expression.
indirect enum PathExpressionNode {
  case one(PathExpression.Matcher)
  case hold(PathExpression.Assertion)
  case sequence([PathExpressionNode])
  case choice([PathExpressionNode])
  /// `most` is nil where there is no limit.
  case repeated(PathExpressionNode, least: Int, most: Int?)
  case look(PathExpressionNode, isNegative: Bool)
}

struct PathExpressionParser {
  private typealias Node = PathExpressionNode

  private let text: [Unicode.Scalar]
  private var place = 0
  private var depth = 0
  private var lookaheads = 0

  init(_ text: String) { self.text = Array(text.unicodeScalars) }

  private var next: Unicode.Scalar? { place < text.count ? text[place] : nil }

  private func flaw(_ problem: PathExpressionFlaw.Problem, at place: Int? = nil) -> PathExpressionFlaw {
    PathExpressionFlaw(character: (place ?? self.place) + 1, problem: problem)
  }

  private mutating func accept(_ words: String) -> Bool {
    let scalars = Array(words.unicodeScalars)
    guard text[place...].starts(with: scalars) else { return false }
    place += scalars.count
    return true
  }

  mutating func expression() throws(PathExpressionFlaw) -> PathExpressionNode {
    let node = try choice()
    guard next == nil else { throw flaw(.unopenedGroup) }
    return node
  }

  private mutating func choice() throws(PathExpressionFlaw) -> PathExpressionNode {
    guard depth < PathExpression.depthLimit else { throw flaw(.tooDeep(limit: PathExpression.depthLimit)) }
    depth += 1
    defer { depth -= 1 }
    var options = [try sequence()]
    while accept("|") { options.append(try sequence()) }
    return options.count == 1 ? options[0] : .choice(options)
  }

  private mutating func sequence() throws(PathExpressionFlaw) -> PathExpressionNode {
    var items: [Node] = []
    try skipComments()
    while let scalar = next, scalar != "|", scalar != ")" {
      let start = place
      guard counts() == nil else { throw flaw(.nothingToRepeat, at: start) }
      items.append(try repeated(try atom()))
    }
    return items.count == 1 ? items[0] : .sequence(items)
  }

  private mutating func repeated(_ node: PathExpressionNode) throws(PathExpressionFlaw) -> PathExpressionNode
  {
    try skipComments()
    let start = place
    guard let (least, most) = counts() else { return node }
    if case .hold = node { throw flaw(.nothingToRepeat, at: start) }
    if let most, most < least { throw flaw(.reversedCounts, at: start) }
    if next == "+" { throw flaw(.unsupported("a possessive repetition")) }
    // Whether it tries much or little first makes no difference to a match of the whole.
    _ = accept("?")
    try skipComments()
    let second = place
    guard counts() == nil else { throw flaw(.repeatedTwice, at: second) }
    return .repeated(node, least: least, most: most)
  }

  private mutating func skipComments() throws(PathExpressionFlaw) {
    let start = place
    while accept("(?#") {
      guard let end = text[place...].firstIndex(of: ")") else { throw flaw(.unclosedGroup, at: start) }
      place = end + 1
    }
  }

  /// Reads a repetition; nil, and nothing read, where none is next. `{` that begins no count stands for itself.
  private mutating func counts() -> (least: Int, most: Int?)? {
    if accept("*") { return (0, nil) }
    if accept("+") { return (1, nil) }
    if accept("?") { return (0, 1) }
    let start = place
    guard accept("{") else { return nil }
    let least = count()
    let hasComma = accept(",")
    let most = hasComma ? count() : least
    guard accept("}"), least != nil || hasComma else {
      place = start
      return nil
    }
    return (least ?? 0, most)
  }

  /// A count, at most one above all that can be unfolded.
  private mutating func count() -> Int? {
    var value: Int?
    while let scalar = next, ("0"..."9").contains(scalar) {
      value = min(PathExpression.stepLimit + 1, 10 * (value ?? 0) + Int(scalar.value - 0x30))
      place += 1
    }
    return value
  }

  private mutating func atom() throws(PathExpressionFlaw) -> PathExpressionNode {
    let start = place
    if accept("(") { return try group(from: start) }
    if accept("[") { return .one(try characterClass(from: start)) }
    if accept("\\") { return try escape(from: start) }
    if accept(".") { return .one(.any) }
    if accept("^") { return .hold(.start) }
    if accept("$") { return .hold(.lastEnd) }
    place += 1
    return .one(.scalar(text[start]))
  }

  private mutating func group(from start: Int) throws(PathExpressionFlaw) -> PathExpressionNode {
    var isLook = false
    var isNegative = false
    if accept("?=") {
      isLook = true
    } else if accept("?!") {
      (isLook, isNegative) = (true, true)
    } else if accept("?P<") {
      while let scalar = next, PathExpression.Matcher.isWord(scalar) { place += 1 }
      guard accept(">") else { throw flaw(.unclosedGroup, at: start) }
    } else if next == "?", !accept("?:") {
      let shown = String(String.UnicodeScalarView(text[start..<min(text.count, start + 3)]))
      throw flaw(.unsupported("a group that begins with `\(shown)`"), at: start)
    }
    if isLook { lookaheads += 1 }
    guard lookaheads <= PathExpression.lookaheadLimit else {
      throw flaw(.unsupported("more than \(PathExpression.lookaheadLimit) lookaheads"), at: start)
    }
    let node = try choice()
    guard accept(")") else { throw flaw(.unclosedGroup, at: start) }
    // A group of its own even around an anchor: only a bare anchor cannot be repeated.
    return isLook ? .look(node, isNegative: isNegative) : .sequence([node])
  }

  private mutating func escape(from start: Int) throws(PathExpressionFlaw) -> PathExpressionNode {
    if accept("A") { return .hold(.start) }
    if accept("Z") { return .hold(.end) }
    if accept("b") { return .hold(.boundary) }
    if accept("B") { return .hold(.noBoundary) }
    if let digit = next, ("1"..."9").contains(digit) {
      throw flaw(.unsupported("a reference to a group"), at: start)
    }
    return .one(try escapedMatcher(from: start))
  }

  /// What an escape means inside a class and outside; the backslash is read.
  private mutating func escapedMatcher(from start: Int) throws(PathExpressionFlaw) -> PathExpression.Matcher {
    guard let scalar = next else { throw flaw(.endsInBackslash, at: start) }
    place += 1
    switch scalar {
    case "d": return .digit
    case "w": return .word
    case "s": return .space
    case "D": return .not(.digit)
    case "W": return .not(.word)
    case "S": return .not(.space)
    case "n": return .scalar("\n")
    case "t": return .scalar("\t")
    case "r": return .scalar("\r")
    case "f": return .scalar("\u{C}")
    case "v": return .scalar("\u{B}")
    case "a": return .scalar("\u{7}")
    case "0": return .scalar("\0")
    case "x": return .scalar(try code(digits: 2, from: start))
    case "u": return .scalar(try code(digits: 4, from: start))
    default:
      // Letters and digits without a meaning are errors in Python too.
      guard !scalar.isASCII || !PathExpression.Matcher.isWord(scalar) || scalar == "_" else {
        throw flaw(.unknownEscape, at: start)
      }
      return .scalar(scalar)
    }
  }

  private mutating func code(digits: Int, from start: Int) throws(PathExpressionFlaw) -> Unicode.Scalar {
    var value: UInt32 = 0
    for _ in 0..<digits {
      guard let digit = next, digit.isASCII, let number = Character(digit).hexDigitValue else {
        throw flaw(.unknownEscape, at: start)
      }
      value = value << 4 | UInt32(number)
      place += 1
    }
    guard let scalar = Unicode.Scalar(value) else { throw flaw(.unknownEscape, at: start) }
    return scalar
  }

  /// Reads a class behind its `[`.
  private mutating func characterClass(from start: Int) throws(PathExpressionFlaw) -> PathExpression.Matcher {
    let isNegative = accept("^")
    var items: [PathExpression.Matcher] = []
    while items.isEmpty || next != "]" {
      let place = place
      let first = try classItem(from: start)
      guard next == "-", self.place + 1 < text.count, text[self.place + 1] != "]" else {
        items.append(first)
        continue
      }
      self.place += 1
      guard case .scalar(let low) = first, case .scalar(let high) = try classItem(from: start), low <= high
      else { throw flaw(.reversedRange, at: place) }
      items.append(.range(low...high))
    }
    self.place += 1
    let matcher: PathExpression.Matcher = items.count == 1 ? items[0] : .either(items)
    return isNegative ? .not(matcher) : matcher
  }

  private mutating func classItem(from start: Int) throws(PathExpressionFlaw) -> PathExpression.Matcher {
    guard let scalar = next else { throw flaw(.unclosedClass, at: start) }
    let place = place
    self.place += 1
    guard scalar == "\\" else { return .scalar(scalar) }
    // In a class it is a backspace.
    if accept("b") { return .scalar("\u{8}") }
    return try escapedMatcher(from: place)
  }
}
