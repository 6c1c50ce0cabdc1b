// Values within values: lists share their items, and what walks over them goes by each shared list once.

/// Where the items of a list or a dictionary stand. Two values of one place share their items, as long as both live.
struct SharedPlace: Hashable {
  private let start: UInt
  private let count: Int

  fileprivate init<Item>(_ items: [Item]) {
    start = items.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
    count = items.count
  }
}

extension Value {
  /// Lists up to this long that hold no others are walked over again: that is cheaper than to remember them.
  private static let shortest = 16

  /// The place of a list or dictionary that is worth to be remembered: one that is long, or holds others. `a = a + [a]`,
  /// forty times, is forty lists, of which the last would have 2⁴⁰ items if it were unfolded.
  var sharedPlace: SharedPlace? {
    switch self {
    case .list(let items):
      items.count > Value.shortest || items.contains(where: \.hasItems) ? SharedPlace(items) : nil
    case .dictionary(let items):
      items.count > Value.shortest || items.contains { $0.value.hasItems } ? SharedPlace(items) : nil
    case .none, .bool, .number, .text, .function, .object: nil
    }
  }

  /// Whether it is a list or a dictionary.
  var hasItems: Bool {
    switch self {
    case .list, .dictionary: true
    case .none, .bool, .number, .text, .function, .object: false
    }
  }

  /// How deep lists and dictionaries are nested in it: 0 for a number, 1 for a list of numbers.
  var nesting: Int {
    var known: [SharedPlace: Int] = [:]
    return nesting(&known)
  }

  private func nesting(_ known: inout [SharedPlace: Int]) -> Int {
    guard hasItems else { return 0 }
    let place = sharedPlace
    if let place, let depth = known[place] { return depth }
    var deepest = 0
    switch self {
    case .list(let items):
      for item in items where item.hasItems { deepest = max(deepest, item.nesting(&known)) }
    case .dictionary(let items):
      for item in items where item.value.hasItems { deepest = max(deepest, item.value.nesting(&known)) }
    case .none, .bool, .number, .text, .function, .object: break
    }
    if let place { known[place] = deepest + 1 }
    return deepest + 1
  }

  /// What the objects in it hold in memory, each counted once; 0 for plain values.
  var bytes: Int {
    var lists: Set<SharedPlace> = []
    var objects: Set<ObjectIdentifier> = []
    return bytes(&lists, &objects)
  }

  private func bytes(_ lists: inout Set<SharedPlace>, _ objects: inout Set<ObjectIdentifier>) -> Int {
    if case .object(let object) = self {
      return objects.insert(ObjectIdentifier(object)).inserted ? object.bytes : 0
    }
    if let place = sharedPlace, !lists.insert(place).inserted { return 0 }
    var sum = 0
    switch self {
    case .list(let items): for item in items { sum += item.bytes(&lists, &objects) }
    case .dictionary(let items): for item in items { sum += item.value.bytes(&lists, &objects) }
    case .none, .bool, .number, .text, .function, .object: break
    }
    return sum
  }
}
