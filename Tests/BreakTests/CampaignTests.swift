// Thousands of damaged files for every reader: each is refused or read correctly, and nothing crashes.

import BreakSupport
import Testing

@Suite struct CampaignTests {
  /// A short run of what `scripts/break` does at length.
  @Test(arguments: FuzzTarget.all.map(\.name))
  func campaign(name: String) throws {
    let count = ["saved": 600, "products": 1000, "steps": 300][name] ?? 3000
    let target = try #require(FuzzTarget.all.first { $0.name == name })
    #expect(!target.seeds.isEmpty && !target.seeds.contains([]), "a fixture is missing")
    for seed in target.seeds {
      let outcome = try target.read(seed)
      #expect(outcome == .accepted, "a seed is refused: \(String(decoding: seed, as: UTF8.self))")
    }
    let tally = try Campaign(target, seed: 1).run(0..<count)
    // Both outcomes are met, or the damage is of no use as a test; but to lint every text is Python.
    #expect(tally.accepted > count / 100 && (tally.refused > count / 5 || name == "python"), "\(tally)")
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
  @Test func finding() throws {
    let faulty = FuzzTarget(name: "faulty", seeds: [[1, 2, 3]], words: ["x"]) { bytes in
      try BreakFinding.require(!bytes.contains(UInt8(ascii: "x")), "an x")
      return .accepted
    }
    let failure = try #require(throws: Campaign.Failure.self) {
      try Campaign(faulty, seed: 1).run(0..<1000)
    }
    let words = failure.description
    #expect(words.hasPrefix("faulty, seed 1, iteration "))
    #expect(words.hasSuffix(": an x"))
  }
}
