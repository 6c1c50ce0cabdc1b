// The heads of a plan: the loss of each row, and in training the gradient that everything else follows from.
import Kernels

struct CrossEntropyOperation: Operation {
  let logits: Input

  /// The gradient is made here, beside the exponentials that both need.
  func forward(_ shard: ShardView) {
    guard let targets = shard.targetTokens else { return }
    crossEntropy(
      rows: shard.rows, vocabulary: logits.columns, logits: logits.value(shard), targets: targets,
      losses: shard.losses, gradient: shard.isTraining ? logits.gradient(shard) : nil, scale: shard.lossScale)
  }

  func backward(_ shard: ShardView) {}
}

struct SquaredErrorOperation: Operation {
  let prediction: Input

  func forward(_ shard: ShardView) {
    guard let targets = shard.targets else { return }
    squaredError(
      rows: shard.rows, columns: prediction.columns, y: prediction.value(shard), target: targets,
      losses: shard.losses, gradient: shard.isTraining ? prediction.gradient(shard) : nil,
      scale: shard.lossScale / Float(prediction.columns))
  }

  func backward(_ shard: ShardView) {}
}
