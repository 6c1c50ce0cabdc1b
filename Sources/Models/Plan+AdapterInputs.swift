// What the adapters of a plan see of a batch.
import Kernels
import Signals
package import Storage

extension Plan {
  /// The inputs x [rows, in] of each adapted module, without dropout, in the order of the adapter's sites.
  ///
  /// The parameters must have been prepared.
  package func adapterInputs(parameters: Buffer, batch: Batch) -> [Buffer] {
    checkBatch(batch)
    precondition(checkpointing == .off, "values of layers that share their memory")
    let view = StepView(
      plan: self, parameterBuffer: parameters, batch: batch, step: 0, dropoutSeed: nil, stop: .never)
    let adapted = operations.compactMap { $0 as? LinearOperation }.filter { $0.branch != nil }
      .sorted { ($0.branch?.offset ?? 0) < ($1.branch?.offset ?? 0) }
    let inputs = adapted.map { Buffer(count: shape.rows * $0.input.columns) }
    for (worker, arena) in arenas.enumerated() {
      view.forEachGroup(of: worker) { group, shards in
        for shard in shards {
          view.run(shard, of: group, isTraining: false, on: worker)
          let rows = shardRows[shard]
          // Values keep their places in the arena until the next shard goes through it.
          for (input, buffer) in zip(adapted.map(\.input), inputs) {
            (buffer.pointer + rows.lowerBound * input.columns)
              .update(from: arena.pointer + input.slot.value, count: rows.count * input.columns)
          }
        }
      }
    }
    return inputs
  }
}
