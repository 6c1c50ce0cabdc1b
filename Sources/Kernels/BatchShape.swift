// The rows of a batch, and how they are shared out: the bits of a gradient follow from that.

/// The rows of a batch: whole sequences of `positions` rows.
///
/// They go through the model in parts of as many sequences, micro-batches, whose gradients add up to that of the batch.
/// Each part is cut into shards, which go through the model one after another, and the shards shared among groups. Each
/// group sums its own gradient over all parts, and the sums are added in the order of the groups: the gradient has the
/// same bits whatever runs side by side. Memory holds the values of one shard for each thread, so more parts take less.
package struct BatchShape: Equatable, Sendable {
  /// Of all parts together.
  package var sequences: Int
  /// Rows of a sequence; 1 for a perceptron.
  package var positions: Int
  /// Micro-batches, at least 1; `sequences` is a multiple of it.
  package let parts: Int

  package init(sequences: Int, positions: Int, parts: Int = 1) {
    precondition(
      parts > 0 && sequences.isMultiple(of: parts), "\(sequences) sequences in \(parts) equal parts")
    self.sequences = sequences
    self.positions = positions
    self.parts = parts
  }

  package var rows: Int { sequences * positions }

  /// Sequences of a part.
  private var sequencesOfPart: Int { sequences / parts }

  /// Shards of a part: min(8, its rows ÷ 32), at least 1, and no more than it has sequences.
  private var shardsOfPart: Int { max(1, min(8, sequencesOfPart * positions / 32, sequencesOfPart)) }

  /// What goes through the model one after another: the shards of all parts.
  package var shards: Int { parts * shardsOfPart }

  /// Groups of shards that may run side by side.
  package var groups: Int { min(4, shardsOfPart) }

  /// The first of a group's shards within each part.
  private func firstShard(ofGroup group: Int) -> Int { group * shardsOfPart / groups }

  /// The shards of a group, in order: those of the first part, then those of the next.
  package func shards(ofGroup group: Int) -> Range<Int> {
    parts * firstShard(ofGroup: group)..<parts * firstShard(ofGroup: group + 1)
  }

  /// The rows of a shard: whole sequences, the first shards of a part one more where they do not divide.
  package func rows(ofShard shard: Int) -> Range<Int> {
    var group = 0
    while shard >= shards(ofGroup: group).upperBound { group += 1 }
    let first = firstShard(ofGroup: group)
    let count = firstShard(ofGroup: group + 1) - first
    let place = shard - shards(ofGroup: group).lowerBound
    let (part, number) = (place / count, first + place % count)
    let (share, rest) = (sequencesOfPart / shardsOfPart, sequencesOfPart % shardsOfPart)
    let start = part * sequencesOfPart + number * share + min(number, rest)
    return start * positions..<(start + share + (number < rest ? 1 : 0)) * positions
  }

  /// The most rows that a shard holds.
  package var mostRows: Int { rows(ofShard: 0).count }
}
