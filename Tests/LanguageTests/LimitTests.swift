// Deep, long and large programs: a clear error or a tree, never a crash, on a small stack too.
import Foundation
import Language
import Synchronization
import Testing
import Text

/// Runs on a thread with a stack of 512 KB, as secondary threads have on some systems.
private func onSmallStack(_ body: @escaping @Sendable () -> String) -> String {
  let result = Mutex("")
  let done = DispatchSemaphore(value: 0)
  let box = ResultBox(result)
  let thread = Thread {
    let text = body()
    box.value.withLock { $0 = text }
    done.signal()
  }
  thread.stackSize = 512 * 1024
  thread.start()
  done.wait()
  return box.value.withLock { $0 }
}

private final class ResultBox: Sendable {
  let value: Mutex<String>
  init(_ value: consuming Mutex<String>) { self.value = value }
}

/// "n statements" where the program parses, otherwise the title of its error. The tree is compared with
/// itself and let go on the way, which walk it.
private func outcome(_ program: String) -> String {
  do throws(Diagnostic) {
    let first = try Parser.parse(Source(program), commands: sampleCommands)
    let second = try Parser.parse(Source(program), commands: sampleCommands)
    return first == second ? "\(first.count) statements" : "unequal trees"
  } catch {
    return error.rendered().isEmpty ? "no message" : error.title
  }
}

@Suite struct LimitTests {
  /// The parts of programs that nest: what opens, what stands in the middle, what closes.
  static let nests: [(open: String, middle: String, close: String)] = [
    ("(", "1", ")"), ("[", "1", "]"), ("{1: ", "1", "}"), ("f(", "1", ")"), ("f(a=", "1", ")"),
    ("a[", "1", "]"), ("a[1:", "1", "]"), ("-", "1", ""), ("not ", "1", ""), ("2 ** ", "1", ""),
    ("[x for x in ", "y", "]"), ("1 * (", "1", ")"), ("a.b(1)[2].c(", "1", ")"),
    ("if a { ", "", " }"), ("for x in y {\n", "", "\n}"), ("def f(a) { ", "", " }"),
    ("if a { } else { ", "", " }"), ("show (", "1", ")"), ("{'a': [f(b=(", "1", "))]}"),
  ]

  /// The greatest number of operators pending at each level; too high a tree, found only on the way back.
  @Test func operatorsOfEachPrecedence() {
    let open = String(repeating: "1 or 2 and 3 == 4 + 5 * f(a=1 + ", count: 256)
    let program = open + "1" + String(repeating: ")", count: 256)
    #expect(onSmallStack { outcome(program) } == "this formula is too long")
  }

  @Test(arguments: nests.indices)
  func tenThousandLevels(index: Int) {
    let nest = LimitTests.nests[index]
    let open = String(repeating: nest.open, count: 10_000)
    let close = String(repeating: nest.close, count: 10_000)
    for program in [open, open + nest.middle + close] {
      #expect(onSmallStack { outcome(program) } == "this is nested too deep")
    }
  }

  @Test(arguments: nests.indices)
  func levelsUpToTheLimit(index: Int) {
    let nest = LimitTests.nests[index]
    let levels = nest.open.contains("[f(b=(") ? 64 : 256
    let program =
      String(repeating: nest.open, count: levels) + nest.middle + String(repeating: nest.close, count: levels)
    #expect(onSmallStack { outcome(program) } == "1 statements")
    let deeper = nest.open + program + nest.close
    #expect(onSmallStack { outcome(deeper) } == "this is nested too deep")
  }

  @Test(arguments: ["1 + ", "a and ", "a or ", "a < ", "a * "])
  func chains(link: String) {
    for count in [2, 500, 998] {
      let program = String(repeating: link, count: count) + "1"
      #expect(onSmallStack { outcome(program) } == "1 statements")
    }
    for count in [1_100, 100_000] {
      let program = String(repeating: link, count: count) + "1"
      #expect(onSmallStack { outcome(program) } == "this formula is too long")
    }
  }

