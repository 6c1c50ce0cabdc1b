// The heads of a plan: the loss of each row, and in training the gradient that everything else follows from.
import Kernels

/// The loss of each row against its target token, −log softmax(logits)[target] in nats, for logits [n, V]. A target of
/// −100 counts as 0, as in PyTorch; a row with a value that is not finite has the loss NaN.
struct CrossEntropyOperation: Operation {
  let logits: Input
  /// Of the gradient; nil in fp32.
  var rounding: Rounding?

  var part: OperationPart { .loss }
  var outputSlots: [Slot] { [] }
  var inputSlots: [Slot] { [logits.slot] }

  /// The gradient of the batch's mean loss is made here, beside the exponentials that both need.
  func forward(_ shard: ShardView) {
    guard let targets = shard.targetTokens else { return }
    crossEntropy(
      rows: shard.rows, vocabulary: logits.columns, logits: logits.value(shard), targets: targets,
      losses: shard.losses, gradient: shard.isTraining ? logits.gradient(shard) : nil, scale: shard.lossScale)
    rounding?.applyToGradient(logits, shard)
  }

  /// Nothing: `forward` has made the gradient.
  func backward(_ shard: ShardView) {}
}

/// The loss of each row of a regression: half the sum of (y − t)² over its outputs, for predictions y and targets t
/// [n, outputs]. The plan's mean divides it by the rows and by the outputs.
struct SquaredErrorOperation: Operation {
  let prediction: Input
  /// Of the gradient; nil in fp32.
  var rounding: Rounding?

  var part: OperationPart { .loss }
  var outputSlots: [Slot] { [] }
  var inputSlots: [Slot] { [prediction.slot] }

  /// The gradient of the batch's mean loss is made here, beside the differences that both need.
  func forward(_ shard: ShardView) {
    guard let targets = shard.targets else { return }
    squaredError(
      rows: shard.rows, columns: prediction.columns, y: prediction.value(shard), target: targets,
      losses: shard.losses, gradient: shard.isTraining ? prediction.gradient(shard) : nil,
      scale: shard.lossScale / Float(prediction.columns))
    rounding?.applyToGradient(prediction, shard)
  }

  /// Nothing: `forward` has made the gradient.
  func backward(_ shard: ShardView) {}
}
