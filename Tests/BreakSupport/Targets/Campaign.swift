// Many damaged inputs for one target, each of which can be made again by its number.
import TestSupport

/// A campaign against one target. Seed and number decide an input, whatever ran before it.
package struct Campaign {
  /// How many inputs were accepted and refused.
  package struct Tally: Equatable, Sendable {
    package var accepted = 0
    package var refused = 0

    package init() {}
  }

  /// An input that was not treated as it must be.
  package struct Failure: Error, CustomStringConvertible {
    package let target: String
    package let seed: UInt64
    package let iteration: Int
    package let reason: String

    package var description: String { "\(target), seed \(seed), iteration \(iteration): \(reason)" }
  }

  package let target: FuzzTarget
  package let seed: UInt64
  private let damage: Damage

  package init(_ target: FuzzTarget, seed: UInt64) {
    self.target = target
    self.seed = seed
    damage = Damage(seeds: target.seeds, words: target.words)
  }

  /// The input of this number.
  package func input(_ iteration: Int) -> [UInt8] {
    var mixer = SeededGenerator(seed: seed)
    var generator = SeededGenerator(seed: mixer.next() ^ UInt64(truncatingIfNeeded: iteration) << 20)
    return damage.input(&generator)
  }

  /// An input, with the target's name in its first line.
  func input(_ random: inout SeededGenerator) -> [UInt8] {
    Array((target.name + "\n").utf8) + damage.input(&random)
  }

  /// Reads the inputs of these numbers; calls `before` with each number first. Error `Failure` at the first
  /// finding.
  package func run(_ iterations: Range<Int>, before: (Int) -> Void = { _ in }) throws -> Tally {
    var tally = Tally()
    for iteration in iterations {
      before(iteration)
      do {
        switch try target.read(input(iteration)) {
        case .accepted: tally.accepted += 1
        case .refused: tally.refused += 1
        }
      } catch {
        throw Failure(target: target.name, seed: seed, iteration: iteration, reason: "\(error)")
      }
    }
    return tally
  }
}
