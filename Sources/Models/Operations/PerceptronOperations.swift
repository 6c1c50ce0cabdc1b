// The operations of a perceptron around its linear layers.
import Kernels

/// Copies the batch's inputs [n, in] into the arena. They get no gradient.
struct InputOperation: Operation {
  let output: Slot
  /// nil in fp32.
  var rounding: Rounding?

  var part: OperationPart { .alone("the batch's inputs") }
  var outputSlots: [Slot] { [output] }
  var inputSlots: [Slot] { [] }

  func forward(_ shard: ShardView) {
    guard let inputs = shard.inputs else { return }
    output.values(shard).update(from: inputs, count: shard.rows * output.columns)
    rounding?.apply(output, shard)
  }

  func backward(_ shard: ShardView) {}
}

/// y = f(x), element by element: the activation between two layers. Backward dx = dy·f′(x).
struct ActivationOperation: Operation {
  let input: Input
  let output: Slot
  let activation: Activation

  var part: OperationPart { .after("activation") }
  var outputSlots: [Slot] { [output] }
  var inputSlots: [Slot] { [input.slot] }

  func forward(_ shard: ShardView) {
    activationForward(
      activation, count: shard.rows * output.columns, x: input.value(shard), y: output.values(shard))
  }

  func backward(_ shard: ShardView) {
    guard let dy = output.gradients(shard), let dx = input.gradient(shard) else { return }
    activationBackward(
      activation, count: shard.rows * output.columns, x: input.value(shard), dy: dy, dx: dx,
      accumulate: input.accumulates)
  }
}
