// Lays out a plan: operations in order, and the place of every value and gradient in a shard's arena.
import Adapters
import Kernels

/// What of a model a plan trains.
package enum Trainable: Equatable, Sendable {
  /// The adapter's A and B.
  case adapter
  /// All weights, for pretraining.
  case base
  /// Nothing: evaluation only.
  case nothing
}

/// What a plan is built from.
struct PlanRequest {
  var base: BaseWeights
  var adapter: AdapterLayout?
  var rule: ScalingRule
  var trainable: Trainable
  /// The most rows that a shard holds.
  var rows: Int
  /// Rows of the whole batch.
  var batchRows: Int
  /// Rows of a sequence; 1 for a perceptron.
  var positions: Int
  /// Keeps PEFT's order of contraction everywhere: the path that the others are tested against.
  var isPlain: Bool
}

/// Builds in two passes. The first finds the last consumer of each value, the lifetimes of the gradients and the
/// scratch that is needed; the second knows them.
struct PlanBuilder {
  private let request: PlanRequest
  private(set) var operations: [any Operation] = []
  private(set) var prepareTasks: [PrepareTask] = []
  private(set) var packedCount = 0
  /// Floats of the gradients of merged weights.
  private(set) var mergedCount = 0
  /// Whether shards add to the gradient of parameters: of a trained base, and of adapters in the factored order.
  private(set) var hasSummedParameters: Bool
  private(set) var arenaCount: Int
  private(set) var output: Slot?

  private var scratchCount = 0
  private var lastConsumers: [Int: Int] = [:]
  private var gradients = SharedPlaces()
  /// Values whose memory others take after their last consumer.
  private var values = SharedPlaces()
  private let known: PlanBuilder.Known
  private var nextID = 0

  /// What the first pass has found.
  private struct Known {
    var lastConsumers: [Int: Int] = [:]
    /// Places of the gradients in the arena, in the order in which they were asked for.
    var gradients: [Int] = []
    /// The same of the values that share places.
    var values: [Int] = []
    var arenaStart = 0
  }

  init(_ request: PlanRequest) {
    var first = PlanBuilder(request, known: Known())
    first.addModel()
    if let output = first.output { first.values.extend(output.id, to: first.operations.count) }
    let start = PlanBuilder.aligned(first.scratchCount)
    let (gradients, middle) = first.gradients.placed(from: start)
    let (values, end) = first.values.placed(from: middle)
    self.init(
      request,
      known: Known(
        lastConsumers: first.lastConsumers, gradients: gradients, values: values, arenaStart: end))
    addModel()
  }

  private init(_ request: PlanRequest, known: Known) {
    self.request = request
    self.known = known
    hasSummedParameters = request.trainable == .base || request.adapter?.weights.isEmpty == false
    arenaCount = known.arenaStart
  }

  private var trainable: Trainable { request.trainable }
  private var rows: Int { request.rows }
  /// Gradients need values after their last consumer, and so do those who look at what an adapter sees.
  private var sharesValues: Bool { trainable == .nothing && request.adapter == nil }

  private mutating func addModel() {
    switch request.base.architecture {
    case .transformer(let shape): addTransformer(shape)
    case .perceptron(let shape): addPerceptron(shape)
    case .linear(let inputs, let outputs):
      addPerceptron(PerceptronShape(widths: [inputs, outputs], activation: .none))
    }
  }

