// One step of a plan at work: its groups of shards, and their gradients brought together.
import Kernels
import Signals
import Storage

/// One step of a plan: what its shards and its parameter gradients work on.
struct StepView: Sendable {
  let plan: Plan
  let parameterBuffer: Buffer
  let batch: Batch
  let step: Int
  let dropoutSeed: UInt64?
  /// Multiplies the loss that gradients are of.
  var lossScale: Float = 1
  /// Whether the rest of the step is to be left undone.
  let stop: StopSignal

  var parameters: UnsafePointer<Float> { UnsafePointer(parameterBuffer.pointer) }
  var gradient: UnsafeMutablePointer<Float> { plan.gradient.pointer }
  var packed: UnsafePointer<Float> { UnsafePointer(plan.packed.pointer) }

  /// The groups that fall to a worker, with their shards.
  func forEachGroup(of worker: Int, _ body: (_ group: Int, _ shards: Range<Int>) -> Void) {
    for group in stride(from: worker, to: plan.shape.groups, by: plan.arenas.count) {
      body(group, plan.shape.shards(ofGroup: group))
    }
  }

  /// Sends one shard through all operations, forward and in training backward. Once `stop` is asked, the rest are left
  /// out.
  func run(_ shard: Int, of group: Int, isTraining: Bool, on worker: Int) {
    let view = self.shard(shard, of: group, isTraining: isTraining, on: worker)
    guard isTraining else {
      for operation in plan.operations where !stop.isAsked { operation.forward(view) }
      return
    }
    var again = view
    again.isRemaking = true
    for call in plan.calls where !stop.isAsked {
      switch call {
      case .forward(let i): plan.operations[i].forward(view)
      case .again(let i): plan.operations[i].forward(again)
      case .remake(let i): plan.operations[i].remake(again)
      case .backward(let i): plan.operations[i].backward(view)
      case .save(let offload): offload.save(view)
      case .fetch(let offload): offload.fetch(view)
      }
    }
  }

  /// What the operations work on for one shard, in a worker's arena.
  func shard(_ i: Int, of group: Int, isTraining: Bool, on worker: Int) -> ShardView {
    let arena = plan.arenas[worker]
    let sums = min(group, plan.mergedGradients.count - 1)
    let rows = plan.shardRows[i]
    let first = rows.lowerBound
    return ShardView(
      arena: arena.pointer, arenaCount: arena.count, offloaded: plan.offloaded[worker].pointer,
      parameters: parameters, packed: packed,
      tokens: batch.tokens.map { UnsafePointer($0.tokens) + first },
      targetTokens: batch.tokens.map { UnsafePointer($0.targets) + first },
      inputs: batch.inputs.map { UnsafePointer($0.pointer) + first * plan.inputColumns },
      targets: batch.targets.map { UnsafePointer($0.pointer) + first * plan.output.columns },
      losses: plan.losses.pointer + first, rows: rows.count, firstRow: first,
      lossScale: lossScale / Float(batch.countedRows), step: step, dropoutSeed: dropoutSeed,
      gradient: plan.groupGradients[sums].pointer, sums: plan.mergedGradients[sums].pointer,
      startsGroup: i == plan.shape.shards(ofGroup: group).lowerBound, isTraining: isTraining, stop: stop)
  }

  /// Adds the gradient of the group that was just made to the sum of those before it, where one worker makes all
  /// groups.
  func addSecondGroupToFirst() {
    for buffers in [plan.groupGradients, plan.mergedGradients] {
      add(buffers[1].count, buffers[1].pointer, to: buffers[0].pointer)
    }
  }

  /// Brings the groups' gradients of `count` parameters together in `gradient`.
  func addGroups(_ offset: Int, count: Int) {
    addGroups(plan.groupGradients, offset, count)
  }

  /// The gradient of a merged weight over all groups.
  func mergedGradient(_ offset: Int, count: Int) -> UnsafeMutablePointer<Float> {
    addGroups(plan.mergedGradients, offset, count)
    return plan.mergedGradients[0].elements(offset, count: count)
  }

  /// A single worker has added them already.
  private func addGroups(_ groups: [Buffer], _ offset: Int, _ count: Int) {
    if plan.arenas.count == 1 { return }
    for group in groups.dropFirst() {
      add(count, group.elements(offset, count: count), to: groups[0].elements(offset, count: count))
    }
  }
}
