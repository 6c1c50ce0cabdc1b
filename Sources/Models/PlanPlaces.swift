// The places of a plan: of values and gradients in a shard's arena, of packed matrices, of gradients of merged weights.

/// Gives out places while a plan is laid out, in two passes. The first finds the last consumer of each value, the
/// lifetimes of the gradients and the scratch that is needed; the second, made by `secondPass`, knows them.
struct PlanPlaces {
  /// The most rows that a shard holds.
  private let rows: Int
  /// Whether a value's memory is others' after its last consumer.
  private let sharesValues: Bool
  private let known: Known
  /// Floats of each kind of place.
  private(set) var arenaCount: Int
  private(set) var offloadedCount = 0
  private(set) var packedCount = 0
  private(set) var mergedCount = 0
  #if CHECKED
    /// Where the gaps behind the places begin, in the arena, among the packed matrices and the gradients of merged weights.
    private(set) var gaps: (arena: [Int], packed: [Int], merged: [Int]) = ([], [], [])
  #endif

  private var scratchCount = 0
  private var lastConsumers: [Int: Int] = [:]
  private var gradients = SharedPlaces()
  /// Values whose memory others take after their last consumer.
  private var values = SharedPlaces()
  private var nextID = 0
  /// Floats that the layer has which is being laid out, in the memory that layers share; nil outside of them.
  private var layerCount: Int?
  /// Those of the largest layer.
  private var layersCount = 0

  /// What the first pass has found.
  private struct Known {
    var lastConsumers: [Int: Int] = [:]
    /// Places of the gradients in the arena, in the order in which they were asked for.
    var gradients: [Int] = []
    /// The same of the values that share places.
    var values: [Int] = []
    var layersStart = 0
    var arenaStart = 0
  }

  /// A first pass.
  init(rows: Int, sharesValues: Bool) {
    self.init(rows: rows, sharesValues: sharesValues, known: Known())
  }

  private init(rows: Int, sharesValues: Bool, known: Known) {
    self.rows = rows
    self.sharesValues = sharesValues
    self.known = known
    arenaCount = known.arenaStart
  }

  /// The second pass, which must ask for the same places in the same order.
  ///
  /// - Parameters:
  ///   - output: is read after the last operation.
  ///   - end: the number of operations.
  func secondPass(output: Slot?, end: Int) -> PlanPlaces {
    var first = self
    if let output { first.values.extend(output.id, to: end) }
    let start = PlanPlaces.aligned(scratchCount)
    let (gradients, middle) = first.gradients.placed(from: start)
    let (values, layersStart) = first.values.placed(from: middle)
    return PlanPlaces(
      rows: rows, sharesValues: sharesValues,
      known: Known(
        lastConsumers: lastConsumers, gradients: gradients, values: values, layersStart: layersStart,
        arenaStart: layersStart + layersCount))
  }

  // MARK: Places of their own

  /// In the arena; within a layer that shares its memory with other layers, in that memory.
  mutating func allocate(_ count: Int) -> Int {
    if let used = layerCount {
      layerCount = used + PlanPlaces.aligned(count)
      return known.layersStart + used
    }
    return allocateAlone(count)
  }

  /// In the arena, for the whole step, within a layer too.
  mutating func allocateAlone(_ count: Int) -> Int {
    let offset = PlanPlaces.take(count, from: &arenaCount)
    #if CHECKED
      gaps.arena.append(PlanPlaces.take(PlanMarks.gap, from: &arenaCount))
    #endif
    return offset
  }

  /// Among the packed matrices.
  mutating func allocatePacked(_ count: Int) -> Int {
    let offset = PlanPlaces.take(count, from: &packedCount)
    #if CHECKED
      gaps.packed.append(PlanPlaces.take(PlanMarks.gap, from: &packedCount))
    #endif
    return offset
  }

  /// Among the gradients of merged weights.
  mutating func allocateMerged(_ count: Int) -> Int {
    let offset = PlanPlaces.take(count, from: &mergedCount)
    #if CHECKED
      gaps.merged.append(PlanPlaces.take(PlanMarks.gap, from: &mergedCount))
    #endif
    return offset
  }

  /// Among the values that are kept apart.
  mutating func allocateOffloaded(_ count: Int) -> Int {
    PlanPlaces.take(count, from: &offloadedCount)
  }

  // MARK: Layers that share their memory

  /// What is allocated from here on is of one layer, and its memory is other layers' when they are computed.
  mutating func beginLayer() { layerCount = 0 }

  /// Ends the layer with an operation. Its input stands until then.
  mutating func endLayer(_ input: Slot, at operation: Int) {
    layersCount = max(layersCount, layerCount ?? 0)
    layerCount = nil
    values.extend(input.id, to: operation)
  }

  /// Sees to it that every operation has so much scratch.
  mutating func needScratch(_ count: Int) { scratchCount = max(scratchCount, count) }

  private static func take(_ count: Int, from total: inout Int) -> Int {
    precondition(count >= 0, "a place of \(count) floats")
    let offset = total
    total += aligned(count)
    return offset
  }

  static func aligned(_ count: Int) -> Int { (count + 15) / 16 * 16 }

  // MARK: Values

  /// Until when a value stands.
  enum Lifetime {
    /// For the whole step; within a layer until another layer is computed, and in a plan without gradients until its last
    /// consumer.
    case layer
    /// For the whole step, wherever it is made.
    case step
    /// Until its last consumer, or the end of the layer that it is the input of.
    case consumers
  }

  /// A value with its gradient: a place of its own, or that of another slot.
  ///
  /// - Parameter producer: the number of the operation that makes it.
  mutating func slot(
    _ columns: Int, hasGradient: Bool, gradientOf other: Slot?, lifetime: Lifetime, producer: Int
  ) -> Slot {
    nextID += 1
    var gradient: Int?
    if hasGradient {
      let number = gradients.add(
        other.flatMap { $0.gradient == nil ? nil : $0.id }, id: nextID, count: rows * columns,
        producer: producer)
      gradient = number < known.gradients.count ? known.gradients[number] : 0
    }
    return Slot(
      id: nextID, columns: columns, value: value(columns, lifetime, producer: producer), gradient: gradient)
  }

  /// The place of the newest slot's value.
  private mutating func value(_ columns: Int, _ lifetime: Lifetime, producer: Int) -> Int {
    if !sharesValues {
      switch lifetime {
      case .layer: return allocate(rows * columns)
      case .step: return allocateAlone(rows * columns)
      case .consumers: break
      }
    }
    let number = values.add(nil, id: nextID, count: rows * columns, producer: producer)
    return number < known.values.count ? known.values[number] : 0
  }

  /// Notes that an operation consumes the slot.
  mutating func input(_ slot: Slot, consumer: Int) -> Input {
    lastConsumers[slot.id] = consumer
    gradients.extend(slot.id, to: consumer)
    values.extend(slot.id, to: consumer)
    return Input(slot: slot, accumulates: (known.lastConsumers[slot.id] ?? consumer) != consumer)
  }
}
