// Tokens: the words, literals and marks that a text is made of.

/// A pair of brackets, by the one that opens it.
enum Bracket: String, Sendable {
  case round = "("
  case square = "["
  case curly = "{"

  var closing: String {
    switch self {
    case .round: ")"
    case .square: "]"
    case .curly: "}"
    }
  }
}

/// The words that cannot be names. Half of them are Python's, kept so that each can have its own error.
enum Keyword: String, CaseIterable, Sendable {
  case and, or, not
  case `in`
  case `if`
  case elif
  case `else`
  case `for`
  case def
  case `return`
  case `import`
  case from
  case `as`
  case `true` = "True"
  case `false` = "False"
  case none = "None"
  case lowerTrue = "true"
  case lowerFalse = "false"
  case lowerNone = "none"
  case assert, async, await
  case `break`
  case `class`
  case `continue`
  case del, except, finally, global
  case `is`
  case lambda, nonlocal, pass, raise
  case `try`
  case `while`
  case with, yield

  /// Each keyword under its text.
  static let byText = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })
}

/// A token: its kind, and where it stands in the text.
struct Token: Sendable {
  /// What a token is; its text stands in the source.
  enum Kind: Equatable, Sendable {
    case name
    case keyword(Keyword)
    case number
    case text
    case binary(BinaryOperator)
    case assign, comma, dot, colon, question
    case open(Bracket)
    case close(Bracket)
    /// An operator of Python or C that the language does not have: `+=`, `:=`, `&&`, `@`.
    case foreign
    case newline, semicolon
    /// A text without its closing quote; it reaches to the end of the line, or of everything when `triple`.
    case unclosedText(triple: Bool)
    /// What no token can be made of; `TokenList.problems` says why.
    case invalid
    case end
  }

  var kind: Kind
  var span: Span

  init(_ kind: Kind, _ start: Int, _ end: Int) {
    self.kind = kind
    self.span = Span(start, end)
  }

  /// True for a name; keywords are none.
  var isWord: Bool {
    if case .name = kind { true } else { false }
  }

  /// True for what can stand first in an expression, broken tokens and Python's `lambda` included: their
  /// own error is better than a general one.
  var beginsExpression: Bool {
    switch kind {
    case .name, .number, .text, .open, .unclosedText, .invalid: true
    case .binary(.subtract), .binary(.add): true
    case .keyword(let word):
      switch word {
      case .not, .true, .false, .none, .lowerTrue, .lowerFalse, .lowerNone, .lambda, .await: true
      default: false
      }
    default: false
    }
  }
}

/// The tokens of a text, never failing: broken parts are tokens too.
struct TokenList: Sendable {
  /// The UTF-8 text that spans refer to.
  var bytes: [UInt8]
  /// Ends with one `end` token.
  var tokens: [Token] = []
  /// The comments, from `#` to before the end of the line.
  var comments: [Span] = []
  /// Why a token is `invalid`, by the offset at which it starts.
  var problems: [Int: SyntaxError] = [:]
  /// True where the text ends with a `\` that joins the next line, or with one and a line break.
  var endsInContinuation = false

  /// The text of a span; spans of tokens begin and end between characters. Empty where it ends before it begins.
  func text(_ span: Span) -> String {
    String(decoding: bytes[span.start..<max(span.start, span.end)], as: UTF8.self)
  }
}
