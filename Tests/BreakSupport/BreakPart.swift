// One way of trying to break the program on purpose, with inputs that can be made again by their numbers.
package import TestSupport

/// A part of `scripts/break`. To add one: a file in Parts with a type, and its place in `BreakParts.all`.
///
/// A part is used by one thread. It may keep what all its attempts need (a session, a file that each kill must leave whole),
/// and must not let one attempt decide another: a finding is tried again alone.
package protocol BreakPart: AnyObject, SendableMetatype {
  /// As the command line names it.
  static var name: String { get }
  /// One sentence: what is tried, and what counts as failed.
  static var sentence: String { get }
  /// How many attempts the suite makes: some seconds of them.
  static var shortCount: Int { get }
  /// How many seconds one attempt may take before it counts as stuck.
  static var patience: UInt32 { get }

  init(_ bench: BreakBench) throws

  /// An input, decided by `random` alone: a program, keys, damaged bytes, or words that say what is to be done and when.
  func input(_ random: inout SeededGenerator) -> [UInt8]

  /// Tries an input; gives in a word how it ended, for the tally. Throws a `BreakFinding` for what must not happen. Any
  /// other error is a finding as well, and so are the end of the process and no end within `patience`.
  func attempt(_ input: [UInt8]) throws -> String
}

extension BreakPart {
  package static var patience: UInt32 { 120 }

  /// The input of that number in the sequence of a seed.
  package func input(seed: UInt64, number: Int) -> [UInt8] {
    var mixer = SeededGenerator(seed: seed)
    var random = SeededGenerator(seed: mixer.next() ^ UInt64(truncatingIfNeeded: number) << 20)
    return input(&random)
  }
}

/// What must not happen, in a sentence.
package struct BreakFinding: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }

  /// Throws unless `condition` holds.
  package static func require(_ condition: Bool, _ words: @autoclosure () -> String) throws {
    if !condition { throw BreakFinding(words()) }
  }
}
