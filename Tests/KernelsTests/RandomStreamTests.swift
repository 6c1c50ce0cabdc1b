// The generator against published answers, and the draws against their distributions.
import Kernels
import ReferenceSupport
import Storage
import Testing

@Suite struct RandomStreamTests {
  @Test func knownAnswers() throws {
    let cases = try #require(try Fixture.json("random")["cases"] as? [[String: Any]])
    #expect(cases.count == 8)
    for known in cases {
      func words(_ name: String) throws -> (UInt32, UInt32, UInt32, UInt32) {
        let values = try #require(known[name] as? [Any]).map { value in
          (value as? String).flatMap { UInt32($0.replacing("0x", with: ""), radix: 16) }
            ?? UInt32(truncatingIfNeeded: (value as? Int) ?? -1)
        }
        return (values[0], values[1], values[2], values[3])
      }
      let result = RandomStream.words(key: try words("key"), counter: try words("counter"))
      let expected = try words("words")
      #expect(result == expected)
    }
  }

  @Test func normalDrawsHaveTheirMoments() {
    let count = 1 << 20
    let buffer = Buffer(count: count)
    RandomStream(seed: 7, purpose: .weights).fillNormal(buffer.pointer, count: count)
    var moments = [0.0, 0.0, 0.0, 0.0]
    for i in 0..<count {
      let x = Double(buffer.pointer[i])
      for (j, power) in [x, x * x, x * x * x, x * x * x * x].enumerated() {
        moments[j] += power / Double(count)
      }
    }
    print("normal moments \(moments)")
    #expect(abs(moments[0]) < 0.005 && abs(moments[1] - 1) < 0.01)
    #expect(abs(moments[2]) < 0.02 && abs(moments[3] - 3) < 0.06)
  }

  @Test func uniformDrawsFillTheirRange() {
    let buffer = Buffer(count: 100_000)
    RandomStream(seed: 3, purpose: .adapter).fillUniform(buffer.pointer, count: buffer.count, from: -2, to: 2)
    let values = buffer.array()
    #expect((values.min() ?? 0) >= -2 && (values.max() ?? 9) < 2)
    #expect((values.min() ?? 0) < -1.99 && (values.max() ?? 0) > 1.99)
    #expect(abs(sum(buffer.pointer, count: buffer.count) / 100_000) < 0.02)
  }

  @Test func aDrawDoesNotDependOnHowManyAreDrawn() {
    let stream = RandomStream(seed: 11, purpose: .batch, index: 2)
    let long = Buffer(count: 300)
    stream.fillNormal(long.pointer, count: 300, position: 5)
    for count in [1, 15, 16, 63, 64, 65, 130] {
      let short = Buffer(count: count)
      stream.fillNormal(short.pointer, count: count, position: 5)
      #expect(short.array() == Array(long.array().prefix(count)))
    }
  }

  @Test func seedsPurposesIndicesAndPositionsDiffer() {
    func first(_ seed: UInt64, _ purpose: RandomPurpose, _ index: UInt32, _ position: UInt64) -> [Float] {
      let buffer = Buffer(count: 8)
      RandomStream(seed: seed, purpose: purpose, index: index)
        .fillUniform(buffer.pointer, count: 8, position: position)
      return buffer.array()
    }
    let draws = [
      first(0, .weights, 0, 0), first(1, .weights, 0, 0), first(1 << 32, .weights, 0, 0),
      first(0, .adapter, 0, 0), first(0, .weights, 1, 0), first(0, .weights, 0, 1),
      first(0, .weights, 0, 1 << 32),
    ]
    #expect(Set(draws).count == draws.count)
  }
}
