// Accesses beyond their memory end the process; kernels make none.
import Kernels
import Storage
import Testing

@Suite struct BoundsTests {
  /// Floats at the end or the beginning of a page of their own.
  private final class Guarded {
    let block: GuardedBlock
    var pointer: UnsafeMutablePointer<Float> { block.pointer }

    init(_ count: Int, _ side: GuardedBlock.Side, slack: Int = 0) {
      block = GuardedBlock(count: count + slack, exactAt: side)
      for i in 0..<count { pointer[i] = Float(i % 13) * 0.25 - 1 }
    }

    deinit { block.free() }
  }

  /// Rows and columns that fill groups of lanes and do not.
  static let sizes = [(1, 1), (3, 15), (2, 16), (5, 17), (8, 32), (9, 33), (4, 100)]

  @Test(arguments: sizes, GuardedBlock.Side.allCases)
  func kernelsStayWithinTheirMemory(_ size: (Int, Int), _ side: GuardedBlock.Side) {
    let (rows, columns) = size
    let count = rows * columns
    func block(_ count: Int) -> Guarded { Guarded(count, side) }
    let (x, y, z, out) = (block(count), block(count), block(count), block(count))
    let (row, column, other) = (block(columns), block(rows), block(rows))
    let (gains, sums) = (block(columns), block(columns))
    for activation in Activation.allCases {
      activationForward(activation, count: count, x: x.pointer, y: y.pointer)
      activationBackward(
        activation, count: count, x: x.pointer, dy: y.pointer, dx: z.pointer, accumulate: true)
    }
    gatedForward(count: count, gate: x.pointer, up: y.pointer, y: z.pointer)
    gatedBackward(
      count: count, gate: x.pointer, up: y.pointer, dy: z.pointer, gateGradient: out.pointer,
      upGradient: out.pointer)
    rmsNormForward(
      rows: rows, columns: columns, x: x.pointer, weight: row.pointer, epsilon: 1e-5, y: y.pointer,
      reciprocal: column.pointer)
    rmsNormBackward(
      rows: rows, columns: columns, x: x.pointer, weight: row.pointer, reciprocal: column.pointer,
      dy: y.pointer, dx: z.pointer, accumulate: false)
    rmsNormWeightGradient(
      rows: rows, columns: columns, x: x.pointer, reciprocal: column.pointer, dy: y.pointer, dw: sums.pointer)
    layerNormForward(
      rows: rows, columns: columns, x: x.pointer, weight: row.pointer, bias: gains.pointer, epsilon: 1e-5,
      y: y.pointer, mean: other.pointer, reciprocal: column.pointer)
    layerNormBackward(
      rows: rows, columns: columns, x: x.pointer, weight: row.pointer, mean: other.pointer,
      reciprocal: column.pointer, dy: y.pointer, dx: z.pointer, accumulate: true)
    layerNormParameterGradients(
      rows: rows, columns: columns, x: x.pointer, mean: other.pointer, reciprocal: column.pointer,
      dy: y.pointer, dw: sums.pointer, db: gains.pointer)
    squaredError(
      rows: rows, columns: columns, y: x.pointer, target: y.pointer, losses: column.pointer,
      gradient: z.pointer, scale: 1)
    crossEntropy(
      rows: rows, vocabulary: columns, logits: x.pointer, targets: Array(repeating: Int32(0), count: rows),
      losses: column.pointer, gradient: z.pointer, scale: 1)
    transpose(rows: rows, columns: columns, x.pointer, into: out.pointer)
    rowNorms(rows: rows, columns: columns, x.pointer, rowStride: columns, into: column.pointer)
    scaleColumns(rows: rows, columns: columns, x.pointer, by: row.pointer, into: y.pointer)
    addBias(rows: rows, columns: columns, bias: row.pointer, to: x.pointer, into: y.pointer)
    addColumnSums(rows: rows, columns: columns, x.pointer, to: sums.pointer)
    exponential(count, x.pointer, into: y.pointer)
    let stream = RandomStream(seed: 1, purpose: .noise)
    stream.fillNormal(y.pointer, count: count)
    dropoutForward(
      rows: rows, columns: columns, x: x.pointer, stream: stream, step: 1, firstRow: 0, probability: 0.5,
      mask: z.pointer, y: y.pointer)
    let isFinite = AdamWStep(
      learningRate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0, step: 1
    ).apply(
      count, parameters: x.pointer, gradient: y.pointer, mean: z.pointer, square: out.pointer,
      gradientScale: 1)
    // Squares that begin negative give no numbers; what matters is that nothing beyond the blocks was touched.
    #expect(!isFinite || count < 4)
  }

