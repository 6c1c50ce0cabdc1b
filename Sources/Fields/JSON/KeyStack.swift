// The keys of the objects that a scanner is in, to find one that occurs twice.

/// The keys of nested objects, those of the innermost last. It takes about the memory of the keys' text, where
/// a set for each object would take ten times as much from a hostile file.
struct KeyStack {
  /// How much there is; what is above a level belongs to objects that began later.
  struct Level {
    fileprivate let bytes: Int
    fileprivate let keys: Int
  }

  private struct Key {
    let start: UInt32
    let length: UInt32
    let place: UInt32
  }

  private var bytes: [UInt8] = []
  private var keys: [Key] = []

  init() {}

  var level: Level { Level(bytes: bytes.count, keys: keys.count) }

  /// - Precondition: places and keys stay below 2³² bytes, which the limits of readers ensure.
  mutating func push(_ key: some Sequence<UInt8>, at place: Int) {
    let start = UInt32(bytes.count)
    bytes += key
    keys.append(Key(start: start, length: UInt32(bytes.count) - start, place: UInt32(place)))
  }

  mutating func pop(to level: Level) {
    bytes.removeSubrange(level.bytes...)
    keys.removeSubrange(level.keys...)
  }

  /// The first key above `level` that equals an earlier one, byte for byte: Swift's String takes different
  /// spellings of an accent as equal. It changes the order of these keys.
  mutating func firstDuplicate(from level: Level) -> (place: Int, key: String)? {
    guard keys.count - level.keys > 1 else { return nil }
    let bytes = self.bytes
    func text(_ key: Key) -> ArraySlice<UInt8> { bytes[Int(key.start)..<Int(key.start + key.length)] }
    var found: Key?
    // In place: a slice of the array itself would be copied to be sorted.
    keys.withUnsafeMutableBufferPointer { all in
      var keys = UnsafeMutableBufferPointer(rebasing: all[level.keys...])
      keys.sort { left, right in
        // The length first: it decides most comparisons at once.
        guard left.length == right.length else { return left.length < right.length }
        let (a, b) = (text(left), text(right))
        return a == b ? left.place < right.place : a.lexicographicallyPrecedes(b)
      }
      for (left, right) in zip(keys, keys.dropFirst())
      where left.length == right.length && text(left) == text(right) {
        if found.map({ right.place < $0.place }) ?? true { found = right }
      }
    }
    return found.map { (Int($0.place), String(decoding: text($0), as: UTF8.self)) }
  }
}
