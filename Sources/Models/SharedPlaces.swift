// Where a shard's values or their gradients stand: places whose lifetimes do not overlap share memory.

/// A value lives from its producer to its last consumer, and its gradient, in the backward order, from the last consumer
/// to the producer.
struct SharedPlaces {
  private struct Place {
    var count: Int
    var producer: Int
    var lastConsumer: Int

    func overlaps(_ other: Place) -> Bool {
      producer <= other.lastConsumer && other.producer <= lastConsumer
    }
  }

  private var places: [Place] = []
  private var numbers: [Int: Int] = [:]

  /// The number of the place of value `id`, of `count` floats: a new one, or that of value `shared`. Values come in the order
  /// of their producers.
  mutating func add(_ shared: Int?, id: Int, count: Int, producer: Int) -> Int {
    if let shared, let number = numbers[shared] {
      numbers[id] = number
      return number
    }
    places.append(Place(count: (count + 15) / 16 * 16, producer: producer, lastConsumer: producer))
    numbers[id] = places.count - 1
    return places.count - 1
  }

  /// Operation `consumer` reads value `id`.
  mutating func extend(_ id: Int, to consumer: Int) {
    guard let number = numbers[id] else { return }
    places[number].lastConsumer = max(places[number].lastConsumer, consumer)
  }

  /// The offset of each place, the lowest that is free, and the end of all.
  func placed(from start: Int) -> (offsets: [Int], end: Int) {
    var offsets: [Int] = []
    var end = start
    // Places whose values later ones may overlap with.
    var alive: [Int] = []
    for (number, place) in places.enumerated() {
      var offset = start
      alive.removeAll { places[$0].lastConsumer < place.producer }
      let taken = alive.filter { places[$0].overlaps(place) }.sorted { offsets[$0] < offsets[$1] }
      for other in taken where offset + place.count > offsets[other] {
        offset = max(offset, offsets[other] + places[other].count)
      }
      alive.append(number)
      offsets.append(offset)
      end = max(end, offset + place.count)
    }
    return (offsets, end)
  }
}