  @Test(arguments: [(1, 1, 1, 4), (6, 4, 2, 8), (40, 2, 1, 6)], GuardedBlock.Side.allCases)
  func attentionStaysWithinItsMemory(_ size: (Int, Int, Int, Int), _ side: GuardedBlock.Side) {
    let shape = AttentionShape(positions: size.0, heads: size.1, keyHeads: size.2, headWidth: size.3)
    let (q, k) = (size.0 * size.1 * size.3, size.0 * size.2 * size.3)
    // What products read row after row is read up to 31 floats beyond its end.
    func block(_ count: Int) -> Guarded { Guarded(count, side, slack: Buffer.slack) }
    let (x, y, z, out) = (block(q), block(k), block(k), block(q))
    let (dx, dy, dz) = (Guarded(q, side), Guarded(k, side), Guarded(k, side))
    let probabilities = Guarded(shape.probabilityCount, side)
    let scratch = Guarded(shape.scratchCount, side)
    attentionForward(
      shape, q: x.pointer, k: y.pointer, v: z.pointer, probabilities: probabilities.pointer,
      out: out.pointer, scratch: scratch.pointer)
    attentionBackward(
      shape, q: x.pointer, k: y.pointer, v: z.pointer, probabilities: probabilities.pointer,
      dout: out.pointer, dq: dx.pointer, dk: dy.pointer, dv: dz.pointer, scratch: scratch.pointer)
    #expect(dx.pointer[q - 1].isFinite && dz.pointer[k - 1].isFinite)
  }

  // MARK: Ends of the process

  @Test func aGuardedBlockEndsAtItsEnds() async {
    await #expect(processExitsWith: .failure) {
      GuardedBlock(count: 5).pointer[5] = 1
    }
    await #expect(processExitsWith: .failure) {
      GuardedBlock(count: 5, exactAt: .beginning).pointer[-1] = 1
    }
    await #expect(processExitsWith: .success) {
      let block = GuardedBlock(count: 5)
      block.pointer[4] = 1
      block.free()
    }
  }

  @Test func sizesAreCheckedAtTheDoors() async {
    await #expect(processExitsWith: .failure) {
      let x = Buffer(count: 64)
      matrixProduct(
        rows: 4, columns: 4, depth: 5, a: x.pointer, aRow: 5, aColumn: 1,
        b: Panels(rowMajor: x.pointer, rowStride: 4, depth: 4), c: x.pointer + 32, cRow: 4)
    }
    await #expect(processExitsWith: .failure) {
      let x = Buffer(count: 64)
      matrixProduct(
        rows: 4, columns: 4, depth: 4, a: x.pointer, aRow: 4, aColumn: 1,
        b: Panels(rowMajor: x.pointer, rowStride: 4, depth: 4), c: x.pointer + 32, cRow: 3)
    }
    await #expect(processExitsWith: .failure) { _ = Buffer(count: 8).elements(5, count: 4) }
    await #expect(processExitsWith: .failure) {
      let x = Buffer(count: 8)
      crossEntropy(
        rows: 1, vocabulary: 4, logits: x.pointer, targets: [4], losses: x.pointer + 4, gradient: nil,
        scale: 1)
    }
  }

  #if CHECKED
    /// Faults that a checked build finds and no other does.
    @Test func aCheckedBuildFindsWhatIsWrittenBeyondABuffer() async {
      await #expect(processExitsWith: .failure) {
        let x = Buffer(count: 20)
        x.pointer[20] = 1
      }
      await #expect(processExitsWith: .failure) {
        let x = Buffer(count: 20)
        x.pointer[20 + 2 * Buffer.slack] = 1
      }
      await #expect(processExitsWith: .failure) {
        let x = Buffer(count: 20)
        x.pointer[-1024] = 1
      }
      // A row too many.
      await #expect(processExitsWith: .failure) {
        let (a, b, c) = (Buffer(count: 48), Buffer(count: 256), Buffer(count: 2 * 32))
        matrixProduct(
          rows: 3, columns: 32, depth: 8, a: a.pointer, aRow: 8, aColumn: 1,
          b: Panels(rowMajor: b.pointer, rowStride: 32, depth: 8), c: c.pointer, cRow: 32)
      }
      await #expect(processExitsWith: .success) {
        let (a, b, c) = (Buffer(count: 48), Buffer(count: 256), Buffer(count: 3 * 32))
        matrixProduct(
          rows: 3, columns: 32, depth: 8, a: a.pointer, aRow: 8, aColumn: 1,
          b: Panels(rowMajor: b.pointer, rowStride: 32, depth: 8), c: c.pointer, cRow: 32)
      }
    }
  #endif
}
