// The data: what it draws, and that it does not depend on how it is asked.
import Adapters
import Foundation
import Kernels
import Models
import Signals
import Storage
import Testing
import Training

@Suite struct DataTests {
  @Test func theEntropyIsThatOfTheDrawnTokens() throws {
    let language = MarkovLanguage(seed: 1, shift: 0, vocabulary: 64)
    let shape = BatchShape(sequences: 64, positions: 32)
    let batches = language.batches(seed: 9, shape: shape)
    // The empirical conditional entropy of many pairs comes near the true one, from below.
    var counts: [Int64: Int] = [:]
    var totals: [Int32: Int] = [:]
    var pairs = 0
    for step in 0..<200 {
      guard let tokens = try batches.batch(step: step).tokens else { continue }
      for row in 0..<shape.rows {
        counts[Int64(tokens.tokens[row]) << 32 | Int64(tokens.targets[row]), default: 0] += 1
        totals[tokens.tokens[row], default: 0] += 1
        pairs += 1
      }
    }
    var entropy = 0.0
    for (pair, count) in counts {
      let p = Double(count) / Double(totals[Int32(pair >> 32)] ?? 1)
      entropy -= Double(count) / Double(pairs) * logarithm(p)
    }
    print("entropy \(language.entropy), of \(pairs) drawn pairs \(entropy)")
    #expect(abs(entropy - language.entropy) < 0.01)
    #expect(counts.count <= 64 * 4)
  }

  @Test func aShiftChangesItsShareOfTheTokens() throws {
    func successors(_ shift: Double) throws -> [Int32: Set<Int32>] {
      let language = MarkovLanguage(seed: 1, shift: shift, vocabulary: 50)
      let shape = BatchShape(sequences: 64, positions: 32)
      let batches = language.batches(seed: 0, shape: shape)
      var found: [Int32: Set<Int32>] = [:]
      for step in 0..<100 {
        guard let tokens = try batches.batch(step: step).tokens else { continue }
        for row in 0..<shape.rows { found[tokens.tokens[row], default: []].insert(tokens.targets[row]) }
      }
      return found
    }
    let (old, new) = try (successors(0), successors(0.4))
    let changed = old.keys.filter { old[$0] != new[$0] }
    #expect(changed.count == 20)
  }

  @Test func batchesDependOnSeedAndStepAlone() throws {
    let language = MarkovLanguage(seed: 1, shift: 0, vocabulary: 20)
    let shape = BatchShape(sequences: 4, positions: 8)
    func tokens(_ source: any BatchSource, _ step: Int) throws -> [Int32] {
      guard let tokens = try source.batch(step: step).tokens else { return [] }
      return (0..<32).map { tokens.tokens[$0] }
    }
    let a = language.batches(seed: 3, shape: shape)
    let b = language.batches(seed: 3, shape: shape)
    _ = try tokens(b, 0)
    #expect(try tokens(a, 5) == tokens(b, 5) && tokens(a, 5) != tokens(a, 6))
    #expect(try tokens(language.batches(seed: 4, shape: shape), 5) != tokens(a, 5))
  }

  @Test func theTeachersSpectrumTailAndNoise() throws {
    let model = Model(
      base: BaseWeights(.perceptron(PerceptronShape(widths: [64, 64], activation: .none)), seed: 1),
      description: "p")
    let task = try TeacherTask(model: model, shift: 0.1, noise: 0, tail: 0, seed: 2)
    let shape = BatchShape(sequences: 512, positions: 1)
    let source = task.batches(seed: 0, shape: shape)
    var variances = [Double](repeating: 0, count: 64)
    for step in 0..<40 {
      guard let x = try source.batch(step: step).inputs else { continue }
      for row in 0..<512 {
        for k in 0..<64 { variances[k] += pow2(Double(x.pointer[row * 64 + k])) / (512 * 40) }
      }
    }
    // Variance ∝ 1/k, 64 in total.
    #expect(abs(variances.reduce(0, +) - 64) < 1)
    #expect(abs(variances[0] / variances[7] - 8) < 0.5)
    // The tail scales whole samples; the noise does not reach the inputs.
    let tailed = try TeacherTask(model: model, shift: 0.1, noise: 0.5, tail: 0.5, seed: 2)
    let plainBatch = try source.batch(step: 0)
    let plain = try #require(plainBatch.inputs).array()
    let heavyBatch = try tailed.batches(seed: 0, shape: shape).batch(step: 0)
    let heavy = try #require(heavyBatch.inputs).array()
    let ratio = heavy[0] / plain[0]
    #expect(ratio > 0 && abs(heavy[63] / plain[63] - ratio) < 1e-3 * ratio)
    #expect(abs(heavy[64] / plain[64] - ratio) > 1e-3)
  }

  @Test func aShiftOfNothingIsLearnedAlready() throws {
    let model = Model(
      base: BaseWeights(.perceptron(PerceptronShape(widths: [16, 16, 16], activation: .relu)), seed: 1),
      description: "p")
    let task = try TeacherTask(model: model, shift: 0, noise: 0, tail: 0, seed: 0)
    let adapted = try model.attached(LoRAConfiguration(rank: 2))
    let run = try TrainingTask(
      model: adapted, mode: .lora, data: task, settings: TrainingSettings(steps: 1, learningRate: 1e-3)
    ).run(TrainingEnvironment(pool: nil, clock: { 0 }, stop: .never)).run
    #expect(run.initialLoss == 0 && run.gradientNorms == [0])
  }

  @Test func textsByByteAndByCharacter() throws {
    let text = String(repeating: "héllo wörld ", count: 40)
    let bytes = try TextCorpus(text, path: "x.txt", level: .byte, heldOut: 0.2)
    #expect(bytes.vocabulary == 256)
    let characters = try TextCorpus(text, path: "x.txt", level: .character, heldOut: 0.2)
    #expect(characters.alphabet.map { String($0) }.joined() == " dhlorwéö")
    let architecture = Architecture.transformer(
      TransformerShape(
        layers: 1, width: 16, heads: 2, keyHeads: 2, feedForward: 16, context: 16, vocabulary: 16))
    try characters.check(architecture)
    #expect(throws: ModelError.vocabularyTooSmall(model: 16, data: 256)) { try bytes.check(architecture) }
    let short = try TextCorpus("too short", path: "s.txt", level: .character, heldOut: 0.1)
    #expect(throws: TextError.self) { try short.check(architecture) }
    let evaluation = try characters.evaluation(shape: BatchShape(sequences: 3, positions: 16))
    #expect(evaluation.rows.isMultiple(of: 16) && evaluation.rows > 0)
  }

  @Test func dataOfTheOtherKindIsRefused() throws {
    let perceptron = Architecture.perceptron(PerceptronShape(widths: [4, 4], activation: .relu))
    #expect(throws: ModelError.self) {
      try MarkovLanguage(seed: 0, shift: 0, vocabulary: 8).check(perceptron)
    }
    let model = Model(base: BaseWeights(perceptron, seed: 0), description: "p")
    let task = try TeacherTask(model: model, shift: 0.1, noise: 0, tail: 0, seed: 0)
    #expect(throws: ModelError.self) {
      try task.check(.perceptron(PerceptronShape(widths: [5, 4], activation: .relu)))
    }
  }

  private func pow2(_ x: Double) -> Double { x * x }
  private func logarithm(_ x: Double) -> Double { log(x) }
}
