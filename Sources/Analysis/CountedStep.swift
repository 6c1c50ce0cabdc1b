// The elements that a training step holds, counted from shapes: what MemoryFormula multiplies with bytes.
import Adapters
import Kernels
import Models
import Training

/// Elements of a step by what they are. Columns are of one row; `rows` are all that stand at once.
struct CountedStep {
  private(set) var linearCount = 0.0
  private(set) var otherCount = 0.0
  private(set) var panelCount = 0.0
  private(set) var parameters = 0.0
  private(set) var preparedCount = 0.0
  /// Sums of the gradient of the parameters, and of merged weights, that are kept beside each other.
  private(set) var parameterSums = 1.0
  private(set) var mergedSums = 0.0
  private(set) var mergedCount = 0.0
  private(set) var rows = 0.0
  private(set) var keptName = ""
  private(set) var keptColumns = 0.0
  private(set) var layerName = ""
  private(set) var layerColumns = 0.0
  private(set) var headColumns = 0.0
  private(set) var gradientColumns = 0.0
  /// Floats that operations use in turn, of all threads.
  private(set) var scratchCount = 0.0
  private(set) var outputs = 0.0
  private(set) var offloadedLayers = 0.0
  private(set) var width = 0.0

  private let memory: MemoryCase
  /// Rows of one arena.
  private let arenaRows: Int
  /// Numbers of the weights that are trained.
  private let trained: Set<Int>
  private let packsWeights: Bool
  private var largestScratch = 0

  init(_ memory: MemoryCase) {
    self.memory = memory
    let weights = memory.architecture.weights
    let count = weights.reduce(0) { $0 + $1.count }
    trained =
      memory.adapter.map { Set($0.weights.map(\.index)) } ?? Set(weights.indices)
    packsWeights =
      memory.engine.threads != nil && memory.linearBits >= 16 && BaseWeights.isPacked(count: count)
    let shape = memory.shape
    parameters = Double(memory.adapter?.count ?? count)
    outputs = Double(memory.architecture.outputs)
    var arenas = 1
    if let threads = memory.engine.threads {
      arenas = min(shape.groups, threads)
      arenaRows = shape.mostRows
      mergedSums = Double(arenas == 1 ? min(2, shape.groups) : shape.groups)
    } else {
      arenaRows = memory.batch * memory.positions
      mergedSums = 1
    }
    rows = Double(arenas * arenaRows)
    add(weights)
    switch memory.architecture {
    case .transformer(let shape): add(shape)
    case .perceptron(let shape): add(shape)
    case .linear(let inputs, let outputs):
      add(PerceptronShape(widths: [inputs, outputs], activation: .none))
    }
    let isSummed =
      memory.adapter.map { adapter in
        !adapter.weights.isEmpty || adapter.sites.contains { held($0).merged == 0 }
      } ?? true
    if isSummed { parameterSums = mergedSums }
    scratchCount = memory.engine.threads == nil ? 0 : Double(arenas * largestScratch)
    // The logits' own gradient is counted with them.
    gradientColumns = max(0, gradientColumns - outputs)
  }

  // MARK: Weights and adapters

  private mutating func add(_ weights: [WeightShape]) {
    for (i, weight) in weights.enumerated() {
      if weight.role == .linear {
        linearCount += Double(weight.count)
      } else {
        otherCount += Double(weight.count)
      }
      var isProduct = weight.role == .linear || weight.role == .outputLayer
      if weight.role == .embedding, case .transformer(let shape) = memory.architecture, shape.isTied {
        isProduct = weight.module == shape.form.embedding
      }
      guard isProduct else { continue }
      let panels = Double(
        packedCount(depth: weight.columns, columns: weight.rows)
          + packedCount(depth: weight.rows, columns: weight.columns))
      if trained.contains(i) {
        if memory.engine.threads != nil { preparedCount += panels }
      } else if packsWeights {
        panelCount += panels
      }
    }
    for site in memory.adapter?.sites ?? [] { add(site) }
  }

  /// What is made of a module's parameters before each step, and the gradient of its merged weight.
  private mutating func add(_ site: AdapterSite) {
    guard memory.engine.threads != nil else { return }
    let held = self.held(site)
    preparedCount += Double(held.prepared)
    mergedCount += Double(held.merged)
  }

  /// What the adapter's branch holds of a module, in the orders of this program or in PEFT's.
  private func held(_ site: AdapterSite) -> HeldElements {
    guard let configuration = memory.adapter?.configuration else { return .none }
    return configuration.kind.held(
      site, hasDropout: configuration.dropout > 0,
      rows: memory.engine.threads == nil || memory.linearBits < 16 ? nil : memory.shape.rows)
  }

  // MARK: Layers

  /// The adapted modules among weights, and whether anything of them is trained.
  private func training(_ modules: [WeightShape], from first: Int) -> (sites: [AdapterSite], isTrained: Bool)
  {
    let sites = modules.compactMap { weight in
      memory.adapter.flatMap { adapter in
        weight.role == .bias ? nil : adapter.siteNumber(of: weight.module).map { adapter.sites[$0] }
      }
    }
    let isTrained = modules.indices.contains { trained.contains(first + $0) }
    return (sites, isTrained || !sites.isEmpty)
  }

  private mutating func needScratch(_ weight: WeightShape, _ site: AdapterSite?, isFrozen: Bool) {
    let frozen = isFrozen && !packsWeights ? storedScratch(weight) : 0
    let held = site.map { self.held($0) } ?? .none
    let own = arenaRows * held.scratchColumns
    largestScratch = max(largestScratch, held.isScratchBeside ? frozen + own : max(frozen, own))
  }

