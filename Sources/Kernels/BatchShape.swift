// The rows of a batch, and how they are shared out: the bits of a gradient follow from that.

/// The rows of a batch: whole sequences of `positions` rows.
///
/// They are cut into shards, which go through the model one after another, and the shards shared among groups. Each group
/// sums its own gradient, and the sums are added in the order of the groups: the gradient has the same bits whatever runs
/// side by side.
package struct BatchShape: Equatable, Sendable {
  package var sequences: Int
  /// Rows of a sequence; 1 for a perceptron.
  package var positions: Int

  package init(sequences: Int, positions: Int) {
    self.sequences = sequences
    self.positions = positions
  }

  package var rows: Int { sequences * positions }

  /// Parts of the batch that go through the model one after another: min(8, rows ÷ 32), at least 1, and no more than
  /// there are sequences.
  package var shards: Int { max(1, min(8, rows / 32, sequences)) }

  /// Groups of shards that may run side by side.
  package var groups: Int { min(4, shards) }

  /// The shards of a group, in order.
  package func shards(ofGroup group: Int) -> Range<Int> {
    group * shards / groups..<(group + 1) * shards / groups
  }

  /// The rows of a shard: whole sequences, the first shards one more where they do not divide.
  package func rows(ofShard shard: Int) -> Range<Int> {
    let (share, rest) = (sequences / shards, sequences % shards)
    let start = shard * share + min(shard, rest)
    return start * positions..<(start + share + (shard < rest ? 1 : 0)) * positions
  }

  /// The most rows that a shard holds.
  package var mostRows: Int { rows(ofShard: 0).count }
}
