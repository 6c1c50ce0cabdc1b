// The part `keys`: streams of keys at the prompt on a terminal of its own.
import Foundation
package import TestSupport

package final class KeysPart: BreakPart {
  package static let name = "keys"
  package static let sentence =
    "keys at the prompt of the program on a terminal: random bytes, broken UTF-8, half escapes, pastes that stay open, quoted control characters, "
    + "histories full of them, new sizes in between; failed: a prompt that is dead or stuck, or an order of the input that reaches the terminal"
  package static let shortCount = 25
  package static let patience: UInt32 = 120

  private let bench: BreakBench

  package init(_ bench: BreakBench) { self.bench = bench }

  /// In an input: the next two bytes are columns and rows. It is no byte of UTF-8.
  private static let sizeMark: UInt8 = 0xFE
  /// In an input: what stands before it is the history.
  private static let historyMark: UInt8 = 0xFF

  private static let pieces: [[UInt8]] =
    [
      "\u{1B}", "\u{1B}[", "\u{1B}[20", "\u{1B}[200~", "\u{1B}[201~", "\u{1B}O", "\u{1B}[A", "\u{1B}[B",
      "\u{1B}[C", "\u{1B}[D",
      "\u{1B}[H", "\u{1B}[F", "\u{1B}[3~", "\u{1B}[1;5D", "\u{1B}\r", "\u{1B}]0;PWN\u{7}",
      "\u{1B}]52;c;aGFjaw==\u{7}", "\u{9B}2J", "\u{202E}",
      "\u{2066}", "\u{200F}", "\u{7}", "\r", "\n", "\t", "\t\t", "\u{7F}", "\u{8}", "\u{1}", "\u{2}", "\u{3}",
      "\u{5}", "\u{6}", "\u{B}", "\u{C}",
      "\u{E}", "\u{10}", "\u{12}", "\u{14}", "\u{15}", "\u{16}\u{1B}", "\u{16}\u{7}", "\u{16}\u{1}",
      "\u{16}\u{9}", "\u{17}", "\u{18}\u{12}", "\u{19}", "\u{1F}",
      "x = ", "6 * 7", "\"", "(", ")", "[", "]", "{", "}", "# ", "show(\"a", "load(\"", "zzz", "é",
      "e\u{301}", "漢字", "👩‍🔬", "\u{FEFF}", " ", "?", "help ",
      "train(m, ", "lora(r=", "scal",
    ].map { Array($0.utf8) } + [
      [0x80], [0xC3], [0xE6, 0xBC], [0xF0, 0x9F], [0xED, 0xA0, 0x80], [0xF8], [0x00], [0xC0, 0x80],
    ]

  package func input(_ random: inout SeededGenerator) -> [UInt8] {
    var bytes: [UInt8] = []
    if Int.random(in: 0..<3, using: &random) == 0 {
      for _ in 0..<Int.random(in: 1...20, using: &random) {
        bytes += Self.keys(&random).filter { $0 < Self.sizeMark }
        if Bool.random(using: &random) { bytes.append(0x0A) }
      }
      bytes.append(Self.historyMark)
    }
    for _ in 0..<Int.random(in: 1...60, using: &random) {
      if Int.random(in: 0..<25, using: &random) == 0 {
        bytes += [
          Self.sizeMark, UInt8.random(in: 2...200, using: &random), UInt8.random(in: 2...60, using: &random),
        ]
      } else {
        bytes += Self.keys(&random)
      }
    }
    return bytes
  }

  /// Some keys. Neither the one that ends the program with a core, nor the one at which the terminal holds its output, nor
  /// one of the marks.
  private static func keys(_ random: inout SeededGenerator) -> [UInt8] {
    if Int.random(in: 0..<5, using: &random) > 0 { return pieces.randomElement(using: &random) ?? [] }
    return (0..<Int.random(in: 1...5, using: &random)).map { _ in
      let byte = UInt8.random(in: 0..<sizeMark, using: &random)
      return byte == 0x1C || byte == 0x13 ? 0x61 : byte
    }
  }

  package func attempt(_ input: [UInt8]) throws -> String {
    try bench.clear()
    let parts = input.split(separator: Self.historyMark, maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 2 {
      let folder = bench.folder.path + "/state/ranklab"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try bench.folder.write(bytes: Array(parts[0]), to: "state/ranklab/history")
    }
    let terminal = try PseudoTerminal(
      bench.program, in: bench.folder, environment: ["RANKLAB_THREADS": "1"], columns: 80, rows: 24,
      patience: .seconds(30))
    try terminal.wait(for: "the prompt", Self.isAtPrompt)
    let keys = parts.last ?? []
    let ending = try press(Array(keys), terminal)
    if ending == nil { try recover(terminal) }
    try check(terminal)
    return ending ?? "prompt"
  }

  /// Types the keys; gives how the program ended, where they say that it should: nil where it did not.
  private func press(_ keys: [UInt8], _ terminal: PseudoTerminal) throws -> String? {
    var rest = keys[...]
    do {
      while !rest.isEmpty {
        let part = rest.prefix { $0 != Self.sizeMark }
        try terminal.send(bytes: Array(part))
        rest = rest.dropFirst(part.count)
        guard rest.count >= 3 else { break }
        let numbers = rest.prefix(3).dropFirst().map { Int($0) }
        rest = rest.dropFirst(3)
        try terminal.resize(columns: max(2, numbers[0]), rows: max(2, numbers[1]))
      }
      try terminal.resize(columns: 80, rows: 24)
      return nil
    } catch {
      return try ended(terminal, error)
    }
  }

  /// The end of input and words that leave may end the program, with code 0 and in no other way.
  private func ended(_ terminal: PseudoTerminal, _ error: any Error) throws -> String {
    guard "\(error)".contains("the program ended") else { throw BreakFinding("stuck: \(error)") }
    let exit = try terminal.waitForExit()
    try BreakFinding.require(exit == .code(0), "the program ended with \(exit)")
    return "left"
  }

  /// After the end of a paste, a key that was quoted, and an interrupt the prompt computes.
  private func recover(_ terminal: PseudoTerminal) throws {
    do {
      // Each is taken before the next comes: the interrupt key drops the keys that wait, in part or as a whole.
      for keys in ["\u{1B}[201~", "\u{3}", "\u{3}", "\u{3}"] {
        try terminal.send(keys)
        try terminal.wait(for: "rest") { _ in true }
      }
      try terminal.wait(for: "the prompt", Self.isAtPrompt)
      try terminal.send("6 * 7\r")
      try terminal.wait(for: "42") { screen in screen.rows.suffix(2).first == "42" && Self.isAtPrompt(screen)
      }
    } catch {
      _ = try ended(terminal, error)
    }
  }

  private static func isAtPrompt(_ screen: Screen) -> Bool {
    screen.row == screen.rows.count - 1 && screen.column == 2 && screen.rows.last?.hasPrefix(">") == true
      && screen.rows.last?.dropFirst().allSatisfy { $0 == " " || $0.isLetter } == true
  }

  /// The editor's own orders are known to the screen; none of the input's is, and no sign that turns text round.
  private func check(_ terminal: PseudoTerminal) throws {
    let unknown = terminal.screen.unknown
    try BreakFinding.require(unknown.isEmpty, "orders to the terminal: \(unknown)")
    for scalar in String(decoding: terminal.screen.received, as: UTF8.self).unicodeScalars {
      switch scalar.value {
      case 0x7F..<0xA0, 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x206F:
        throw BreakFinding("raw on the terminal: U+\(String(scalar.value, radix: 16, uppercase: true))")
      default: break
      }
    }
  }
}
