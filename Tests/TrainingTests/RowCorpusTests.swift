// Rows as training data: what counts in a batch, and that nothing else moves the loss.
import Adapters
import Foundation
import Kernels
import Models
import Storage
import Testing
import Training

struct RowCorpusTests {
  private let rows = [
    TrainingRow(tokens: [1, 2, 3, 4], isLearnt: [false, false, true, true]),
    TrainingRow(tokens: [5, 6], isLearnt: [true, true]),
    TrainingRow(tokens: [7, 8, 9], isLearnt: [false, true, false]),
  ]

  private var corpus: RowCorpus {
    RowCorpus(rows, path: "x.jsonl", call: "jsonl(\"x.jsonl\")", vocabulary: 10, heldOut: 0.3)
  }

  private func architecture(context: Int, vocabulary: Int = 10) -> Architecture {
    .transformer(
      TransformerShape(
        layers: 1, width: 16, heads: 2, keyHeads: 2, feedForward: 16, context: context,
        vocabulary: vocabulary))
  }

  @Test func `A batch holds targets for what is learnt and ignores the rest`() throws {
    let shape = BatchShape(sequences: 2, positions: corpus.positions(architecture(context: 8)))
    #expect(shape.positions == 3)
    let evaluation = try corpus.evaluation(shape: shape)
    let buffer = try #require(evaluation.batches[0].tokens)
    #expect((0..<6).map { buffer.tokens[$0] } == [7, 8, 9, 0, 0, 0])
    let none = ignoredTarget
    #expect((0..<6).map { buffer.targets[$0] } == [8, none, none, none, none, none])
    #expect(evaluation.countedRows == 1)
    let batch = try corpus.batches(seed: 1, shape: shape).batch(step: 0)
    // Both rows of the epoch: 3, 4 of the first, 6 of the second.
    #expect(batch.countedRows == 3)
    let targets = try #require(batch.tokens)
    #expect(Set((0..<6).map { targets.targets[$0] }) == [3, 4, 6, none])
  }

  /// The mean is over the targets that count, as PyTorch's `ignore_index`, and its gradient is that mean's.
  @Test func `The loss is the mean over what is learnt`() throws {
    let shape = BatchShape(sequences: 2, positions: 3)
    let base = BaseWeights(architecture(context: 8), seed: 3)
    let plan = Plan(base: base, adapter: nil, rule: .lora, trainable: .base, shape: shape)
    let batch = try corpus.batches(seed: 1, shape: shape).batch(step: 0)
    let parameters = base.values.copy()
    try plan.prepare(parameters: parameters)
    let loss = try plan.step(parameters: parameters, batch: batch, step: 0, dropoutSeed: nil)
    let logits = try plan.outputs(parameters: parameters, batch: batch)
    let tokens = try #require(batch.tokens)
    var expected = 0.0
    for row in 0..<6 where tokens.targets[row] != ignoredTarget {
      let line = logits[row * 10..<row * 10 + 10].map(Double.init)
      let total = line.reduce(0) { $0 + exp($1) }
      expected += log(total) - line[Int(tokens.targets[row])]
    }
    #expect(abs(loss - expected / 3) < 1e-5)

    let gradient = plan.gradient.array()
    var checked = 0
    for i in stride(from: 0, to: parameters.count, by: 37) {
      let kept = parameters.pointer[i]
      func loss(_ change: Float) throws -> Double {
        parameters.pointer[i] = kept + change
        try plan.prepare(parameters: parameters)
        defer { parameters.pointer[i] = kept }
        return try plan.step(parameters: parameters, batch: batch, step: 0, dropoutSeed: nil)
      }
      let slope = try (loss(0.01) - loss(-0.01)) / 0.02
      #expect(abs(slope - Double(gradient[i])) < 2e-3, "parameter \(i)")
      checked += 1
    }
    #expect(checked > 20)
  }

  @Test func `Data that does not fit the model is refused`() {
    #expect(throws: ModelError.vocabularyTooSmall(model: 8, data: 10)) {
      try corpus.check(architecture(context: 8, vocabulary: 8))
    }
    let long = TrainingRow(tokens: [1, 2, 3, 4], isLearnt: [false, false, false, true])
    let prompts = RowCorpus([long, long], path: "p", call: "", vocabulary: 10, heldOut: 0.5)
    #expect(throws: RowsError.nothingToLearn(path: "p", part: "to train on", rows: 1, context: 2)) {
      try prompts.check(architecture(context: 2))
    }
  }
}
