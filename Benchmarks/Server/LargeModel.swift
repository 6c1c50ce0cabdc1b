// A large model from its folder: how long it takes to load and to run once, and what a training step holds in memory.
import Adapters
import Foundation
import Interchange
import Kernels
import Models
import Storage
import Training

enum LargeModel {
  /// Seconds of loading and of one forward pass on this thread, on the clock and of the processor, and the first logits of the last row.
  static func load(_ folder: String, tokens: Int) throws -> String {
    let (start, used) = (now(), processorSeconds())
    let base = try ModelFolder.load(folder, at: folder, context: tokens, memory: .infinity).base
    let loaded = now()
    let plan = Plan(
      base: base, adapter: nil, rule: .lora, trainable: .nothing,
      shape: BatchShape(sequences: 1, positions: tokens))
    try plan.prepare(parameters: .empty)
    let logits = try plan.outputs(parameters: .empty, batch: batch(tokens))
    let (end, cpu) = (now(), processorSeconds() - used)
    let last = logits.suffix(logits.count / tokens).prefix(8).map { "\($0)" }.joined(separator: ", ")
    return "{\"load\": \(loaded - start), \"forward\": \(end - loaded), \"total\": \(end - start), "
      + "\"cpu\": \(cpu), "
      + "\"logits\": [\(last)]}"
  }

  /// Bytes that are resident after one step of a LoRA of rank 16 with AdamW, and those of them that the step needs
  /// beside the weights: values and gradients, the adapter and its optimiser.
  static func train(_ folder: String, tokens: Int) throws -> String {
    let base = try ModelFolder.load(folder, at: folder, context: tokens, memory: .infinity).base
    let model = try Model(base: base, description: folder).attached(
      LoRAConfiguration(rank: 16, alpha: .fixed(32)))
    guard let adapter = model.adapter else { return "{\"error\": \"no adapter\"}" }
    let plan = Plan(
      model: model, rule: .lora, trainable: .adapter, shape: BatchShape(sequences: 1, positions: tokens))
    let optimizer = Optimizer(.adamw, count: adapter.count)
    try plan.prepare(parameters: adapter.parameters)
    let loss = try plan.step(parameters: adapter.parameters, batch: batch(tokens), step: 0, dropoutSeed: nil)
    let isFinite = optimizer.update(
      adapter.parameters, gradient: plan.gradient, rate: 1e-3, step: 1, gradientScale: 1, pool: nil)
    let activations = plan.bytes + 3 * adapter.count * MemoryLayout<Float>.stride
    return "{\"loss\": \(loss), \"finite\": \(isFinite), \"activations\": \(activations), "
      + "\"resident\": \(try memory("VmRSS")), \"peak\": \(try memory("VmHWM"))}"
  }

  private static func batch(_ tokens: Int) -> Batch {
    let buffer = TokenBuffer(rows: tokens)
    for i in 0..<tokens {
      buffer.tokens[i] = Int32(i * 7 % 101)
      buffer.targets[i] = Int32((i + 1) * 7 % 101)
    }
    return Batch(tokens: buffer, countedRows: tokens)
  }

  /// Seconds that the processor has spent on this process, in the system too.
  private static func processorSeconds() -> Double { Double(clock()) / Double(CLOCKS_PER_SEC) }

  /// A field of this process's status, in bytes.
  private static func memory(_ field: String) throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix(field + ":") }
    return (line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0) * 1024
  }
}
