// Mutated programs: never a crash, and every error has a title, a place within the text and a message.
import Foundation
import Language
import TestSupport
import Testing
import Text

@Suite struct FuzzTests {
  private static func programs() throws -> [String] {
    let paths = try ExpectationFile.paths(in: "Grammar") + ExpectationFile.paths(in: "Diagnostics")
    return try paths.flatMap { try ExpectationFile($0).examples.map(\.program) }.filter {
      $0.utf8.count < 400
    }
  }

  private static let pieces = [
    "(", ")", "[", "]", "{", "}", "\"", "'", "\"\"\"", "\\", "\n", ";", ",", ":", ".", "=", "==", "?", "#",
    " ", "  ", "+", "-", "**",
    "not ", " in ", " if ", " else ", "for ", "def ", "return ", "lambda", "1", "2e", "_", "x", "train ",
    "scaling", "é", "\u{301}", "漢",
    "\t", "\r\n", "\u{0}", "\u{1B}", "@", ":=", "+=", "f\"", "😀", "is ", "\u{FEFF}",
  ]

  private static func mutated(_ program: String, _ others: [String], _ random: inout SeededGenerator)
    -> String
  {
    var scalars = Array(program.unicodeScalars)
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let place = Int.random(in: 0...scalars.count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0:
        scalars.insert(
          contentsOf: pieces[Int.random(in: 0..<pieces.count, using: &random)].unicodeScalars, at: place)
      case 1 where place < scalars.count:
        scalars.remove(at: place)
      case 2:
        scalars.removeSubrange(place...)
      case 3:
        let other = Array(others[Int.random(in: 0..<others.count, using: &random)].unicodeScalars)
        scalars.insert(contentsOf: other.prefix(Int.random(in: 0...other.count, using: &random)), at: place)
      default:
        let end = Int.random(in: place...scalars.count, using: &random)
        scalars.insert(contentsOf: scalars[place..<end], at: place)
      }
    }
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars.prefix(2_000))
    return String(view)
  }

  /// Scalar by scalar: a combining mark behind a colour code belongs to the text.
  private static func withoutColors(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    var isCode = false
    for scalar in text.unicodeScalars {
      if scalar == "\u{1B}" { isCode = true }
      if !isCode { result.append(scalar) }
      if scalar == "m" { isCode = false }
    }
    return String(result)
  }

  private static func check(_ program: String) {
    let count = program.utf8.count
    var parses = true
    do throws(Diagnostic) {
      _ = try Parser.parse(Source(program), commands: sampleCommands)
    } catch {
      parses = false
      #expect(!error.title.isEmpty && error.source?.text == program, "\(program)")
      #expect(!error.label.isEmpty || !error.body.isEmpty || !error.fix.isEmpty, "\(program)")
      let spans = [error.span].compactMap { $0 } + error.others.map(\.span)
      #expect(
        !spans.isEmpty && spans.allSatisfy { $0.start >= 0 && $0.start <= $0.end && $0.end <= count },
        "\(program)")
      let plain = error.rendered(unicode: false, width: 40)
      #expect(plain.utf8.allSatisfy { $0 == 0x0A || $0 >= 0x20 && $0 < 0x7F }, "\(program)")
      #expect(plain.contains("^"), "\(program)")
      #expect(withoutColors(error.rendered(color: true)) == error.rendered(), "\(program)")
    }
    let completeness = isComplete(program, commands: sampleCommands)
    // A text that joins the next line by a backslash parses and still waits.
    if parses {
      #expect(completeness != .invalid, "\(program)")
    } else {
      #expect(completeness != .complete, "\(program)")
    }
    let cursor = count / 2
    let context = CompletionContext(program, cursor: cursor, commands: sampleCommands)
    #expect(context.start <= context.end && context.end <= count && context.start >= 0, "\(program)")
    let colored = highlighted(program, commands: sampleCommands).string
    #expect(withoutColors(colored) == program.safe(unicode: true, keepingLineBreaks: true), "\(program)")
  }

  /// The number of mutations for each of four seeds; RANKLAB_MUTATIONS in the environment sets another.
  private static var count: Int {
    ProcessInfo.processInfo.environment["RANKLAB_MUTATIONS"].flatMap { Int($0) } ?? 2_000
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func mutations(seed: UInt64) throws {
    let programs = try FuzzTests.programs()
    var random = SeededGenerator(seed: seed)
    for round in 0..<FuzzTests.count {
      let program = programs[Int.random(in: 0..<programs.count, using: &random)]
      FuzzTests.check(
        round.isMultiple(of: 2)
          ? FuzzTests.mutated(program, programs, &random)
          : Mutation.mutated(program, words: FuzzTests.pieces, &random))
    }
  }

  /// Every prefix of every program of the tests.
  @Test func prefixes() throws {
    for program in try FuzzTests.programs() {
      for end in program.indices { FuzzTests.check(String(program[..<end])) }
    }
  }
}
