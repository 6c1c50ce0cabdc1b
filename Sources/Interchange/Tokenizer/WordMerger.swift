// Merging the bytes of a word into tokens, in time that grows as n·log n.

/// Works on one word after another in storage that is kept.
struct WordMerger {
  /// A token of the word in work; a list linked both ways. −1 ends it.
  private struct Symbol {
    var token: Int32
    var previous: Int32
    var next: Int32
    var isMerged = false
  }

  private var symbols: [Symbol] = []
  /// A binary heap of possible merges, 2³²·rank + place: the lowest rank first, of equal ones the leftmost.
  private var heap: [UInt64] = []

  /// Appends the tokens of a word.
  mutating func merge(_ word: ArraySlice<UInt8>, _ model: BytePairModel, into tokens: inout [Int32]) {
    start(word, model)
    heap.removeAll(keepingCapacity: true)
    for place in symbols.indices.dropLast() { propose(place, model) }
    while let top = pop() {
      let place = Int(top & 0xFFFF_FFFF)
      let left = symbols[place]
      guard !left.isMerged, left.next >= 0 else { continue }
      let right = symbols[Int(left.next)]
      // What was proposed holds while the pair at its place still gives the same token.
      let result = model.merges.results[Int(top >> 32)]
      guard let rank = model.merges.rank(left.token, right.token), model.merges.results[Int(rank)] == result
      else { continue }
      symbols[Int(left.next)].isMerged = true
      symbols[place].token = result
      symbols[place].next = right.next
      if right.next >= 0 { symbols[Int(right.next)].previous = Int32(place) }
      if left.previous >= 0 { propose(Int(left.previous), model) }
      if right.next >= 0 { propose(place, model) }
    }
    for symbol in symbols where !symbol.isMerged { tokens.append(symbol.token) }
  }

  private mutating func start(_ word: ArraySlice<UInt8>, _ model: BytePairModel) {
    symbols.removeAll(keepingCapacity: true)
    var followsUnknown = false
    for byte in word {
      var token = model.byteTokens[Int(byte)]
      if token < 0 {
        guard let unknown = model.unknown, !(followsUnknown && model.fusesUnknown) else { continue }
        token = unknown
        followsUnknown = true
      } else {
        followsUnknown = false
      }
      let place = Int32(symbols.count)
      symbols.append(Symbol(token: token, previous: place - 1, next: place + 1))
    }
    if !symbols.isEmpty { symbols[symbols.count - 1].next = -1 }
  }

  private mutating func propose(_ place: Int, _ model: BytePairModel) {
    let left = symbols[place]
    guard let rank = model.merges.rank(left.token, symbols[Int(left.next)].token) else { return }
    push(UInt64(rank) << 32 | UInt64(place))
  }

  private mutating func push(_ entry: UInt64) {
    heap.append(entry)
    var child = heap.count - 1
    while child > 0, heap[(child - 1) / 2] > heap[child] {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  private mutating func pop() -> UInt64? {
    guard let top = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return top }
    heap[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < heap.count else { return top }
      if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
      guard heap[child] < heap[parent] else { return top }
      heap.swapAt(child, parent)
      parent = child
    }
  }
}
