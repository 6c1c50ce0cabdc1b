// Quantised numbers against those that bitsandbytes makes on a CPU: the same bits.
import Kernels
import ReferenceSupport
import Testing

@Suite struct QuantizationTests {
  private let fixture: Fixture

  init() throws { fixture = try Fixture("quantized") }

  private static let inputs = ["blocks", "rest", "odd", "one", "zeros", "ties-nf4", "ties-fp4"]

  private func bytes(_ name: String) throws -> [UInt8] { try fixture.integers(name).map { UInt8($0) } }

  @Test(arguments: inputs, [("nf4", FourBitFormat.nf4), ("fp4", .fp4)])
  func codesAndScalesAreTheSame(_ input: String, _ format: (name: String, format: FourBitFormat)) throws {
    let x = try fixture.floats("\(input).x")
    var codes = Array(repeating: UInt8(0xEE), count: (x.count + 1) / 2)
    var scales = Array(repeating: Float.nan, count: (x.count + 63) / 64)
    quantizeFourBits(x.count, x, format: format.format, block: 64, codes: &codes, scales: &scales)
    let name = "\(input).\(format.name)"
    #expect(codes == (try bytes("\(name).codes")))
    #expect(scales.map(\.bitPattern) == (try fixture.floats("\(name).scales").map(\.bitPattern)))
  }

  /// Whole and from every place on: what stands before and behind stays.
  @Test(arguments: ["blocks", "odd"], [("nf4", FourBitFormat.nf4), ("fp4", .fp4)])
  func levelsAreExpanded(_ input: String, _ format: (name: String, format: FourBitFormat)) throws {
    let name = "\(input).\(format.name)"
    let (codes, scales) = (try bytes("\(name).codes"), try fixture.floats("\(name).scales"))
    let expected = try fixture.floats("\(name).floats")
    for start in stride(from: 0, to: expected.count, by: 7) {
      for end in [start, min(start + 1, expected.count), min(start + 45, expected.count), expected.count] {
        var found = Array(repeating: Float(9), count: end - start + 1)
        scales.withUnsafeBufferPointer { scales in
          guard let base = scales.baseAddress else { return }
          expandFourBits(
            start..<end, codes: codes, levels: format.format.levels, block: 64, scales: .plain(base),
            into: &found)
        }
        #expect(found == Array(expected[start..<end]) + [9], "\(start)..<\(end)")
      }
    }
  }

  /// PyTorch's own map differs in the last places between its code paths: fixtures come from the plainest.
  @Test func dynamicMapIsTheSame() throws {
    for (own, other) in zip(dynamicMap(), try fixture.floats("double.map")) {
      #expect(abs(own - other) <= 2 * other.ulp)
    }
  }

  /// The mean is bitsandbytes' here; it sums in another order.
  @Test func scalesOfScalesAreTheSame() throws {
    let (scales, offset) = (try fixture.floats("double.scales"), try fixture.floats("double.offset")[0])
    let rest = scales.map { $0 - offset }
    var codes = Array(repeating: UInt8(0), count: rest.count)
    var outer = Array(repeating: Float.nan, count: (rest.count + 255) / 256)
    let map = try fixture.floats("double.map")
    quantizeBytes(rest.count, rest, map: map, block: 256, codes: &codes, scales: &outer)
    #expect(codes == (try bytes("double.codes")))
    #expect(outer == (try fixture.floats("double.nested")))
    let expected = try fixture.floats("double.expanded")
    for i in expected.indices {
      #expect(map[Int(codes[i])] * outer[i / 256] + offset == expected[i])
    }
  }

  @Test func numbersBeyondAllAreQuantised() {
    var codes: [UInt8] = [7, 7, 7]
    var scales: [Float] = [.nan]
    quantizeBytes(3, [0, 0, 0], map: dynamicMap(), block: 256, codes: &codes, scales: &scales)
    #expect(codes == [0, 0, 0] && scales == [0])
    let x: [Float] = [1, .infinity, -.infinity, 0] + Array(repeating: 0.5, count: 60)
    var four = Array(repeating: UInt8(0), count: 32)
    quantizeFourBits(64, x, format: .nf4, block: 64, codes: &four, scales: &scales)
    // As bitsandbytes: ∞/∞ is beyond the last level, and all else is 0.
    #expect(four[0] == 0x7F && four[1] == 0xF7 && four[2...].allSatisfy { $0 == 0x77 })
    #expect(scales[0] == .infinity)
    quantizeFourBits(64, [.nan] + x.dropFirst(), format: .nf4, block: 64, codes: &four, scales: &scales)
    #expect(four.allSatisfy { $0 == 0xFF } && scales[0].isNaN)
  }

  @Test func rowsAreQuantised() throws {
    let (rows, columns) = (70, 1100)
    let w = try fixture.floats("int8.w")
    var codes = Array(repeating: Int8(1), count: rows * columns)
    var scales = Array(repeating: Float.nan, count: rows)
    quantizeRows(rows, columns, w, codes: &codes, scales: &scales)
    #expect(codes.map { Int($0) } == (try fixture.integers("int8.codes")))
    #expect(scales == (try fixture.floats("int8.scales")))
    let expected = try fixture.floats("int8.floats")
    for row in 0..<6 {
      var found = Array(repeating: Float(0), count: columns)
      expandRow(
        columns, codes: Array(codes[row * columns..<(row + 1) * columns]), scale: scales[row], into: &found)
      #expect(found == Array(expected[row * columns..<(row + 1) * columns]))
    }
  }

  /// Rounding to 16 bits, of every kind of number: against Swift's own.
  @Test func activationsAreRoundedToHalves() {
    var random = TestRandom(3)
    for scale: Float in [1e-8, 1e-5, 1, 1e4] {
      let x = random.floats(500).map { scale * $0 }
      var (codes, scales, outliers) = (x, [Float(0)], x)
      let count = quantizeActivations(
        1, x.count, x, threshold: 0, codes: &codes, scales: &scales, outliers: &outliers)
      #expect(count == 0)
      #if !(os(macOS) && arch(x86_64))
        let halves = x.map { Float(Float16($0)) }
        let largest = halves.map(\.magnitude).max() ?? 0
        #expect(scales[0] == largest)
        let expected = halves.map {
          largest == 0 ? 0 : ($0 * ((1 / largest) * 127)).rounded(.toNearestOrEven)
        }
        #expect(codes == expected)
      #endif
    }
  }

  @Test func columnsWithOutliersAreLeftOut() {
    let x: [Float] = [1, 6, -2, 0, 3, 5.9, 2, -7, .nan, 0, 0, 0, 1e6, 0, 0, 0]
    var codes = Array(repeating: Float(0), count: 16)
    var (scales, outliers) = (Array(repeating: Float(0), count: 4), Array(repeating: Float(0), count: 4))
    let count = quantizeActivations(
      4, 4, x, threshold: 6, codes: &codes, scales: &scales, outliers: &outliers)
    #expect(Array(outliers[0..<count]) == [0, 1, 3])
    #expect(Array(codes[0..<8]) == [0, 0, -127, 0, 0, 0, 43, 0])
    #expect(scales[0] == 2 && scales[1] == 5.8984375 && scales[2].isNaN && scales[3] == 0)
  }
}