  /// What products with a weight take that is read where it stands: the rows packed, and a block of the weight.
  private func storedScratch(_ weight: WeightShape) -> Int {
    StoredMatrix.scratchCount(
      rows: arenaRows, storedColumns: weight.isStoredTransposed ? weight.rows : weight.columns)
  }

  private mutating func add(_ s: TransformerShape) {
    let (d, q, kv, ff) = (Double(s.width), Double(s.queryWidth), Double(s.keyWidth), Double(s.feedForward))
    let statistics = s.form.norm == .layer ? 2.0 : 1.0
    let heads = memory.engine.keepsProbabilities ? Double(s.heads * memory.positions) : 0
    width = d
    // Norms, queries with keys and values, attention, the sum in the middle, and the MLP.
    let inner =
      2 * (d + statistics) + (s.form.isFused ? 2 : 1) * (q + 2 * kv) + heads + q + d
      + (s.form.isGated ? 3 : 2) * ff
    var layers: [Double] = []
    var firstTrained = trained.contains(0) ? 0 : s.layers
    var next = s.parts.prefix { if case .block = $0.place { false } else { true } }.reduce(0) {
      $0 + $1.weights.count
    }
    for i in 0..<s.layers {
      let weights = s.block(i).flatMap(\.weights)
      let (sites, isTrained) = training(weights, from: next)
      if isTrained { firstTrained = min(firstTrained, i) }
      layers.append(inner + sites.reduce(0) { $0 + Double(held($1).columns) })
      for (j, weight) in weights.enumerated() where weight.role == .linear {
        needScratch(
          weight, sites.first { $0.module.path == weight.module }, isFrozen: !trained.contains(next + j))
      }
      next += weights.count
    }
    needScratch(ofOutputLayer: s, numbered: next)
    largestScratch = max(
      largestScratch,
      AttentionShape(
        positions: memory.positions, heads: s.heads, keyHeads: s.keyHeads, headWidth: s.headWidth
      ).scratchCount)
    setLayers(
      inputs: Array(repeating: d, count: s.layers + 1), layers, firstTrained: firstTrained)
    headColumns += d + statistics
    if let site = memory.adapter?.sites.first(where: { $0.module.isOutputLayer }) {
      headColumns += Double(held(site).columns)
    }
    gradientColumns = CountedStep.gradientColumns(s)
  }

  private mutating func needScratch(ofOutputLayer s: TransformerShape, numbered next: Int) {
    let site = memory.adapter?.sites.first { $0.module.isOutputLayer }
    let number = s.isTied ? 0 : memory.architecture.weights.count - 1
    needScratch(memory.architecture.weights[number], site, isFrozen: !trained.contains(number))
  }

  /// The most that the gradients of values take at once, in columns: each lives from its value's last use back to where
  /// the value is made, and takes the lowest place that is free. The first d are the residual stream's.
  private static func gradientColumns(_ s: TransformerShape) -> Double {
    let (d, q, kv, ff) = (Double(s.width), Double(s.queryWidth), Double(s.keyWidth), Double(s.feedForward))
    /// What is as narrow as the norm's output takes its place.
    func beyond(_ columns: Double) -> Double { columns > d ? columns : 0 }
    let all = q + 2 * kv
    let attention = s.form.isFused ? all + (q > d ? all : 2 * kv) : all + beyond(q)
    let mlp = (s.form.isGated ? 2 : 1) * ff + beyond(ff)
    return 2 * d + max(attention, mlp, beyond(Double(s.vocabulary)))
  }

  private mutating func add(_ s: PerceptronShape) {
    let weights = memory.architecture.weights
    let isActivated = s.activation != .none
    var layers: [Double] = []
    var firstTrained = weights.count
    for (i, weight) in weights.enumerated() {
      let (sites, isTrained) = training([weight], from: i)
      if isTrained { firstTrained = min(firstTrained, i) }
      // What is activated stands before and after.
      let inner = isActivated && i < weights.count - 1 ? Double(weight.rows) : 0
      layers.append(inner + sites.reduce(0) { $0 + Double(held($1).columns) })
      needScratch(weight, sites.first, isFrozen: !trained.contains(i))
      let own = Double(weight.rows)
      let after = i + 1 < weights.count ? Double(weights[i + 1].rows) : 0
      gradientColumns = max(gradientColumns, own + max(after, inner))
    }
    width = Double(s.widths.dropLast().max() ?? 0)
    setLayers(inputs: s.widths.map(Double.init), layers, firstTrained: firstTrained)
    // The last output is counted with the logits.
    keptColumns -= outputs
  }

  /// - Parameters:
  ///   - inputs: columns of the input of each layer, and of what the last one makes.
  ///   - layers: columns of the other values of each layer.
  ///   - firstTrained: the first layer with something trained in it or before it.
  private mutating func setLayers(inputs: [Double], _ layers: [Double], firstTrained: Int) {
    let pairs = zip(inputs, inputs.dropFirst()).map { $0 + $1 }
    switch memory.checkpointing {
    case .off:
      (keptName, keptColumns) = ("inputs of layers", inputs.reduce(0, +))
      (layerName, layerColumns) = ("values of \(layers.count) layers", layers.reduce(0, +))
    case .full:
      (keptName, keptColumns) = ("inputs of layers", inputs.reduce(0, +))
      (layerName, layerColumns) = ("values of one layer", layers.max() ?? 0)
    case .unsloth:
      (keptName, keptColumns) = ("input and output of one layer", pairs.max() ?? 0)
      (layerName, layerColumns) = ("values of one layer", layers.max() ?? 0)
      offloadedLayers = Double(max(0, layers.count - 1 - firstTrained))
    }
  }
}
