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

/// Builds in two passes. The first finds the last consumer of each value and the scratch that is needed; the second
/// knows both.
struct PlanBuilder {
  let base: BaseWeights
  let adapter: AdapterLayout?
  let rule: ScalingRule
  let trainable: Trainable
  /// The most rows that a shard holds.
  let rows: Int
  /// Rows of the whole batch.
  let batchRows: Int
  /// Rows of a sequence; 1 for a perceptron.
  let positions: Int
  /// Keeps PEFT's order of contraction everywhere: the path that the others are tested against.
  let isPlain: Bool

  private(set) var operations: [any Operation] = []
  private(set) var prepareTasks: [PrepareTask] = []
  private(set) var packedCount = 0
  private(set) var arenaCount: Int
  private(set) var scratchCount = 0
  private(set) var lastConsumers: [Int: Int] = [:]
  private(set) var output: Slot?

  private let known: [Int: Int]
  private var nextID = 0

  static func build(
    base: BaseWeights, adapter: AdapterLayout?, rule: ScalingRule, trainable: Trainable, rows: Int,
    batchRows: Int, positions: Int, isPlain: Bool
  ) -> PlanBuilder {
    var first = PlanBuilder(
      base: base, adapter: adapter, rule: rule, trainable: trainable, rows: rows, batchRows: batchRows,
      positions: positions, isPlain: isPlain, scratch: 0, known: [:])
    first.addModel()
    var second = PlanBuilder(
      base: base, adapter: adapter, rule: rule, trainable: trainable, rows: rows, batchRows: batchRows,
      positions: positions, isPlain: isPlain, scratch: first.scratchCount, known: first.lastConsumers)
    second.addModel()
    return second
  }

  /// The scratch stands at the arena's start.
  private init(
    base: BaseWeights, adapter: AdapterLayout?, rule: ScalingRule, trainable: Trainable, rows: Int,
    batchRows: Int, positions: Int, isPlain: Bool, scratch: Int, known: [Int: Int]
  ) {
    self.base = base
    self.adapter = adapter
    self.rule = rule
    self.trainable = trainable
    self.rows = rows
    self.batchRows = batchRows
    self.positions = positions
    self.isPlain = isPlain
    self.known = known
    arenaCount = PlanBuilder.aligned(scratch)
  }

  private mutating func addModel() {
    switch base.architecture {
    case .transformer(let shape): addTransformer(shape)
    case .perceptron(let shape): addPerceptron(shape)
    case .linear(let inputs, let outputs):
      addPerceptron(PerceptronShape(widths: [inputs, outputs], activation: .none))
    }
  }

  private mutating func addTransformer(_ shape: TransformerShape) {
    let kv = shape.keyHeads * shape.headWidth
    let table = RotaryTable(positions: positions, headWidth: shape.headWidth, theta: shape.ropeTheta)
    var weight = 0
    func next() -> Int {
      defer { weight += 1 }
      return weight
    }
    let embedding = next()
    var x = slot(shape.width, hasGradient: trainable == .base)
    operations.append(
      EmbeddingOperation(
        output: x, table: vector(embedding), tableCount: shape.vocabulary * shape.width))
    for _ in 0..<shape.layers {
      let attended = norm(x, next(), shape)
      let q = linear(attended, next())
      let k = linear(attended, next())
      let v = linear(attended, next())
      operations.append(RotaryOperation(slot: q, heads: shape.heads, table: table, positions: positions))
      operations.append(RotaryOperation(slot: k, heads: shape.keyHeads, table: table, positions: positions))
      let mixed = attention(q, k, v, shape)
      precondition(k.columns == kv, "key heads do not fit the weights")
      x = linear(mixed, next(), residual: x)
      let entered = norm(x, next(), shape)
      let gate = linear(entered, next())
      let up = linear(entered, next())
      let gated = slot(shape.feedForward, hasGradient: gate.gradient != nil || up.gradient != nil)
      operations.append(GateOperation(gate: input(gate), up: input(up), output: gated))
      x = linear(gated, next(), residual: x)
    }
    let last = norm(x, next(), shape)
    let logits = linear(last, next())
    output = logits
    operations.append(CrossEntropyOperation(logits: input(logits)))
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
    let y = slot(x.columns, hasGradient: x.gradient != nil || trainable == .base)
    operations.append(
      NormOperation(
        input: input(x), output: y, weight: vector(weight), epsilon: Float(shape.normEpsilon),
        reciprocal: allocate(rows)))
    return y
  }

  private mutating func attention(_ q: Slot, _ k: Slot, _ v: Slot, _ shape: TransformerShape) -> Slot {
    let attention = AttentionShape(
      positions: positions, heads: shape.heads, keyHeads: shape.keyHeads, headWidth: shape.headWidth)
    let hasGradient = q.gradient != nil || k.gradient != nil || v.gradient != nil
    let y = slot(shape.width, hasGradient: hasGradient)
    scratchCount = max(scratchCount, attention.scratchCount)
    operations.append(
      AttentionOperation(
        query: input(q), key: input(k), value: input(v), output: y, shape: attention,
        probabilities: allocate(rows / positions * attention.probabilityCount), scratch: 0))
    return y
  }

