// What a plan keeps of the forward pass for the backward pass, and the order of calls that follows.
import Storage

/// Which values of the forward pass stand until the backward pass reads them.
///
/// With checkpointing (Chen et al. 2016, arXiv 1604.06174) the input of each layer alone is kept: a block of a
/// transformer, a linear layer of a perceptron with its activation. The rest is computed again, by the same operations
/// on the same numbers, before the layer's gradients: their bits are the same, dropout's masks too. The last layer stands
/// when its gradients are due and is not computed again, nor is the product that makes a layer's output, which is kept
/// as the next layer's input.
package enum Checkpointing: String, CaseIterable, Sendable {
  /// All values.
  case off
  /// The layers' inputs, among the values of the step: PyTorch's and Hugging Face's `gradient_checkpointing=True`.
  case full
  /// The layers' inputs, in memory apart from that of the step, and brought back one at a time, as Unsloth's "unsloth"
  /// keeps them in the host's memory while the step is on a GPU. On a CPU both are the same memory: it is counted apart.
  case unsloth
}

/// A layer that a checkpointing plan computes again.
struct RemadeLayer: Sendable {
  /// The operations of the layer.
  var operations: Range<Int>
  /// The first of them that makes the layer's output, which stands: from here on operations remake only what they keep
  /// for themselves.
  var output: Int
  /// Where the layer's input is kept apart; nil where it stands among the values of the step.
  var offload: Offload?
}

/// The input of a layer with its place apart.
struct Offload: Sendable {
  let slot: Slot
  /// The offset among the values that are kept apart.
  let place: Int

  /// Copies the value to its place.
  func save(_ shard: ShardView) {
    (shard.offloaded + place).update(from: slot.values(shard), count: shard.rows * slot.columns)
  }

  /// Copies it back.
  func fetch(_ shard: ShardView) {
    slot.values(shard).update(from: shard.offloaded + place, count: shard.rows * slot.columns)
  }
}

/// One call of a shard's way through a plan while training; operations by their numbers.
enum PlanCall: Sendable {
  case forward(Int)
  case remake(Int)
  case backward(Int)
  case save(Offload)
  case fetch(Offload)

  /// All calls of a shard: forward through all operations, then back, each layer computed again before its gradients.
  static func all(operations: Int, layers: [RemadeLayer]) -> [PlanCall] {
    var calls: [PlanCall] = []
    for i in 0..<operations {
      for layer in layers where layer.operations.lowerBound == i {
        if let offload = layer.offload { calls.append(.save(offload)) }
      }
      calls.append(.forward(i))
    }
    for i in (0..<operations).reversed() {
      for layer in layers where layer.operations.upperBound == i + 1 {
        if let offload = layer.offload { calls.append(.fetch(offload)) }
        for j in layer.operations { calls.append(j < layer.output ? .forward(j) : .remake(j)) }
      }
      calls.append(.backward(i))
    }
    return calls
  }
}
