// Regular expressions for module paths: Python's syntax, matched in time that grows with the path and no faster.

/// What PEFT's `re.fullmatch` decides, for expressions that come from files. Swift's own engine tries one way after
/// another, and an expression such as `(.*a){12}` against a path of 20 characters keeps it for minutes. Here every
/// pair of a step and a place is looked at once.
///
/// Supported are literals, `.`, classes, groups, `|`, the repetitions `*`, `+`, `?` and `{m,n}` (greedy or lazy, which
/// a match of the whole makes equal), `^`, `$`, `\A`, `\Z`, `\b`, `\B`, `\d`, `\w`, `\s` with their opposites, and
/// lookahead. References back, lookbehind, flags and possessive repetitions are refused by name.
package struct PathExpression: Sendable {
  /// The longest path that can match; a longer one is no module's.
  package static let longestPath = 1000
  /// What counted repetitions may unfold to.
  static let stepLimit = 1 << 13
  /// Groups in groups.
  static let depthLimit = 64
  static let lookaheadLimit = 32

  let steps: [Step]

  /// - Throws: `PathExpressionFlaw`.
  package init(_ text: String) throws(PathExpressionFlaw) {
    var parser = PathExpressionParser(text)
    steps = try PathExpression.compiled(try parser.expression())
  }

  /// A key of `rank_pattern` or `alpha_pattern`, which PEFT matches as `(.*\.)?(key)$` from the start of the path.
  ///
  /// - Throws: `PathExpressionFlaw`, its place counted in the key.
  package init(key: String) throws(PathExpressionFlaw) {
    var parser = PathExpressionParser(key)
    let folders = PathExpressionNode.sequence([
      .repeated(.one(.any), least: 0, most: nil), .one(.scalar(".")),
    ])
    steps = try PathExpression.compiled(
      .sequence([.repeated(folders, least: 0, most: 1), try parser.expression()]))
  }

  /// One instruction of the matcher.
  enum Step: Sendable {
    case one(Matcher)
    case hold(Assertion)
    /// Goes on in both places.
    case fork(Int, Int)
    case jump(Int)
    /// Goes on at `next` if the steps behind this one match from here, or do not.
    case look(isNegative: Bool, next: Int)
    /// The end of the whole, or of a lookahead.
    case end
  }

  enum Assertion: Sendable { case start, end, lastEnd, boundary, noBoundary }

  /// What one character is held against.
  indirect enum Matcher: Sendable {
    case scalar(Unicode.Scalar)
    case range(ClosedRange<Unicode.Scalar>)
    /// `.`: all but a line feed.
    case any
    case digit, word, space
    case not(Matcher)
    case either([Matcher])

    func matches(_ scalar: Unicode.Scalar) -> Bool {
      switch self {
      case .scalar(let wanted): scalar == wanted
      case .range(let range): range.contains(scalar)
      case .any: scalar != "\n"
      case .digit: scalar.properties.generalCategory == .decimalNumber
      case .word: Matcher.isWord(scalar)
      case .space: scalar.properties.isWhitespace || ("\u{1C}"..."\u{1F}").contains(scalar)
      case .not(let other): !other.matches(scalar)
      case .either(let others): others.contains { $0.matches(scalar) }
      }
    }

    static func isWord(_ scalar: Unicode.Scalar) -> Bool {
      switch scalar.properties.generalCategory {
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
        .decimalNumber, .letterNumber, .otherNumber:
        true
      default: scalar == "_"
      }
    }
  }
}

/// Why a text is no expression that is understood. Characters count from 1.
package struct PathExpressionFlaw: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Problem: Equatable, Sendable {
    case unclosedGroup, unopenedGroup, unclosedClass, nothingToRepeat, repeatedTwice, reversedRange
    case reversedCounts, unknownEscape, endsInBackslash
    case tooDeep(limit: Int)
    case tooLarge(limit: Int)
    case unsupported(String)
  }

  package var character: Int
  package var problem: Problem

  /// One clause, lower case, no full stop.
  package var description: String {
    if case .tooLarge(let limit) = problem { return "its repetitions unfold to more than \(limit) steps" }
    return "at character \(character), \(words)"
  }

  private var words: String {
    switch problem {
    case .unclosedGroup: "a group is not closed"
    case .unopenedGroup: "`)` closes no group"
    case .unclosedClass: "`[` is not closed"
    case .nothingToRepeat: "there is nothing to repeat"
    case .repeatedTwice: "a repetition is repeated"
    case .reversedRange: "a range of characters runs backwards"
    case .reversedCounts: "the least count is above the most"
    case .unknownEscape: "an escape is not known"
    case .endsInBackslash: "a backslash stands at the end"
    case .tooDeep(let limit): "groups are nested deeper than \(limit) levels"
    case .tooLarge: ""
    case .unsupported(let what): "\(what) is not supported"
    }
  }
}
