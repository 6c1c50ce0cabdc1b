// A table of byte strings: what vocabularies and words are found by, without a copy for the question.

/// Numbers byte strings 0, 1, 2 … in the order of their insertion.
struct ByteTable: Sendable {
  private var blob: [UInt8] = []
  /// Where string i begins, and at the end where the last one ends.
  private var bounds: [Int] = [0]
  /// Open addressing: the number of a string, −1 where free. A power of two, at most half full.
  private var slots: [Int32]

  init(capacity: Int = 16) {
    var size = 32
    while size < 2 * capacity { size *= 2 }
    slots = Array(repeating: -1, count: size)
  }

  var count: Int { bounds.count - 1 }

  subscript(_ number: Int) -> ArraySlice<UInt8> { blob[bounds[number]..<bounds[number + 1]] }

  /// The number of a string; nil where the table does not have it.
  func number(of bytes: ArraySlice<UInt8>) -> Int? {
    let found = slots[slot(of: bytes)]
    return found < 0 ? nil : Int(found)
  }

  /// - Returns: its number, and whether it is new.
  @discardableResult
  mutating func insert(_ bytes: ArraySlice<UInt8>) -> (number: Int, isNew: Bool) {
    if 2 * (count + 1) > slots.count { grow() }
    let place = slot(of: bytes)
    if slots[place] >= 0 { return (Int(slots[place]), false) }
    slots[place] = Int32(count)
    blob += bytes
    bounds.append(blob.count)
    return (count - 1, true)
  }

  private mutating func grow() {
    slots = Array(repeating: -1, count: 2 * slots.count)
    for number in 0..<count { slots[slot(of: self[number])] = Int32(number) }
  }

  /// Where the string stands, or where it would be put.
  private func slot(of bytes: ArraySlice<UInt8>) -> Int {
    bytes.withUnsafeBufferPointer { wanted in
      blob.withUnsafeBufferPointer { blob in
        // FNV-1a, its high bits folded down.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in wanted { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        var place = Int(truncatingIfNeeded: hash ^ hash >> 29) & (slots.count - 1)
        while slots[place] >= 0 {
          let number = Int(slots[place])
          let start = bounds[number]
          if bounds[number + 1] - start == wanted.count,
            wanted.indices.allSatisfy({ wanted[$0] == blob[start + $0] })
          {
            return place
          }
          place = (place + 1) & (slots.count - 1)
        }
        return place
      }
    }
  }
}