  private mutating func addTransformer(_ shape: TransformerShape) {
    let base = request.base
    var weight = 0
    /// The weights stand in the order in which they are used; a bias goes with its weight.
    func next() -> Int {
      defer { weight += base.bias(ofWeight: weight) == nil ? 1 : 2 }
      return weight
    }
    let table = next()
    var firsts = [table]
    if case .learned = shape.positions { firsts.append(weight) }
    var x = slot(shape.width, hasGradient: firsts.contains { isTrained($0) })
    operations.append(
      EmbeddingOperation(
        output: x, table: trainedOffset(table).map { .trained(offset: $0) } ?? .frozen(base.matrix(table)),
        tableCount: shape.vocabulary * shape.width,
        sharesGradient: shape.isTied))
    var rotary: RotaryTable?
    switch shape.positions {
    case .rotary(let angles):
      rotary = RotaryTable(positions: request.positions, headWidth: shape.headWidth, angles: angles)
    case .learned:
      operations.append(
        PositionOperation(
          slot: x, table: vector(next()), tableCount: shape.positionCount * shape.width,
          positions: request.positions))
    }
    for _ in 0..<shape.layers {
      let attended = norm(x, next(), shape)
      let (q, k, v) = queriesKeysAndValues(attended, next, shape)
      if let rotary {
        operations.append(
          RotaryOperation(slot: q, heads: shape.heads, table: rotary, positions: request.positions))
        operations.append(
          RotaryOperation(slot: k, heads: shape.keyHeads, table: rotary, positions: request.positions))
      }
      let mixed = attention(q, k, v, shape)
      x = linear(mixed, next(), residual: x)
      let entered = norm(x, next(), shape)
      let hidden = hidden(entered, next, shape)
      x = linear(hidden, next(), residual: x)
    }
    let last = norm(x, next(), shape)
    let logits = linear(last, shape.isTied ? table : next(), module: Architecture.outputLayer)
    output = logits
    operations.append(CrossEntropyOperation(logits: input(logits)))
  }

  private mutating func queriesKeysAndValues(_ x: Slot, _ next: () -> Int, _ shape: TransformerShape)
    -> (q: Slot, k: Slot, v: Slot)
  {
    switch shape.names {
    case .llama:
      return (linear(x, next()), linear(x, next()), linear(x, next()))
    case .gpt2:
      let all = linear(x, next())
      let parts = [shape.queryWidth, shape.keyWidth, shape.keyWidth].map {
        slot($0, hasGradient: all.gradient != nil)
      }
      operations.append(SplitOperation(input: input(all), outputs: parts))
      return (parts[0], parts[1], parts[2])
    }
  }

  /// What the MLP's last layer reads.
  private mutating func hidden(_ x: Slot, _ next: () -> Int, _ shape: TransformerShape) -> Slot {
    switch shape.mlp {
    case .gated:
      let gate = linear(x, next())
      let up = linear(x, next())
      let gated = slot(shape.feedForward, hasGradient: gate.gradient != nil || up.gradient != nil)
      operations.append(GateOperation(gate: input(gate), up: input(up), output: gated))
      return gated
    case .plain(let activation):
      let up = linear(x, next())
      let activated = slot(shape.feedForward, hasGradient: up.gradient != nil)
      operations.append(ActivationOperation(input: input(up), output: activated, activation: activation))
      return activated
    }
  }

  private mutating func addPerceptron(_ shape: PerceptronShape) {
    var x = slot(shape.widths[0], hasGradient: false)
    operations.append(InputOperation(output: x))
    let layers = shape.widths.count - 1
    for layer in 0..<layers {
      x = linear(x, layer)
      if layer < layers - 1 && shape.activation != .none {
        let activated = slot(x.columns, hasGradient: x.gradient != nil)
        operations.append(
          ActivationOperation(input: input(x), output: activated, activation: shape.activation))
        x = activated
      }
    }
    output = x
    operations.append(SquaredErrorOperation(prediction: input(x)))
  }

  // MARK: The parts

  private mutating func norm(_ x: Slot, _ weight: Int, _ shape: TransformerShape) -> Slot {
    let y = slot(x.columns, hasGradient: x.gradient != nil || isTrained(withBias: weight))
    let epsilon = Float(shape.normEpsilon)
    switch shape.norm {
    case .rootMeanSquare:
      operations.append(
        NormOperation(
          input: input(x), output: y, weight: vector(weight), epsilon: epsilon, reciprocal: allocate(rows)))
    case .layer:
      operations.append(
        LayerNormOperation(
          input: input(x), output: y, weight: vector(weight), bias: vector(weight + 1), epsilon: epsilon,
          mean: allocate(rows), reciprocal: allocate(rows)))
    }
    return y
  }

  private mutating func attention(_ q: Slot, _ k: Slot, _ v: Slot, _ shape: TransformerShape) -> Slot {
    let attention = AttentionShape(
      positions: request.positions, heads: shape.heads, keyHeads: shape.keyHeads, headWidth: shape.headWidth)
    let hasGradient = q.gradient != nil || k.gradient != nil || v.gradient != nil
    let y = slot(shape.queryWidth, hasGradient: hasGradient)
    scratchCount = max(scratchCount, attention.scratchCount)
    operations.append(
      AttentionOperation(
        query: input(q), key: input(k), value: input(v), output: y, shape: attention,
        probabilities: allocate(rows / request.positions * attention.probabilityCount)))
    return y
  }

