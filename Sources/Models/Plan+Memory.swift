// What a plan's buffers take, by what stands in them.
import Kernels
import Storage

/// Bytes of a plan's buffers. They are allocated when it is made, so the sum is also the peak of a step.
package struct PlanMemory: Equatable, Sendable {
  /// Values of a shard and their gradients, with what operations use in turn, for each thread that takes part.
  package var activations: Int
  /// Of these arenas what logits, or predictions, and their gradient take.
  package var logits: Int
  /// Layers' inputs that are kept apart.
  package var offloaded: Int
  /// Gradients of the trainable parameters and of merged weights, in every sum that is kept.
  package var gradients: Int
  /// What is made of the trainable parameters before each step: panels, and merged weights.
  package var packed: Int
}

extension Plan {
  /// What its buffers take.
  package var memory: PlanMemory {
    func bytes(_ buffers: [Buffer]) -> Int {
      buffers.reduce(0) { $0 + $1.count } * MemoryLayout<Float>.stride
    }
    let places = output.gradient == nil ? 1 : 2
    let logits =
      arenas.count * shape.mostRows * output.columns * places * MemoryLayout<Float>.stride
    return PlanMemory(
      activations: bytes(arenas) - logits, logits: logits, offloaded: bytes(offloaded),
      gradients: bytes(groupGradients + mergedGradients), packed: bytes([packed]))
  }
}