  @Test(arguments: [".b", "[0]", ".b()"])
  func chainsBehindAValue(link: String) {
    #expect(onSmallStack { outcome("a" + String(repeating: link, count: 450)) } == "1 statements")
    #expect(
      onSmallStack { outcome("a" + String(repeating: link, count: 100_000)) } == "this formula is too long")
  }

  /// A chain in the first term of a chain in brackets, again and again: the limits hold for the sum.
  @Test func chainsInBrackets() {
    let open = String(repeating: "(", count: 200)
    let close = String(repeating: " + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1)", count: 200)
    #expect(onSmallStack { outcome(open + "1" + close) } == "this formula is too long")
    let wide = "[" + String(repeating: "1 + 1 + 1 + 1, ", count: 20_000) + "]"
    #expect(onSmallStack { outcome(wide) } == "1 statements")
  }

  /// One line of a megabyte, of each kind.
  @Test(arguments: [
    ("x = [", "1, ", "]"), ("x = [", "12345.5e-3, ", "]"), ("f(", "a, ", ")"), ("x = '", "abc ", "'"),
    ("", "x = 1; ", ""),
    ("", "abcdef", ""), ("# ", "comment ", ""), ("x = ", "9", ""), ("", "plot a; ", ""),
    ("x = {", "'a': [b], ", "}"),
    ("x = 1", " ", ""), ("", "if a { b }; ", ""), ("x = '", "é\\n", "'"), ("été", "été", ""),
  ])
  func megabyteLine(parts: (start: String, unit: String, end: String)) {
    let count = 1_000_000 / parts.unit.utf8.count
    let program = parts.start + String(repeating: parts.unit, count: count) + parts.end
    #expect(outcome(program).hasSuffix(" statements"))
    #expect(isComplete(program, commands: sampleCommands) == .complete)
  }

  /// Hostile texts of half a megabyte, on which a scan of all that came before would take hours.
  @Test(arguments: [
    ("(", "]"), ("f(", "}"), ("a.b", ".c"), ("plot a.", "b."), ("def f(a", ", b"), ("'a", "\\'"),
    ("(a, ", "b=c, "), ("if a {", "} }"),
    ("a ? ", "? "), ("show (", "show ("), ("x = a < ", "b < "),
  ])
  func hostileTexts(parts: (first: String, second: String)) {
    let half = { (unit: String) in String(repeating: unit, count: 250_000 / unit.utf8.count) }
    let program = half(parts.first) + half(parts.second)
    for text in [program, parts.first + half(parts.second)] {
      #expect(!outcome(text).isEmpty)
      #expect(isComplete(text, commands: sampleCommands) != .complete)
      let context = CompletionContext(text, cursor: text.utf8.count, commands: sampleCommands)
      #expect(context.end == text.utf8.count)
      #expect(highlighted(text, commands: sampleCommands).string.utf8.count >= text.utf8.count)
    }
  }

  /// An error in the middle of a line of a megabyte is shown on a line of the screen.
  @Test func megabyteLineWithAnError() {
    let half = String(repeating: "1, ", count: 170_000)
    let program = "x = [" + half + "2 3, " + half + "]"
    do throws(Diagnostic) {
      _ = try Parser.parse(Source(program, name: "big.rank"), commands: sampleCommands)
      Issue.record("no error")
    } catch {
      let lines = error.rendered(width: 60).split(separator: "\n")
      #expect(lines.allSatisfy { $0.count <= 60 })
      #expect(lines.contains("  --> big.rank:1:510008"))
      #expect(lines.contains { $0.contains("2 3") })
    }
  }

  @Test func doublingComparisonsAreRefused() {
    let open = String(repeating: "1 < (", count: 100)
    let close = String(repeating: ") < 3", count: 100)
    #expect(outcome(open + "2" + close) == "a chain of comparisons stands within another")
  }
}
