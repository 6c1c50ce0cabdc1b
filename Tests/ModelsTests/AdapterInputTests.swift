// What adapters see of a batch, against the layers computed by hand.
import Adapters
import Kernels
import Models
import Storage
import Testing

@Suite struct AdapterInputTests {
  /// Rows enough for several shards and groups, on one thread and on several.
  @Test(arguments: [1, 3])
  func theyAreTheInputsOfTheLayers(threads: Int) throws {
    let (rows, widths) = (150, [5, 7, 3])
    let model = Model(
      base: BaseWeights(.perceptron(PerceptronShape(widths: widths, activation: .relu)), seed: 2),
      description: "")
    let adapted = try model.attached(LoRAConfiguration(rank: 2))
    let layout = try #require(adapted.adapter).layout
    let plan = Plan(
      model: adapted, rule: .lora, trainable: .adapter, shape: BatchShape(sequences: rows, positions: 1),
      pool: threads > 1 ? ThreadPool(threads: threads) : nil)
    let x = Buffer(count: rows * 5)
    RandomStream(seed: 1, purpose: .batch).fillNormal(x.pointer, count: x.count)
    let parameters = try layout.drawnParameters(seed: 0)
    try plan.prepare(parameters: parameters)
    let inputs = plan.adapterInputs(
      parameters: parameters, batch: Batch(inputs: x, targets: Buffer(count: rows * 3), rows: rows))
    #expect(inputs.map(\.count) == [rows * 5, rows * 7])
    #expect(inputs[0].array() == x.array())
    let w = model.base.values.array()
    var largest: Float = 0
    for row in 0..<rows {
      for i in 0..<7 {
        let sum = (0..<5).reduce(Float(0)) { $0 + w[i * 5 + $1] * x.pointer[row * 5 + $1] }
        largest = max(largest, abs(max(0, sum) - inputs[1].pointer[row * 7 + i]))
      }
    }
    #expect(largest < 1e-5)
  }
}
