// The merges of a byte-pair model, found by the pair of tokens that they join.

struct MergeTable: Sendable {
  /// Pairs are 2³²·left + right; no token has the number of this one.
  private static let free = UInt64.max

  private var pairs: [UInt64]
  private var ranks: [Int32]
  /// The token that the merge of each rank gives.
  private(set) var results: [Int32] = []

  init(capacity: Int) {
    var size = 16
    while size < 2 * (capacity + 1) { size *= 2 }
    pairs = Array(repeating: MergeTable.free, count: size)
    ranks = Array(repeating: 0, count: size)
  }

  var count: Int { results.count }

  /// Adds the merge of the next rank. Of merges of one pair the last counts, as in the reference.
  ///
  /// - Precondition: no more merges than the capacity.
  mutating func append(_ left: Int32, _ right: Int32, gives result: Int32) {
    let place = slot(MergeTable.pair(left, right))
    pairs[place] = MergeTable.pair(left, right)
    ranks[place] = Int32(results.count)
    results.append(result)
  }

  /// The rank of the merge of two tokens; nil where they do not merge.
  func rank(_ left: Int32, _ right: Int32) -> Int32? {
    let place = slot(MergeTable.pair(left, right))
    return pairs[place] == MergeTable.free ? nil : ranks[place]
  }

  private static func pair(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  private func slot(_ pair: UInt64) -> Int {
    let hash = pair &* 0x9E37_79B9_7F4A_7C15
    var place = Int(truncatingIfNeeded: hash >> 32) & (pairs.count - 1)
    while pairs[place] != MergeTable.free && pairs[place] != pair { place = (place + 1) & (pairs.count - 1) }
    return place
  }
}
