// Weights in every storage: what products, plans and copies make of them has the same bits.
import Adapters
import Kernels
import Models
import ReferenceSupport
import Storage
import Testing

@Suite struct StoredMatrixTests {
  enum Storage: CaseIterable { case floats, transposed, halves, transposedHalves }

  /// Holds the bits that `HalfElements` borrow.
  private final class Bits: Sendable {
    let pointer: UInt
    let count: Int

    init(_ bits: [UInt16]) {
      let copy = UnsafeMutableBufferPointer<UInt16>.allocate(capacity: bits.count)
      _ = copy.initialize(from: bits)
      pointer = UInt(bitPattern: copy.baseAddress)
      count = bits.count
    }

    deinit { UnsafeMutablePointer<UInt16>(bitPattern: pointer)?.deallocate() }

    var bytes: UnsafeRawBufferPointer {
      UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: pointer), count: 2 * count)
    }
  }

  /// Values that fit 16 bits of the brain format.
  private func rounded(_ values: [Float]) -> [Float] {
    values.map { Float(bitPattern: $0.bitPattern & 0xFFFF_0000) }
  }

  private func storage(_ kind: Storage, _ values: [Float], rows: Int, columns: Int) -> WeightStorage {
    let isTransposed = kind == .transposed || kind == .transposedHalves
    let stored =
      isTransposed
      ? (0..<values.count).map { values[$0 % rows * columns + $0 / rows] } : values
    switch kind {
    case .floats, .transposed: return WeightStorage(Buffer(stored), isTransposed: isTransposed)
    case .halves, .transposedHalves:
      let bits = Bits(stored.map { UInt16($0.bitPattern >> 16) })
      return WeightStorage(
        HalfElements(.brain, borrowing: bits.bytes, from: bits), isTransposed: isTransposed)
    }
  }

  /// Packed panels, and the storage read a block at a time: sizes within a block, of whole blocks, and beyond.
  @Test(arguments: [
    (9, 50, 37), (1, 130, 513), (32, 64, 384), (70, 150, 1030), (40, 1030, 150), (600, 70, 520),
  ])
  func productsHaveTheSameBits(_ size: (rows: Int, outputs: Int, inputs: Int)) {
    let (rows, outputs, inputs) = size
    var random = TestRandom(UInt64(rows))
    let values = rounded(random.floats(outputs * inputs))
    let x = Buffer(random.floats(rows * inputs))
    let dy = Buffer(random.floats(rows * outputs))
    let (startY, startX) = (random.floats(rows * outputs), random.floats(rows * inputs))
    func products(_ kind: Storage, isPacked: Bool, isAdded: Bool) -> [UInt32] {
      let matrix = FrozenMatrix(
        StoredMatrix(
          storage(kind, values, rows: outputs, columns: inputs), rows: outputs, columns: inputs),
        isPacked: isPacked)
      // What scratch holds before does not matter.
      let scratch = Buffer(Array(repeating: .nan, count: matrix.scratchCount(rows: rows)))
      let (y, dx) = (Buffer(startY), Buffer(startX))
      matrix.multiply(
        rows: rows, x: x.pointer, y: y.pointer, initial: isAdded ? UnsafePointer(y.pointer) : nil,
        scratch: scratch.pointer)
      matrix.multiplyTransposed(
        rows: rows, dy: dy.pointer, dx: dx.pointer, initial: isAdded ? UnsafePointer(dx.pointer) : nil,
        scratch: scratch.pointer)
      return (y.array() + dx.array()).map(\.bitPattern)
    }
    for isAdded in [false, true] {
      let expected = products(.floats, isPacked: true, isAdded: isAdded)
      for kind in Storage.allCases {
        for isPacked in [true, false] {
          let found = products(kind, isPacked: isPacked, isAdded: isAdded)
          #expect(found == expected, "\(kind), packed \(isPacked), added \(isAdded)")
        }
      }
    }
  }

  @Test(arguments: Storage.allCases)
  func copiesAreInTheOrderOfRows(_ kind: Storage) {
    let (rows, columns) = (21, 13)
    var random = TestRandom(4)
    let values = rounded(random.floats(rows * columns))
    let matrix = StoredMatrix(
      storage(kind, values, rows: rows, columns: columns), rows: rows, columns: columns)
    let all = Buffer(count: values.count)
    matrix.copy(into: all.pointer)
    #expect(all.array() == values)
    let some = matrix.withRows(5..<18) { Array(UnsafeBufferPointer(start: $0, count: 13 * columns)) }
    #expect(some == Array(values[5 * columns..<18 * columns]))
    #expect(matrix.storedElements(isTransposed: false)(7..<50) == Array(values[7..<50]))
    let transposed = (0..<values.count).map { values[$0 % rows * columns + $0 / rows] }
    #expect(matrix.storedElements(isTransposed: true)(7..<50) == Array(transposed[7..<50]))
  }

  /// A training step of a model whose weights all stand in another storage.
  @Test(arguments: Storage.allCases, FormTests.forms)
  func stepsHaveTheSameBits(_ kind: Storage, _ form: TransformerForm) throws {
    let shape = TransformerShape(
      form, layers: 2, width: 24, heads: 4, keyHeads: form.isFused ? 4 : 2, feedForward: 40, context: 10,
      vocabulary: 19)
    let drawn = BaseWeights(.transformer(shape), seed: 3)
    let base = BaseWeights(drawn.architecture, values: Buffer(rounded(drawn.values.array())))
    let apart = BaseWeights(
      base.architecture,
      storage: base.shapes.indices.map { i in
        let (rows, columns) = (base.shapes[i].rows, base.shapes[i].columns)
        let values = base.matrix(i).withFloats {
          Array(UnsafeBufferPointer(start: $0, count: rows * columns))
        }
        return storage(kind, values, rows: rows, columns: columns)
      })
    #expect(apart.values.array() == base.values.array())
    for isDecomposed in [false, true] {
      let expected = try step(base, isDecomposed: isDecomposed)
      #expect(try step(apart, isDecomposed: isDecomposed) == expected)
    }
  }

  private func step(_ base: BaseWeights, isDecomposed: Bool) throws -> [UInt32] {
    var configuration = LoRAConfiguration(rank: 3, alpha: .fixed(6))
    configuration.usesDoRA = isDecomposed
    let model = try Model(base: base, description: "stored").attached(configuration)
    let adapter = try #require(model.adapter)
    let shape = BatchShape(sequences: 3, positions: 10)
    let tokens = TokenBuffer(rows: shape.rows)
    for i in 0..<shape.rows {
      tokens.tokens[i] = Int32(i * 7 % 19)
      tokens.targets[i] = Int32((i + 1) * 7 % 19)
    }
    let plan = Plan(model: model, rule: .lora, trainable: .adapter, shape: shape)
    try plan.prepare(parameters: adapter.parameters)
    let loss = try plan.step(
      parameters: adapter.parameters, batch: Batch(tokens: tokens, countedRows: shape.rows), step: 0,
      dropoutSeed: nil)
    return [Float(loss).bitPattern] + (plan.gradient.array() + adapter.parameters.array()).map(\.bitPattern)
  }
}
