// A program run in this process, and what no program may show.
import Display
import Glibc
import Interpreter
import InterpreterSupport
import Language
import Notebook
import Signals
import Workbench

/// What a program showed and how it ended.
struct ProgramRun {
  /// How often it may ask whether it is to stop before it is told so.
  private static let patience = 400

  /// What goes to standard output, and what to standard error, as of the program in a pipe.
  private(set) var output = ""
  private(set) var errors = ""
  let result: CellResult

  /// Runs it in a session of its own, in a folder.
  init(_ program: String, in folder: String) {
    let countdown = Countdown(Self.patience)
    let session = Session(
      environment: Environment(memory: 128e6, stop: StopSignal(countdown.isOver), workingFolder: folder))
    let options = RenderOptions(width: 80, unicode: true)
    var (output, errors) = ("", "")
    result = session.execute(Source(program)) { event in
      guard let words = text(of: event, options) else { return }
      switch event {
      case .note, .status, .diagnostic: errors += words + "\n"
      case .text, .page, .table, .chart, .heatMap: output += words + "\n"
      case .progress: break
      }
    }
    self.output = output
    self.errors = errors
  }

  /// In a word.
  var ending: String {
    if result.exitCode != nil { return "left" }
    if result.wasInterrupted { return "stopped" }
    if result.isSyntaxError { return "no syntax" }
    return result.diagnostic == nil ? "done" : "error"
  }

  /// The code with which the program ends for it.
  var exitCode: Int32 {
    if let code = result.exitCode { return Int32(truncatingIfNeeded: code) }
    if result.isSyntaxError { return 65 }
    return result.diagnostic == nil ? 0 : 1
  }

  // MARK: Rules

  func check() throws {
    if let diagnostic = result.diagnostic { try Self.check(diagnostic) }
    try ShownText.check(output + errors)
  }

  /// Every error says what, where, and what to do.
  private static func check(_ diagnostic: Diagnostic) throws {
    let title = diagnostic.title
    try BreakFinding.require(!title.isEmpty, "an error without a title")
    try BreakFinding.require(!title.hasPrefix("unexpected error"), title)
    try BreakFinding.require(title.last != ".", "a title with a full stop: \(title)")
    try BreakFinding.require(
      !diagnostic.label.isEmpty || !diagnostic.body.isEmpty || !diagnostic.fix.isEmpty,
      "an error that does not say what to do: \(title)")
    guard let source = diagnostic.source, let span = diagnostic.span else {
      throw BreakFinding("an error without a place: \(title)")
    }
    try BreakFinding.require(
      span.start >= 0 && span.start <= span.end && span.end <= source.text.utf8.count,
      "the place of an error is outside of the text: \(title)")
  }
}

/// What may stand on a screen.
package enum ShownText {
  /// What only the inside of the program knows.
  private static let insides = [
    "Optional(", "Swift.", "Error Domain", "NSCocoa", "unexpected error", "Fatal error", "Buffer<",
    "Dictionary<",
    "Array<", "_error(", ".swift:", "rawValue", "Contiguous", "ObjectIdentifier", "(Function)",
  ]

  /// No control characters but line breaks, no direction overrides, no `nil` and no names of types.
  package static func check(_ text: String) throws {
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x00..<0x0A, 0x0B..<0x20, 0x7F..<0xA0, 0x202A...0x202E, 0x2066...0x2069:
        throw BreakFinding("raw on the screen: U+\(String(scalar.value, radix: 16, uppercase: true))")
      default: break
      }
    }
    for word in insides where text.has(word) { throw BreakFinding("the screen shows `\(word)`") }
    guard text.has("nil") else { return }
    let words = text.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
    if words.contains("nil") { throw BreakFinding("the screen shows `nil`") }
  }
}

extension String {
  /// Whether these bytes occur in it; neither holds a zero.
  fileprivate func has(_ word: String) -> Bool {
    withCString { whole in word.withCString { strstr(whole, $0) != nil } }
  }
}
