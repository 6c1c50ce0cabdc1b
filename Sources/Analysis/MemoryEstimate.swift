// How much memory a run takes, from shapes alone and before anything is allocated.
import Adapters
package import Kernels
package import Models
import Training

/// Bytes that training takes beside the weights: an upper estimate in floating point, so that nothing overflows.
///
/// - Parameters:
///   - trainable: trainable parameters; their gradients in every group of shards, two moments and packed forms are counted.
///   - checkpointing: what of the layers' values is kept.
///   - ranks: the sum of the adapters' ranks, each of which holds a value of every row.
///   - runs: how many runs stand side by side.
package func trainingBytes(
  _ architecture: Architecture, shape: BatchShape, trainable: Int,
  checkpointing: Checkpointing = .off, ranks: Int = 0, runs: Int = 1
) -> Double {
  let rows = Double(shape.sequences) * Double(shape.positions)
  var columns = 0.0
  switch architecture {
  case .transformer(let s):
    let (q, kv) = (Double(s.heads) * Double(s.headWidth), Double(s.keyHeads) * Double(s.headWidth))
    // Some forms hold queries, keys and values side by side as well.
    let fused = s.form.isFused ? q + 2 * kv : 0
    let layer =
      7 * Double(s.width) + 2 * q + 2 * kv + fused + 3 * Double(s.feedForward)
      + Double(s.heads * shape.positions) / 2
    // Of layers that are computed again all but one have their inputs alone, wherever these are kept.
    let layers =
      checkpointing == .off
      ? Double(s.layers) * layer : Double(s.layers) * Double(s.width) + min(1, Double(s.layers)) * layer
    columns = 2 * (layers + Double(s.vocabulary) + 2 * Double(s.width))
  case .perceptron(let s):
    columns = 4 * s.widths.reduce(0) { $0 + Double($1) }
  case .linear(let inputs, let outputs):
    columns = 4 * (Double(inputs) + Double(outputs))
  }
  columns += 2 * Double(ranks)
  // A shard's values at a time, on no more threads than there are groups.
  let share = Double(shape.groups) / Double(shape.shards)
  let values = rows * columns * share + Double(trainable) * Double(shape.groups + 6)
  // Tokens, targets and losses of all rows of a step.
  return (values + 3 * rows) * 4 * Double(runs)
}
