// Training steps of small models of any shape as a target: what they compute must not depend on how it is laid out.

import Adapters
import Kernels
import Models
import Storage
import TestSupport

extension FuzzTarget {
  /// Ten numbers: layers, width, another width, rank, sequences, positions, activation, dropout in tenths, whether it is
  /// DoRA, a seed. Without positions it is a perceptron. A step in PEFT's order of contraction and one in the order that is
  /// chosen must agree; a perceptron with plain LoRA must have the bits of `AdaptedPerceptron`.
  package static let steps = FuzzTarget(
    name: "steps",
    seeds: [
      "2 16 24 4 3 8 0 0 0 1", "1 8 40 32 9 5 1 3 0 2", "3 33 17 2 40 0 0 0 0 3", "1 64 64 40 70 0 1 0 1 4",
      "2 20 5 30 33 0 2 5 0 5", "1 12 31 16 4 9 1 2 1 6", "2 31 31 31 100 0 3 0 0 7",
    ].map { Array($0.utf8) },
    words: [" ", "0", "1", "2", "3", "4", "7", "8", "15", "16", "17", "31", "33", "40", "-1", "x"]
  ) { bytes in
    guard
      let n = numbers(
        bytes,
        in: [1...3, 1...64, 1...64, 1...40, 1...130, 0...12, 0...3, 0...9, 0...1, 0...1_000_000]),
      n[4] * max(1, n[5]) <= 260, n[5] == 0 || n[1].isMultiple(of: 4)
    else { return .refused }
    try FuzzedStep(n).check()
    return .accepted
  }
}

private struct FuzzedStep {
  var architecture: Architecture
  var configuration: LoRAConfiguration
  var shape: BatchShape
  var seed: UInt64

  init(_ n: [Int]) {
    let activation = Activation.allCases[n[6]]
    if n[5] == 0 {
      let widths = (0...n[0]).map { $0.isMultiple(of: 2) ? n[1] : n[2] }
      architecture = .perceptron(PerceptronShape(widths: widths, activation: activation))
    } else {
      architecture = .transformer(
        TransformerShape(
          layers: n[0], width: n[1], heads: 2, keyHeads: 1, feedForward: n[2], context: n[5],
          vocabulary: n[2] + 1, activation: activation))
    }
    configuration = LoRAConfiguration(
      rank: n[3], alpha: .fixed(4), dropout: Double(n[7]) / 10, initialization: .random)
    configuration.usesDoRA = n[8] == 1
    shape = BatchShape(sequences: n[4], positions: max(1, n[5]))
    seed = UInt64(n[9])
  }

  func check() throws {
    let base = Model(base: BaseWeights(architecture, seed: seed), description: "fuzzed")
    guard let layout = try base.attached(configuration).adapter?.layout else { return }
    let parameters = try layout.startingParameters(seed: seed, base: base.base, rule: .lora)
    let batch = batch()
    var steps: [(loss: Double, gradient: [Float])] = []
    for isPlain in [true, false] {
      let plan = Plan(
        base: base.base, adapter: layout, rule: .lora, trainable: .adapter, shape: shape, isPlain: isPlain)
      try plan.prepare(parameters: parameters)
      let loss = try plan.step(parameters: parameters, batch: batch, step: 3, dropoutSeed: seed)
      steps.append((loss, plan.gradient.array()))
    }
    let (plain, chosen) = (steps[0], steps[1])
    try BreakFinding.require(
      abs(plain.loss - chosen.loss) <= 1e-4 * max(1, abs(plain.loss)),
      "losses \(plain.loss) and \(chosen.loss) of the two orders")
    let size = plain.gradient.reduce(0) { max($0, abs($1)) }
    let distance = zip(plain.gradient, chosen.gradient).reduce(0) { max($0, abs($1.0 - $1.1)) }
    try BreakFinding.require(
      distance <= 1e-3 * max(size, 1e-3), "gradients of size \(size) differ by \(distance)")
    if case .perceptron(let perceptron) = architecture, configuration.dropout == 0, !configuration.usesDoRA {
      try compare(perceptron, base.base, parameters, batch, chosen)
    }
  }

  private func batch() -> Batch {
    var generator = SeededGenerator(seed: seed)
    func float() -> Float { Float(Int8(truncatingIfNeeded: generator.next())) / 64 }
    switch architecture {
    case .perceptron(let perceptron):
      return Batch(
        inputs: Buffer((0..<shape.rows * perceptron.widths[0]).map { _ in float() }),
        targets: Buffer((0..<shape.rows * architecture.outputs).map { _ in float() }), rows: shape.rows)
    case .transformer, .linear:
      let tokens = TokenBuffer(rows: shape.rows)
      for row in 0..<shape.rows {
        tokens.tokens[row] = Int32(Int(generator.next() % UInt64(architecture.outputs)))
        tokens.targets[row] = Int32(Int(generator.next() % UInt64(architecture.outputs)))
      }
      return Batch(tokens: tokens, countedRows: shape.rows)
    }
  }

  /// The same step in one block of memory that ends, to the float, where it says.
  private func compare(
    _ shape: PerceptronShape, _ base: BaseWeights, _ parameters: Buffer, _ batch: Batch,
    _ expected: (loss: Double, gradient: [Float])
  ) throws {
    guard let x = batch.inputs, let targets = batch.targets else { return }
    try shape.widths.withUnsafeBufferPointer { widths in
      let shape = AdaptedPerceptron.Shape(
        widths: widths, activation: shape.activation, rank: configuration.rank, rows: self.shape.rows)
      let block = GuardedBlock(count: AdaptedPerceptron.memoryCount(shape))
      defer { block.free() }
      let net = AdaptedPerceptron(
        shape, multiplier: Float(4 / Double(configuration.rank)), memory: block.pointer)
      for (i, offset) in base.offsets.enumerated() {
        net.weight(i).update(from: base.values.pointer + offset, count: base.shapes[i].count)
      }
      net.parameters.update(from: parameters.pointer, count: net.parameterCount)
      net.packWeights()
      net.prepare()
      let loss = net.gradients(inputs: x.pointer, targets: targets.pointer)
      let gradient = UnsafeBufferPointer(start: net.gradient, count: net.parameterCount)
      try BreakFinding.require(
        loss.bitPattern == expected.loss.bitPattern && Array(gradient) == expected.gradient,
        "the step in one block of memory has the loss \(loss) in place of \(expected.loss), or another gradient"
      )
    }
  }
}
