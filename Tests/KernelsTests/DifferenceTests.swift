// Gradients of every operation against central differences of its forward pass.
import Kernels
import ReferenceSupport
import Storage
import Testing

@Suite struct DifferenceTests {
  /// Compares ⟨gradient, direction⟩ with the central difference of Σ out∘weights along a random direction.
  private func check(
    _ name: String, inputs: [[Float]], outputs: Int, step: Float = 2e-3, within tolerance: Double = 2e-3,
    forward: ([Buffer], Buffer) -> Void, backward: ([Buffer], Buffer) -> [Buffer]
  ) {
    var random = TestRandom(name.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
    let weights = Buffer(random.floats(outputs))
    func value(_ inputs: [[Float]]) -> Double {
      let out = Buffer(count: outputs)
      forward(inputs.map { Buffer($0) }, out)
      return (0..<outputs).reduce(0) { $0 + Double(out.pointer[$1]) * Double(weights.pointer[$1]) }
    }
    let buffers = inputs.map { Buffer($0) }
    forward(buffers, Buffer(count: outputs))
    let gradients = backward(buffers, weights)
    for (i, gradient) in gradients.enumerated() {
      let direction = random.floats(inputs[i].count)
      var (up, down) = (inputs, inputs)
      for j in direction.indices {
        up[i][j] += step * direction[j]
        down[i][j] -= step * direction[j]
      }
      let numeric = (value(up) - value(down)) / (2 * Double(step))
      let analytic = direction.indices.reduce(0.0) {
        $0 + Double(direction[$1]) * Double(gradient.pointer[$1])
      }
      let scale = (0..<gradient.count).reduce(0.0) { $0 + abs(Double(gradient.pointer[$1])) } / 4 + 1e-3
      print("\(name), input \(i): difference \(abs(numeric - analytic) / scale)")
      #expect(abs(numeric - analytic) / scale < tolerance, "\(name), input \(i): \(numeric) and \(analytic)")
    }
  }

  private func values(_ count: Int, _ seed: UInt64) -> [Float] {
    var random = TestRandom(seed)
    return random.floats(count)
  }

  @Test func rmsNorm() {
    let (rows, columns) = (3, 21)
    let reciprocal = Buffer(count: rows)
    check(
      "rms_norm", inputs: [values(rows * columns, 1), values(columns, 2)], outputs: rows * columns,
      forward: { x, y in
        rmsNormForward(
          rows: rows, columns: columns, x: x[0].pointer, weight: x[1].pointer, epsilon: 1e-5, y: y.pointer,
          reciprocal: reciprocal.pointer)
      },
      backward: { x, dy in
        let (dx, dw) = (Buffer(count: rows * columns), Buffer(count: columns))
        let y = Buffer(count: rows * columns)
        rmsNormForward(
          rows: rows, columns: columns, x: x[0].pointer, weight: x[1].pointer, epsilon: 1e-5,
          y: y.pointer, reciprocal: reciprocal.pointer)
        rmsNormBackward(
          rows: rows, columns: columns, x: x[0].pointer, weight: x[1].pointer, reciprocal: reciprocal.pointer,
          dy: dy.pointer, dx: dx.pointer, accumulate: false)
        rmsNormWeightGradient(
          rows: rows, columns: columns, x: x[0].pointer, reciprocal: reciprocal.pointer, dy: dy.pointer,
          dw: dw.pointer)
        return [dx, dw]
      })
  }

  @Test func layerNorm() {
    let (rows, columns) = (3, 21)
    let (mean, reciprocal) = (Buffer(count: rows), Buffer(count: rows))
    func forward(_ x: [Buffer], _ y: Buffer) {
      layerNormForward(
        rows: rows, columns: columns, x: x[0].pointer, weight: x[1].pointer, bias: x[2].pointer,
        epsilon: 1e-5, y: y.pointer, mean: mean.pointer, reciprocal: reciprocal.pointer)
    }
    check(
      "layer_norm",
      inputs: [values(rows * columns, 1).map { $0 + 0.5 }, values(columns, 2), values(columns, 3)],
      outputs: rows * columns, forward: forward,
      backward: { x, dy in
        let (dx, dw, db) = (Buffer(count: rows * columns), Buffer(count: columns), Buffer(count: columns))
        forward(x, Buffer(count: rows * columns))
        layerNormBackward(
          rows: rows, columns: columns, x: x[0].pointer, weight: x[1].pointer, mean: mean.pointer,
          reciprocal: reciprocal.pointer, dy: dy.pointer, dx: dx.pointer, accumulate: false)
        layerNormParameterGradients(
          rows: rows, columns: columns, x: x[0].pointer, mean: mean.pointer, reciprocal: reciprocal.pointer,
          dy: dy.pointer, dw: dw.pointer, db: db.pointer)
        return [dx, dw, db]
      })
  }

  @Test func bias() {
    let (rows, columns) = (5, 19)
    check(
      "bias", inputs: [values(rows * columns, 1), values(columns, 2)], outputs: rows * columns,
      forward: { x, y in
        addBias(rows: rows, columns: columns, bias: x[1].pointer, to: x[0].pointer, into: y.pointer)
      },
      backward: { _, dy in
        let db = Buffer(count: columns)
        addColumnSums(rows: rows, columns: columns, dy.pointer, to: db.pointer)
        return [dy.copy(), db]
      })
  }

  @Test(arguments: [(1, 1), (3, 17), (8, 8), (16, 24), (21, 35)])
  func transposing(_ rows: Int, _ columns: Int) {
    let x = Buffer(values(rows * columns, 4))
    let (y, z) = (Buffer(count: x.count), Buffer(count: x.count))
    transpose(rows: rows, columns: columns, x.pointer, into: y.pointer)
    transpose(rows: columns, columns: rows, y.pointer, into: z.pointer)
    #expect(y.pointer[(columns - 1) * rows] == x.pointer[columns - 1])
    #expect(z.array() == x.array() && (rows == 1 || columns == 1 || y.array() != x.array()))
  }

  @Test func rope() {
    let table = rotaryTable(positions: 5, headWidth: 6, theta: 10_000)
    check(
      "rope", inputs: [values(5 * 2 * 6, 3)], outputs: 60,
      forward: { x, y in
        y.update(from: x[0])
        rotate(
          y.pointer, rows: 5, heads: 2, headWidth: 6, cosine: table.cosine.pointer, sine: table.sine.pointer,
          isBackward: false)
      },
      backward: { _, dy in
        let dx = dy.copy()
        rotate(
          dx.pointer, rows: 5, heads: 2, headWidth: 6, cosine: table.cosine.pointer, sine: table.sine.pointer,
          isBackward: true)
        return [dx]
      })
  }

  @Test(arguments: [(6, 4, 2, 8), (18, 2, 1, 16), (1, 1, 1, 4)])
  func attention(_ positions: Int, _ heads: Int, _ keyHeads: Int, _ width: Int) {
    let shape = AttentionShape(positions: positions, heads: heads, keyHeads: keyHeads, headWidth: width)
    let (q, k) = (positions * heads * width, positions * keyHeads * width)
    let probabilities = Buffer(count: shape.probabilityCount)
    let scratch = Buffer(count: shape.scratchCount)
    check(
      "attention", inputs: [values(q, 4), values(k, 5), values(k, 6)], outputs: q,
      forward: { x, y in
        attentionForward(
          shape, q: x[0].pointer, k: x[1].pointer, v: x[2].pointer, probabilities: probabilities.pointer,
          out: y.pointer, scratch: scratch.pointer)
      },
      backward: { x, dy in
        let out = Buffer(count: q)
        attentionForward(
          shape, q: x[0].pointer, k: x[1].pointer, v: x[2].pointer, probabilities: probabilities.pointer,
          out: out.pointer, scratch: scratch.pointer)
        let gradients = [Buffer(count: q), Buffer(count: k), Buffer(count: k)]
        attentionBackward(
          shape, q: x[0].pointer, k: x[1].pointer, v: x[2].pointer, probabilities: probabilities.pointer,
          dout: dy.pointer, dq: gradients[0].pointer, dk: gradients[1].pointer, dv: gradients[2].pointer,
          scratch: scratch.pointer)
        return gradients
      })
  }

  @Test(arguments: Activation.allCases)
  func activation(_ activation: Activation) {
    // Away from the kink of ReLU.
    let x = values(37, 8).map { $0 * 4 + ($0 < 0 ? -0.1 : 0.1) }
    check(
      activation.rawValue, inputs: [x], outputs: 37,
      forward: { x, y in activationForward(activation, count: 37, x: x[0].pointer, y: y.pointer) },
      backward: { x, dy in
        let dx = Buffer(count: 37)
        activationBackward(
          activation, count: 37, x: x[0].pointer, dy: dy.pointer, dx: dx.pointer, accumulate: false)
        return [dx]
      })
  }

  @Test func gate() {
    check(
      "swiglu", inputs: [values(37, 9).map { $0 * 4 }, values(37, 10)], outputs: 37,
      forward: { x, y in gatedForward(count: 37, gate: x[0].pointer, up: x[1].pointer, y: y.pointer) },
      backward: { x, dy in
        let gradients = [Buffer(count: 37), Buffer(count: 37)]
        gatedBackward(
          count: 37, gate: x[0].pointer, up: x[1].pointer, dy: dy.pointer, gateGradient: gradients[0].pointer,
          upGradient: gradients[1].pointer)
        return gradients
      })
  }

  @Test func embedding() {
    let tokens: [Int32] = [3, 0, 3, 1]
    check(
      "embedding", inputs: [values(4 * 5, 11)], outputs: 20,
      forward: { x, y in
        embeddingForward(rows: 4, width: 5, tokens: tokens, table: x[0].pointer, out: y.pointer)
      },
      backward: { _, dy in
        let gradient = Buffer(count: 20)
        embeddingBackward(
          rows: 4, width: 5, tokens: tokens, dout: dy.pointer, tableGradient: gradient.pointer)
        return [gradient]
      })
  }

  @Test func crossEntropyLoss() {
    let targets: [Int32] = [4, 0, ignoredTarget]
    check(
      "cross_entropy", inputs: [values(3 * 19, 12).map { $0 * 3 }], outputs: 3,
      forward: { x, y in
        crossEntropy(
          rows: 3, vocabulary: 19, logits: x[0].pointer, targets: targets, losses: y.pointer, gradient: nil,
          scale: 1)
      },
      backward: { x, dy in
        let gradient = Buffer(count: 57)
        let losses = Buffer(count: 3)
        crossEntropy(
          rows: 3, vocabulary: 19, logits: x[0].pointer, targets: targets, losses: losses.pointer,
          gradient: gradient.pointer, scale: 1)
        for row in 0..<3 { scale(19, gradient.pointer + row * 19, by: dy.pointer[row]) }
        return [gradient]
      })
  }

  @Test func squaredErrorLoss() {
    let target = Buffer(values(33, 14))
    check(
      "half_mse", inputs: [values(33, 13)], outputs: 3,
      forward: { x, y in
        squaredError(
          rows: 3, columns: 11, y: x[0].pointer, target: target.pointer, losses: y.pointer, gradient: nil,
          scale: 1)
      },
      backward: { x, dy in
        let gradient = Buffer(count: 33)
        let losses = Buffer(count: 3)
        squaredError(
          rows: 3, columns: 11, y: x[0].pointer, target: target.pointer, losses: losses.pointer,
          gradient: gradient.pointer, scale: 1)
        for row in 0..<3 { scale(11, gradient.pointer + row * 11, by: dy.pointer[row]) }
        return [gradient]
      })
  }

  @Test func dropoutKeepsItsMaskAndItsMean() {
    let (rows, columns) = (64, 80)
    let x = Buffer([Float](repeating: 1, count: rows * columns))
    let (mask, y, dx) = (Buffer(count: x.count), Buffer(count: x.count), Buffer(count: x.count))
    let stream = RandomStream(seed: 5, purpose: .dropout, index: 1)
    dropoutForward(
      rows: rows, columns: columns, x: x.pointer, stream: stream, step: 3, firstRow: 0, probability: 0.25,
      mask: mask.pointer, y: y.pointer)
    #expect(Set(y.array()) == [0, Float(1 / 0.75)])
    #expect(abs(sum(y.pointer, count: y.count) / Float(y.count) - 1) < 0.03)
    dropoutBackward(count: x.count, dy: x.pointer, mask: mask.pointer, dx: dx.pointer, accumulate: false)
    #expect(dx.array() == y.array())
    // The second half alone has the same mask: it does not depend on the shard.
    let half = Buffer(count: x.count / 2)
    let halfMask = Buffer(count: x.count / 2)
    dropoutForward(
      rows: rows / 2, columns: columns, x: x.pointer, stream: stream, step: 3, firstRow: rows / 2,
      probability: 0.25, mask: halfMask.pointer, y: half.pointer)
    #expect(half.array() == Array(y.array().suffix(half.count)))
  }
}