  /// - Parameter module: the module's path where it is not that of the weight: a tied output layer's.
  private mutating func linear(_ x: Slot, _ weight: Int, residual: Slot? = nil, module: String? = nil) -> Slot
  {
    let shape = request.base.shapes[weight]
    let source = matrix(weight)
    let branch = branch(module ?? shape.module, weight)
    let isTrained = isTrained(withBias: weight) || branch != nil && trainable == .adapter
    let hasGradient = x.gradient != nil || residual?.gradient != nil || isTrained
    // The gradient of a sum is the gradient of its residual part: one place serves both.
    let y = slot(shape.rows, hasGradient: hasGradient, gradientOf: residual)
    scratchCount = max(
      scratchCount,
      LinearOperation.scratchCount(
        rows: rows, inputs: shape.columns, weight: source, branch: branch))
    operations.append(
      LinearOperation(
        input: input(x), output: y, residual: residual.map { input($0) }, weight: source,
        bias: request.base.bias(ofWeight: weight).map(vector), branch: branch, outputs: shape.rows))
    return y
  }

  /// Where the trained values of a weight stand in the vector of parameters; nil for a frozen one.
  private func trainedOffset(_ weight: Int) -> Int? {
    if trainable == .base { return request.base.offsets[weight] }
    return request.adapter?.weights.first { $0.index == weight }?.offset
  }

  private func isTrained(_ weight: Int) -> Bool {
    trainable != .nothing && trainedOffset(weight) != nil
  }

  private func isTrained(withBias weight: Int) -> Bool {
    isTrained(weight) || request.base.bias(ofWeight: weight).map { isTrained($0) } ?? false
  }

  private mutating func matrix(_ weight: Int) -> MatrixSource {
    let base = request.base
    guard let offset = trainedOffset(weight) else { return .frozen(base.frozenMatrix(weight)) }
    let shape = base.shapes[weight]
    return .trained(
      offset: offset,
      forward: pack(offset, depth: shape.columns, columns: shape.rows, isTransposed: true),
      backward: pack(offset, depth: shape.rows, columns: shape.columns, isTransposed: false))
  }

  private func vector(_ weight: Int) -> VectorSource {
    if let offset = trainedOffset(weight) { return .trained(offset: offset) }
    let place = request.base.vector(weight)
    return .frozen(place.buffer, offset: place.offset)
  }

  private mutating func branch(_ module: String, _ weight: Int) -> AdapterBranch? {
    guard let adapter = request.adapter,
      let index = adapter.sites.firstIndex(where: { $0.module.path == module })
    else { return nil }
    let site = adapter.sites[index]
    let (r, inputs, outputs) = (site.rank, site.module.inputs, site.module.outputs)
    let multiplier = Float(site.multiplier(request.rule))
    let hasDropout = adapter.configuration.dropout > 0 && trainable == .adapter
    // Without dropout the rows of the merged weight carry DoRA's magnitudes, and PEFT's order differs by rounding only.
    let isCheaper =
      !request.isPlain
      && AdapterBranch.isMergedCheaper(rows: request.batchRows, inputs: inputs, outputs: outputs, rank: r)
    var magnitude: AdapterBranch.Magnitude?
    if let offset = site.offsetMagnitude { magnitude = self.magnitude(site, offset: offset) }
    var place: AdapterBranch.Merged?
    let order: AdapterBranch.Order
    if !hasDropout && (magnitude != nil || isCheaper) {
      let merged = merged(site)
      place = merged
      order = .merged(merged)
    } else {
      let dropout = hasDropout ? adapter.configuration.dropout : 0
      order = .factored(factored(site, dropout: dropout, index, isDecomposed: magnitude != nil))
    }
    if place != nil || magnitude != nil {
      prepareTasks.append(
        .merge(
          MergeTask(
            weight: request.base.matrix(weight), rank: r, multiplier: multiplier, offsetA: site.offsetA,
            offsetB: site.offsetB, magnitude: magnitude,
            place: place)))
    }
    return AdapterBranch(
      inputs: inputs, outputs: outputs, rank: r, multiplier: multiplier, offsetA: site.offsetA,
      offsetB: site.offsetB, order: order, magnitude: magnitude)
  }

