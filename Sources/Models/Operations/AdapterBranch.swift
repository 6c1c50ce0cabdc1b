// What an adapter makes of a linear layer in a step.
import Adapters
import Kernels

/// The part of an adapter in the step of one linear layer: forward, backward, and the gradient of the module's
/// parameters. A kind of adapter lays it out, and may have several, for the orders in which its products can be made.
///
/// Its methods are called once for each shard, and make no buffers: places are offsets, as those of operations.
protocol AdapterBranch: Sendable {
  /// Where the module's parameters begin.
  var offset: Int { get }
  /// Whether it makes the product with the weight too, so that the layer makes none.
  var replacesWeight: Bool { get }
  /// Floats of scratch that the layer needs for so many rows, `frozen` of which the products of its frozen weight take
  /// from the beginning on.
  func scratchCount(rows: Int, frozen: Int) -> Int

  /// Adds what the adapter makes to y, which has the layer's output without it. Where it replaces the weight it makes y,
  /// or adds to `initial`: the residual and bias.
  func forward(
    _ layer: LinearOperation, _ shard: ShardView, _ y: UnsafeMutablePointer<Float>,
    initial: UnsafePointer<Float>?)

  /// Makes again what `backward` reads of its own values, where those of the layer's input and output stand and its own do
  /// not any more. The layer's output is left as it is.
  func remake(_ layer: LinearOperation, _ shard: ShardView)

  /// Adds to dx, which has the gradient through the weight, and to the group's sums. Where it replaces the weight it
  /// makes dx, or adds to `initial`. Without dx the layer's input needs no gradient.
  func backward(
    _ layer: LinearOperation, _ shard: ShardView, _ dy: UnsafePointer<Float>,
    _ dx: UnsafeMutablePointer<Float>?, initial: UnsafePointer<Float>?)

  /// Multiplications that `finishGradient` makes, about.
  var finishCost: Int { get }
  /// Brings the groups' sums together, after all shards have gone backward.
  func finishGradient(_ step: StepView)
}

extension PlanBuilder {
  /// The adapter's branch beside a module; nil where it has none.
  mutating func branch(_ module: String, _ weight: Int) -> (any AdapterBranch)? {
    guard let adapter = request.adapter, let number = adapter.siteNumber(of: module) else { return nil }
    let site = adapter.sites[number]
    return adapter.configuration.plannedKind.branch(
      AdaptedModule(
        site: site, number: number, factor: site.factor(request.rule), weight: request.base.matrix(weight),
        dropout: trainable == .adapter ? adapter.configuration.dropout : 0),
      in: &self)
  }

  /// Whether the merged order is to be taken for its speed.
  func isMergedCheaper(_ site: AdapterSite) -> Bool {
    !request.isPlain
      && LowRank(
        inputs: site.module.inputs, outputs: site.module.outputs, rank: site.rank, multiplier: 1
      ).isMergedCheaper(rows: request.batchRows)
  }
}