  private mutating func linear(_ x: Slot, _ weight: Int, residual: Slot? = nil) -> Slot {
    let shape = base.shapes[weight]
    let source = matrix(weight)
    let branch = branch(shape, weight)
    let isTrained = trainable == .base || branch != nil && trainable == .adapter
    let hasGradient = x.gradient != nil || residual?.gradient != nil || isTrained
    // The gradient of a sum is the gradient of its residual part: one place serves both.
    let gradient = hasGradient ? residual?.gradient ?? allocate(rows * shape.rows) : nil
    let y = newSlot(columns: shape.rows, value: allocate(rows * shape.rows), gradient: gradient)
    if case .frozen(let matrix) = source { scratchCount = max(scratchCount, matrix.scratchCount) }
    let widest = max(shape.columns, branch?.rank ?? 0)
    operations.append(
      LinearOperation(
        input: input(x), output: y, residual: residual.map { input($0) }, weight: source, branch: branch,
        outputs: shape.rows, scratch: 0,
        keptGradient: isTrained && residual != nil ? allocate(rows * shape.rows) : nil,
        packing: isTrained ? allocate(Kernels.packedCount(depth: rows, columns: widest)) : 0))
    return y
  }

  private mutating func matrix(_ weight: Int) -> MatrixSource {
    guard trainable == .base else { return .frozen(base.frozenMatrix(weight)) }
    let shape = base.shapes[weight]
    let offset = base.offsets[weight]
    return .trained(
      offset: offset,
      forward: pack(offset, depth: shape.columns, columns: shape.rows, isTransposed: true),
      backward: pack(offset, depth: shape.rows, columns: shape.columns, isTransposed: false))
  }

  private func vector(_ weight: Int) -> VectorSource {
    trainable == .base
      ? .trained(offset: base.offsets[weight]) : .frozen(base.values, offset: base.offsets[weight])
  }

  private mutating func branch(_ shape: WeightShape, _ weight: Int) -> AdapterBranch? {
    guard let adapter, let index = adapter.sites.firstIndex(where: { $0.module.path == shape.module })
    else { return nil }
    let site = adapter.sites[index]
    let (r, inputs, outputs) = (site.rank, site.module.inputs, site.module.outputs)
    let multiplier = Float(site.multiplier(rule))
    let hasDropout = adapter.configuration.dropout > 0 && trainable == .adapter
    let isMerged =
      !hasDropout && !isPlain
      && AdapterBranch.isMergedCheaper(rows: batchRows, inputs: inputs, outputs: outputs, rank: r)
    return AdapterBranch(
      inputs: inputs, outputs: outputs, rank: r, multiplier: multiplier, offsetA: site.offsetA,
      offsetB: site.offsetB,
      order: isMerged
        ? .merged(merged(site, weight, multiplier))
        : .factored(factored(site, dropout: hasDropout ? adapter.configuration.dropout : 0, index)))
  }

  private mutating func factored(_ site: AdapterSite, dropout: Double, _ index: Int) -> AdapterBranch.Factored
  {
    let (r, inputs, outputs) = (site.rank, site.module.inputs, site.module.outputs)
    return AdapterBranch.Factored(
      columnsA: pack(site.offsetA, depth: inputs, columns: r, isTransposed: true),
      columnsB: pack(site.offsetB, depth: r, columns: outputs, isTransposed: true),
      rowsA: inputs.isMultiple(of: 16)
        ? nil : pack(site.offsetA, depth: r, columns: inputs, isTransposed: false),
      rowsB: r.isMultiple(of: 16)
        ? nil : pack(site.offsetB, depth: outputs, columns: r, isTransposed: false),
      hidden: allocate(rows * r), hiddenGradient: allocate(rows * r),
      dropout: dropout == 0
        ? nil
        : AdapterBranch.Dropout(
          probability: Float(dropout), index: UInt32(index), dropped: allocate(rows * inputs),
          mask: allocate(rows * inputs), gradient: allocate(rows * inputs)))
  }

  private mutating func merged(_ site: AdapterSite, _ weight: Int, _ multiplier: Float)
    -> AdapterBranch.Merged
  {
    let (r, inputs, outputs) = (site.rank, site.module.inputs, site.module.outputs)
    let columnsA = allocatePacked(Kernels.packedCount(depth: inputs, columns: r))
    let place = AdapterBranch.Merged(
      sum: allocatePacked(outputs * inputs),
      forward: allocatePacked(Kernels.packedCount(depth: inputs, columns: outputs)),
      // The product B·A is packed here too.
      backward: allocatePacked(Kernels.packedCount(depth: max(outputs, r), columns: inputs)),
      columnsA: columnsA,
      gradient: allocatePacked(outputs * inputs))
    prepareTasks.append(
      .merge(
        MergeTask(
          weights: base.values, weight: base.offsets[weight], inputs: inputs, outputs: outputs, rank: r,
          multiplier: multiplier, offsetA: site.offsetA, offsetB: site.offsetB, place: place)))
    return place
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

  private mutating func slot(_ columns: Int, hasGradient: Bool) -> Slot {
    newSlot(
      columns: columns, value: allocate(rows * columns),
      gradient: hasGradient ? allocate(rows * columns) : nil)
  }

  private mutating func newSlot(columns: Int, value: Int, gradient: Int?) -> Slot {
    nextID += 1
    return Slot(id: nextID, columns: columns, value: value, gradient: gradient)
  }

  /// Notes that the next operation consumes the slot.
  private mutating func input(_ slot: Slot) -> Input {
    let consumer = operations.count
    lastConsumers[slot.id] = consumer
    return Input(slot: slot, accumulates: (known[slot.id] ?? consumer) != consumer)
  }
}