  private mutating func factored(
    _ site: AdapterSite, dropout: Double, _ index: Int, isDecomposed: Bool
  ) -> AdapterBranch.Factored {
    let (r, inputs, outputs) = (site.rank, site.module.inputs, site.module.outputs)
    hasSummedParameters = true
    return AdapterBranch.Factored(
      columnsA: pack(site.offsetA, depth: inputs, columns: r, isTransposed: true),
      columnsB: pack(site.offsetB, depth: r, columns: outputs, isTransposed: true),
      hidden: allocate(rows * r),
      dropout: dropout == 0
        ? nil
        : AdapterBranch.Dropout(
          probability: Float(dropout), index: UInt32(index), dropped: allocate(rows * inputs),
          mask: allocate(rows * inputs)),
      direction: isDecomposed ? allocate(rows * outputs) : nil)
  }

  private mutating func merged(_ site: AdapterSite) -> AdapterBranch.Merged {
    let (r, inputs, outputs) = (site.rank, site.module.inputs, site.module.outputs)
    let rowStride = PlanBuilder.rowStride(inputs)
    let place = AdapterBranch.Merged(
      sum: allocatePacked(outputs * rowStride),
      forward: allocatePacked(Kernels.packedCount(depth: inputs, columns: outputs)),
      rowStride: rowStride,
      columnsA: allocatePacked(Kernels.packedCount(depth: inputs, columns: r)),
      gradient: mergedCount)
    mergedCount += PlanBuilder.aligned(outputs * inputs)
    return place
  }

  private mutating func magnitude(_ site: AdapterSite, offset: Int) -> AdapterBranch.Magnitude {
    let rowStride = PlanBuilder.rowStride(site.module.inputs)
    return AdapterBranch.Magnitude(
      offset: offset, direction: allocatePacked(site.module.outputs * rowStride), rowStride: rowStride,
      gains: allocatePacked(site.module.outputs), reciprocals: allocatePacked(site.module.outputs))
  }

  /// Rows a multiple of a kilobyte apart would compete for the same lines of the caches.
  private static func rowStride(_ inputs: Int) -> Int {
    aligned(inputs) + (inputs.isMultiple(of: 256) ? 16 : 0)
  }

  // MARK: Places

  private mutating func pack(_ source: Int, depth: Int, columns: Int, isTransposed: Bool) -> Int {
    let target = allocatePacked(Kernels.packedCount(depth: depth, columns: columns))
    prepareTasks.append(
      .pack(
        PackTask(source: source, depth: depth, columns: columns, isTransposed: isTransposed, target: target)))
    return target
  }

  private mutating func allocatePacked(_ count: Int) -> Int {
    let offset = packedCount
    packedCount += PlanBuilder.aligned(count)
    return offset
  }

  private static func aligned(_ count: Int) -> Int { (count + 15) / 16 * 16 }

  private mutating func allocate(_ count: Int) -> Int {
    let offset = arenaCount
    arenaCount += PlanBuilder.aligned(count)
    return offset
  }

  /// A value with its gradient: a place of its own, or that of another slot.
  private mutating func slot(_ columns: Int, hasGradient: Bool, gradientOf other: Slot? = nil) -> Slot {
    nextID += 1
    var gradient: Int?
    if hasGradient {
      let number = gradients.add(
        other.flatMap { $0.gradient == nil ? nil : $0.id }, id: nextID, count: rows * columns,
        producer: operations.count)
      gradient = number < known.gradients.count ? known.gradients[number] : 0
    }
    return Slot(id: nextID, columns: columns, value: value(columns), gradient: gradient)
  }

  /// The place of the newest slot's value.
  private mutating func value(_ columns: Int) -> Int {
    guard sharesValues else { return allocate(rows * columns) }
    let number = values.add(nil, id: nextID, count: rows * columns, producer: operations.count)
    return number < known.values.count ? known.values[number] : 0
  }

  /// Notes that the next operation consumes the slot.
  private mutating func input(_ slot: Slot) -> Input {
    let consumer = operations.count
    lastConsumers[slot.id] = consumer
    gradients.extend(slot.id, to: consumer)
    values.extend(slot.id, to: consumer)
    return Input(slot: slot, accumulates: (known.lastConsumers[slot.id] ?? consumer) != consumer)
  }
}
