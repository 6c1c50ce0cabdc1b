// Thousands of damaged files: each is refused or read correctly, and nothing crashes.

import FuzzSupport
import TensorFile
import Testing

@Suite struct MutationTests {
  /// A short run of what `scripts/fuzz` does at length.
  @Test(arguments: FuzzTarget.all.map(\.name))
  func campaign(name: String) throws {
    let target = try #require(FuzzTarget.all.first { $0.name == name })
    for seed in target.seeds {
      let outcome = try target.read(seed)
      #expect(outcome == .accepted, "a seed is refused: \(String(decoding: seed, as: UTF8.self))")
    }
    let tally = try Campaign(target, seed: 1).run(0..<5000)
    // Both outcomes are met, or the damage is of no use as a test.
    #expect(tally.accepted > 50 && tally.refused > 1000, "\(tally)")
  }

  /// A number makes the same input again, whatever ran before.
  @Test func inputsByNumber() {
    let campaign = Campaign(.safetensorsHeader, seed: 7)
    let inputs = (0..<100).map(campaign.input)
    #expect(inputs.reversed() == (0..<100).reversed().map(campaign.input))
    #expect(Set(inputs).count > 90)
    #expect(Campaign(.safetensorsHeader, seed: 8).input(0) != inputs[0])
  }

  /// A campaign finds a reader that is at fault, and says how to find the input again.
  @Test func finding() {
    let faulty = FuzzTarget(name: "faulty", seeds: [[1, 2, 3]], words: ["x"]) { bytes in
      try FuzzFinding.require(!bytes.contains(UInt8(ascii: "x")), "an x")
      return .accepted
    }
    let words = message { _ = try Campaign(faulty, seed: 1).run(0..<1000) } ?? ""
    #expect(words.hasPrefix("faulty, seed 1, iteration "))
    #expect(words.hasSuffix(": an x"))
  }

  @Test func noise() {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<2000 {
      let count = Int.random(in: 0..<200, using: &generator)
      let noise = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      #expect(message(noise) != nil)
      #expect(message(file(noise)) != nil)
    }
  }
}
