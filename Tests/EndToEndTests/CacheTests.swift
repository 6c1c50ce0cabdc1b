// Pretrained weights come from the cache the second time, and change nothing.
import Foundation
import TestSupport
import Testing

@Suite struct CacheTests {
  private let script = """
    def bits(xs) { for x in xs { show(x * 2**50 // 1, x * 2**50 % 1 * 2**30) } }
    base = transformer(layers=1, width=32, heads=2, context=16)
    first = pretrain(base, language(1), steps=40)
    first
    bits(first.loss + first.grad_norm + first.eval_loss)
    m = attach(base, lora(r=4))
    bits(train(m, language(1, shift=0.4), steps=5).loss)
    """

  private let hit = "pretrained weights come from the cache"

  private func files(_ bench: Bench) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: bench.folder.path + "/cache/ranklab").sorted()
  }

  @Test func theSecondProcessTakesTheWeightsFromTheCache() throws {
    let bench = try Bench()
    let first = try bench.run(script: script)
    #expect(first.exit == .code(0), "\(first.errors)")
    #expect(!first.errors.contains(hit))
    #expect(try files(bench).count == 1)
    let second = try bench.run(script: script)
    #expect(second.errors.contains(hit))
    #expect(second.output == first.output)
    #expect(try files(bench).count == 1)
  }

  @Test func otherSettingsAreOtherWeights() throws {
    let bench = try Bench()
    _ = try bench.run(script: script)
    for change in ["steps=41", "steps=40, seed=1", "steps=40, lr=1e-3", "steps=40, schedule=linear"] {
      let other = try bench.run(script: script.replacing("steps=40", with: change))
      #expect(other.exit == .code(0))
      #expect(!other.errors.contains(hit), "\(change)")
    }
    let model = try bench.run(script: script.replacing("context=16", with: "context=16, seed=1"))
    #expect(!model.errors.contains(hit))
    let data = try bench.run(script: script.replacing("(base, language(1)", with: "(base, language(2)"))
    #expect(!data.errors.contains(hit))
    #expect(try files(bench).count == 7)
  }

  @Test func aBrokenFileIsSaidAndReplaced() throws {
    let bench = try Bench()
    let first = try bench.run(script: script)
    let name = try #require(try files(bench).first)
    let path = "cache/ranklab/\(name)"
    let bytes = Array(try Data(contentsOf: bench.folder.appendingPathComponent(path)))
    try bench.write(bytes: Array(bytes.dropLast(100)), to: path)
    let second = try bench.run(script: script)
    #expect(second.output == first.output)
    #expect(second.errors.contains("the cache is not used:"))
    #expect(try Array(Data(contentsOf: bench.folder.appendingPathComponent(path))) == bytes)
    #expect(try bench.run(script: script).errors.contains(hit))
  }

  @Test func aCacheThatCannotBeWrittenIsSaidAndHindersNothing() throws {
    let bench = try Bench()
    try bench.write("in the way", to: "cache")
    let result = try bench.run(script: script)
    #expect(result.exit == .code(0))
    #expect(result.errors.contains("the weights are not kept:"))
  }
}
