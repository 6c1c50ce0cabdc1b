// The part `notebooks`: hostile and damaged Markdown notebooks.
import Display
import Foundation
import Interpreter
import InterpreterSupport
import Language
import Notebook
import Signals
package import TestSupport
import Text
import Workbench

package final class NotebooksPart: BreakPart {
  package static let name = "notebooks"
  package static let sentence =
    "notebooks with fences of every kind, programs of the grammar, hostile text and damaged bytes, run, checked and updated in one process, "
    + "one of some hundreds by the program itself; failed: a crash, a hang, anything raw on the screen, other outputs the second time, "
    + "or an updated notebook that does not check"
  package static let shortCount = 400
  package static let patience: UInt32 = 120

  private let bench: BreakBench
  private let words = ProgramWords()

  package init(_ bench: BreakBench) { self.bench = bench }

  /// What text goes wrong with: orders to a terminal, reversed directions, marks of Markdown, characters of many kinds.
  private static let hostile = [
    "\u{1B}]52;c;aGFjaw==\u{7}", "\u{1B}]0;t\u{1B}\\", "\u{1B}[2J", "\u{1B}[8m", "\u{9B}31m", "\u{202E}",
    "\u{2066}", "\u{7F}", "\u{0}",
    "\r", "\r\n", "\t", "\u{2028}", "\u{85}", "\u{C}", "\u{FEFF}", "e\u{301}", "漢字", "👩‍🔬", "`", "``", "**",
    "_", "[a](b)", "![", "<x>", "|", "> ",
    "    ", "---", "# ", "- ", "1. ", "&lt;", "\\", "<!--", "-->", "~~~", "```", "`````",
  ]

  private static let fences = [
    "```", "````", "~~~", "~~~~~", "``", "```out", "~~~out", "```ranklab", "```ranklab error",
    "```ranklab no-run",
    "```ranklab slow error", "```ranklab nosuch", "``` ranklab", "```ranklab\t", "```python", " ```",
    "```ranklab error error", "````ranklab",
  ]

  package func input(_ random: inout SeededGenerator) -> [UInt8] {
    var lines: [String] = []
    for _ in 0..<Int.random(in: 1...12, using: &random) {
      switch Int.random(in: 0..<10, using: &random) {
      case 0...3:
        var writer = ProgramWriter(SeededGenerator(seed: random.next()), words)
        let isError = Bool.random(using: &random)
        lines += [
          "", "```ranklab" + (isError ? " error" : ""), Self.disturbed(writer.program(), &random), "```", "",
        ]
      case 4: lines += ["```ranklab", Self.prose(&random), "```"]
      case 5: lines += ["```out", Self.prose(&random), "```"]
      case 6: lines.append(Self.fences.randomElement(using: &random) ?? "")
      default: lines.append(Self.prose(&random))
      }
    }
    var bytes = Array(lines.joined(separator: Bool.random(using: &random) ? "\n" : "\r\n").utf8)
    // Damage of the bytes themselves, now and then.
    if Int.random(in: 0..<6, using: &random) == 0 {
      for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
        case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...20, using: &random)))
        default: bytes.insert(UInt8.random(in: .min ... .max, using: &random), at: place)
        }
      }
    }
    return bytes
  }

  private static func prose(_ random: inout SeededGenerator) -> String {
    (0..<Int.random(in: 0...6, using: &random)).map { _ in
      Bool.random(using: &random)
        ? hostile.randomElement(using: &random) ?? "" : "word \(random.next() % 100)"
    }.joined(separator: Bool.random(using: &random) ? " " : "")
  }

  /// A program that shows hostile text, now and then.
  private static func disturbed(_ program: String, _ random: inout SeededGenerator) -> String {
    guard Int.random(in: 0..<4, using: &random) == 0 else { return program }
    let text = prose(&random)
    return program + "\nshow(\"\(text)\") # \(text)\n\"\(text)\""
  }

  // MARK: - Trying

  package func attempt(_ input: [UInt8]) throws -> String {
    try bench.clear()
    try bench.folder.write(bytes: input, to: "x.md")
    if Self.isSample(input) { try runOutside(input) }
    guard let text = String(validating: input, as: UTF8.self) else { return "no UTF-8" }
    let notebook: MarkdownNotebook
    do {
      notebook = try MarkdownNotebook(text, name: "x.md")
    } catch let diagnostic as Diagnostic {
      try ShownText.check(diagnostic.rendered())
      return "refused"
    }
    let first = try shown(notebook)
    if first.wasStopped { return "stopped" }
    let second = try shown(notebook)
    try BreakFinding.require(second.text == first.text, "other outputs the second time")
    return try check(notebook) ? "ran" : "failed cells"
  }

  private struct Shown {
    var text = ""
    var wasStopped = false
  }

  /// All that running it puts on a screen.
  private func shown(_ notebook: MarkdownNotebook) throws -> Shown {
    try bench.clear()
    let options = RenderOptions(width: 80, unicode: true)
    var shown = Shown()
    let result = notebook.run(in: session()) { item in
      switch item {
      case .prose(let prose): shown.text += renderedMarkdown(prose, options) + "\n"
      case .cell(let cell): shown.text += TerminalText(cell.code.safeCode(unicode: true)).string + "\n"
      case .event(.status): break
      case .event(let event): shown.text += (text(of: event, options) ?? "") + "\n"
      }
    }
    shown.wasStopped = result.last.wasInterrupted
    try ShownText.check(shown.text)
    return shown
  }

  /// The notebook with its outputs written has these outputs, and is not changed by writing them again. Gives whether all
  /// its cells ended as they say.
  private func check(_ notebook: MarkdownNotebook) throws -> Bool {
    try bench.clear()
    let report = notebook.check(in: session())
    let updated = try MarkdownNotebook(report.updated, name: "x.md")
    try bench.clear()
    let again = updated.check(in: session())
    if let difference = again.differences.first {
      throw BreakFinding(
        "line \(difference.line) of the updated notebook differs: `\(difference.expected)` and `\(difference.actual)`"
      )
    }
    try BreakFinding.require(again.updated == report.updated, "the updated notebook is updated once more")
    try BreakFinding.require(again.failures.count == report.failures.count, "other failures the second time")
    return report.failures.isEmpty
  }

  private func session() -> Session {
    let countdown = Countdown(300)
    return Session(
      environment: Environment(
        memory: 128e6, stop: StopSignal(countdown.isOver), workingFolder: bench.folder.path))
  }

  // MARK: - The program itself

  private static func isSample(_ input: [UInt8]) -> Bool {
    let hash = input.reduce(UInt64(14_695_981_039_346_656_037)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
    return (hash >> 32) % 200 == 0
  }

  /// Run twice, checked, updated and checked again.
  private func runOutside(_ input: [UInt8]) throws {
    func run(_ arguments: [String]) throws -> BreakBench.Result? {
      let result = try bench.run(
        arguments, environment: ["RANKLAB_THREADS": "1", "NO_COLOR": "1"], seconds: 30)
      guard let exit = result.exit else { return nil }
      let isRight = [0, 1, 2, 65, 66].contains { exit == .code($0) }
      try BreakFinding.require(isRight, "\(arguments) ended with \(exit): \(result.words.suffix(300))")
      try ShownText.check(result.words)
      return result
    }
    let first = try run(["run", "x.md"])
    guard let first, let second = try run(["run", "x.md"]) else { return }
    // What a clock says is another each time.
    let text = String(decoding: input, as: UTF8.self)
    if ["step_ms", "tokens_per_s", "time "].contains(where: text.contains) { return }
    try BreakFinding.require(
      first.output == second.output, "the program shows something else the second time")
    guard let check = try run(["check", "x.md"]), check.exit != .code(65), check.exit != .code(66) else {
      return
    }
    guard try run(["check", "--update", "x.md"]) != nil, let again = try run(["check", "x.md"]) else {
      return
    }
    try BreakFinding.require(
      !again.words.contains("the output differs"), "the updated notebook differs: \(again.words.suffix(300))")
  }
}
