// Comparing values: equality, and the order that `sorted` makes.
import Signals

/// Compares values item by item. Of lists that are shared each pair is compared once, so that the time follows what the
/// values take and not what they would be unfolded; it throws `Interruption` where `stop` is asked.
struct ValueComparison {
  private struct Pair: Hashable {
    let first: SharedPlace
    let second: SharedPlace
  }

  private let stop: StopSignal
  private var equal: [Pair: Bool] = [:]
  private var orders: [Pair: Int] = [:]
  private var count = 0

  init(stop: StopSignal) {
    self.stop = stop
  }

  /// As in Python: lists item by item, dictionaries in any order, objects and functions by identity, NaN unequal to
  /// itself, values of different kinds unequal (but True equals 1).
  mutating func areEqual(_ first: Value, _ second: Value) throws(Interruption) -> Bool {
    try look()
    if let a = first.arithmetic, let b = second.arithmetic { return a == b }
    switch (first, second) {
    case (.none, .none): return true
    case (.text(let a), .text(let b)): return a == b
    case (.list(let a), .list(let b)):
      guard a.count == b.count else { return false }
      let pair = pair(first, second)
      if let pair, let known = equal[pair] { return known }
      var result = true
      for i in a.indices where result { result = try areEqual(a[i], b[i]) }
      if let pair { equal[pair] = result }
      return result
    case (.dictionary(let a), .dictionary(let b)):
      guard a.count == b.count else { return false }
      let pair = pair(first, second)
      if let pair, let known = equal[pair] { return known }
      let places = Dictionary(b.indices.map { (b[$0].key, $0) }) { first, _ in first }
      var result = true
      for item in a where result {
        if let place = places[item.key] {
          result = try areEqual(item.value, b[place].value)
        } else {
          result = false
        }
      }
      if let pair { equal[pair] = result }
      return result
    case (.function(let a, source: let aSource), .function(let b, source: let bSource)):
      return a == b && aSource == bSource
    case (.object(let a), .object(let b)): return a === b
    default: return false
    }
  }

  /// Below, equal to or above 0, as the first value stands before, beside or behind the second: numbers by size, with
  /// NaN behind all others; texts by code points; lists by their first items that differ.
  ///
  /// - Throws: `Unordered` for values of different kinds, or without an order; `Interruption`.
  mutating func order(_ first: Value, _ second: Value) throws -> Int {
    try look()
    if let a = first.arithmetic, let b = second.arithmetic {
      if a.isNaN || b.isNaN { return a.isNaN == b.isNaN ? 0 : a.isNaN ? 1 : -1 }
      return a == b ? 0 : a < b ? -1 : 1
    }
    switch (first, second) {
    case (.text(let a), .text(let b)):
      if a.unicodeScalars.elementsEqual(b.unicodeScalars) { return 0 }
      return a.unicodeScalars.lexicographicallyPrecedes(b.unicodeScalars) ? -1 : 1
    case (.list(let a), .list(let b)):
      let pair = pair(first, second)
      if let pair, let known = orders[pair] { return known }
      var result = 0
      for i in 0..<min(a.count, b.count) where result == 0 { result = try order(a[i], b[i]) }
      if result == 0 { result = a.count == b.count ? 0 : a.count < b.count ? -1 : 1 }
      if let pair { orders[pair] = result }
      return result
    default: throw Unordered(first: first.kindPhrase, second: second.kindPhrase)
    }
  }

  /// Two values that have no order.
  struct Unordered: Error {
    let first: String
    let second: String
  }

  private func pair(_ first: Value, _ second: Value) -> Pair? {
    guard let a = first.sharedPlace, let b = second.sharedPlace else { return nil }
    return Pair(first: a, second: b)
  }

  /// Asks now and then: a comparison is shorter than the question.
  private mutating func look() throws(Interruption) {
    count &+= 1
    if count & 0xFFF == 0 { try stop.check() }
  }
}

extension Value {
  /// Whether two values are equal, as `==` says.
  package func equals(_ other: Value) -> Bool {
    var comparison = ValueComparison(stop: .never)
    return (try? comparison.areEqual(self, other)) ?? false
  }
}
