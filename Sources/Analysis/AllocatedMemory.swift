// What a training step holds in memory, as its buffers are allocated.
package import Adapters
import Kernels
package import Models
package import Storage
package import Training

/// Bytes of the buffers that a training step holds, by what they are: all that the plan of the step, its optimiser and its
/// weights allocate. A step allocates nothing more, so that their sum is its peak. The batch itself, and what the
/// process takes for everything else, are not in it.
package struct AllocatedMemory: Equatable, Sendable {
  private var parts: [MemoryTerm.Part: Int] = [:]

  /// Makes the buffers of a step, measures them and lets them go; nothing is computed.
  ///
  /// - Parameters:
  ///   - model: its adapter is trained, or all its weights where it has none.
  ///   - positions: rows of a sequence.
  package init(
    _ model: Model, mode: ScalingRule, settings: TrainingSettings, positions: Int, pool: ThreadPool?
  ) {
    let layout = model.adapter?.layout
    let plan = Plan(
      base: model.base, adapter: layout, rule: layout?.configuration.rule(mode: mode) ?? .lora,
      trainable: layout == nil ? .base : .adapter,
      shape: BatchShape(
        sequences: settings.sequencesPerStep, positions: positions, parts: settings.accumulation),
      pool: pool, checkpointing: settings.checkpointing)
    let memory = plan.memory
    let optimizer = Optimizer(settings.optimizer, count: plan.parameterCount)
    parts = [
      .weights: model.base.bytes + model.base.packedBytes,
      .adapters: plan.parameterCount * MemoryLayout<Float>.stride + memory.packed,
      .gradients: memory.gradients, .optimizer: optimizer.bytes, .activations: memory.activations,
      .logits: memory.logits, .offloaded: memory.offloaded,
    ]
  }

  /// Bytes of one part.
  package func bytes(_ part: MemoryTerm.Part) -> Double { Double(parts[part] ?? 0) }

  /// All parts but what is kept apart.
  package var total: Double {
    MemoryTerm.Part.allCases.reduce(0) { $0 + ($1 == .offloaded ? 0 : bytes($1)) }
  }
}
