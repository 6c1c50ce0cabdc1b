// Work on weights and adapters that is asked to stop.
import Adapters
import Kernels
import Models
import Signals
import Storage
import Synchronization
import Testing

@Suite struct InterruptionTests {
  private func model(_ widths: [Int]) -> Model {
    let architecture = Architecture.perceptron(PerceptronShape(widths: widths, activation: .relu))
    return Model(base: BaseWeights(architecture, seed: 1), description: "net")
  }

  /// Asked after so many looks.
  private func stop(after count: Int) -> StopSignal {
    let looks = Counter()
    return StopSignal { looks.next() > count }
  }

  @Test(arguments: [LoRAConfiguration.Initialization.gaussian, .pissa, .olora], [0, 2])
  func attachingStops(initialization: LoRAConfiguration.Initialization, after count: Int) throws {
    var configuration = LoRAConfiguration(rank: 4, alpha: .fixed(4))
    configuration.initialization = initialization
    let net = model([24, 24, 24])
    #expect(throws: Interruption.self) {
      try net.attached(configuration, stop: stop(after: count))
    }
    _ = try net.attached(configuration, stop: stop(after: .max))
  }

  @Test func mergingAndResizingStop() throws {
    let net = model([24, 24])
    let adapted = try net.attached(LoRAConfiguration(rank: 4, alpha: .fixed(4)))
    let adapter = try #require(adapted.adapter)
    for count in [0, 1] {
      #expect(throws: Interruption.self) {
        try adapted.merged(mode: .lora, stop: stop(after: count))
      }
      #expect(throws: Interruption.self) {
        try adapter.resized(
          rank: 2, rule: .lora, madeBy: Provenance(), stop: stop(after: count))
      }
    }
  }

  /// More rows than are added at a time.
  @Test func whatIsAskedAndGoesOnIsTheSameToTheBit() throws {
    let (inputs, outputs, rank) = (520, 521, 520)
    let net = model([inputs, outputs])
    var configuration = LoRAConfiguration(rank: rank, alpha: .fixed(3))
    configuration.initialization = .random
    let adapted = try net.attached(configuration)
    let questions = Counter()
    let signal = StopSignal {
      _ = questions.next()
      return false
    }
    let merged = try adapted.merged(mode: .lora, stop: signal)
    let adapter = try #require(adapted.adapter)
    let site = adapter.layout.sites[0]
    let expected = net.base.values.copy()
    let product = Buffer(count: inputs * outputs)
    matrixProduct(
      rows: outputs, columns: inputs, depth: rank, a: adapter.parameters.pointer + site.b.offset, aRow: rank,
      aColumn: 1, b: Panels(rowMajor: adapter.parameters.pointer + site.a.offset, rowStride: inputs),
      c: product.pointer, cRow: inputs)
    addScaled(
      product.count, product.pointer, by: site.factor(.lora), to: expected.pointer)
    #expect(merged.base.values.array() == expected.array())
    #expect(questions.next() > 3)
  }

  @Test func aLargeProductIsCut() {
    let (rows, columns, depth) = (64, 2048, 1024)
    let (a, b) = (Buffer(count: rows * depth), Buffer(count: depth * columns))
    RandomStream(seed: 1, purpose: .weights).fillNormal(a.pointer, count: a.count)
    RandomStream(seed: 2, purpose: .weights).fillNormal(b.pointer, count: b.count)
    func product(_ stop: StopSignal) -> [Float] {
      let c = Buffer(count: rows * columns)
      matrixProduct(
        rows: rows, columns: columns, depth: depth, a: a.pointer, aRow: depth, aColumn: 1,
        b: Panels(rowMajor: b.pointer, rowStride: columns), c: c.pointer, cRow: columns, stop: stop)
      return c.array()
    }
    let whole = product(.never)
    #expect(product(stop(after: .max)) == whole)
    #expect(product(stop(after: 0)).allSatisfy { $0 == 0 })
    let part = product(stop(after: 3))
    #expect(part != whole && part.contains { $0 != 0 })
  }

  @Test func aLargeBufferIsZeroAndCopied() {
    let last = 8_999_999..<9_000_000
    let large = Buffer(count: 9_000_000)
    #expect(large.array(0..<1) == [0] && large.array(last) == [0])
    (large.pointer + 8_999_999).pointee = 5
    #expect(large.copy().array(last) == [5])
    #expect(large.array(.never).last == 5)
    #expect(large.array(stop(after: 2)).count == 2 * Buffer.piece)
  }
}

/// Counts calls from any thread.
private final class Counter: Sendable {
  private let count = Atomic<Int>(0)

  /// 1 at the first call.
  func next() -> Int { count.add(1, ordering: .sequentiallyConsistent).newValue }
}
