// Lays out a plan: the operations of a step in order, each with the places of what it reads and writes.
import Adapters
import Kernels
import Storage

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
  var checkpointing: Checkpointing
  /// α of NEFTune's noise on the embeddings of a step; 0 adds none.
  var embeddingNoise: Double
  var precision = Precision.fp32
}

/// Lays out a model's step as a list of operations, each with the places of what it reads and writes.
///
/// It walks the model twice: the first time to find out what `PlanPlaces` must know, the second time for good.
struct PlanBuilder {
  let request: PlanRequest
  var places: PlanPlaces
  var operations: [any Operation] = []
  var prepareTasks: [any PrepareTask] = []
  /// Whether shards add to the gradient of parameters: of a trained base, and of adapters in the factored order.
  var hasSummedParameters: Bool
  /// Those that are computed again before their gradients, in order.
  private(set) var remadeLayers: [RemadeLayer] = []
  /// The operation that makes the newest value which is a layer's input.
  private var layerInputProducer = 0
  /// Logits, or predictions.
  var output: Slot?
  /// Where values are rounded; none in fp32.
  var roundings: [(site: RoundingSite, rounding: Rounding)] = []
  /// What a slot holds, by its number, for the table of roundings.
  var kinds: [Int: TensorKind] = [:]

  init(_ request: PlanRequest) {
    // Gradients need values after their last consumer, and so do those who look at what an adapter sees.
    let sharesValues = request.trainable == .nothing && request.adapter == nil
    var first = PlanBuilder(request, PlanPlaces(rows: request.rows, sharesValues: sharesValues))
    first.addModel()
    self.init(
      request, first.places.secondPass(output: first.output, end: first.operations.count))
    addModel()
  }

  private init(_ request: PlanRequest, _ places: PlanPlaces) {
    self.request = request
    self.places = places
    hasSummedParameters = request.trainable == .base || request.adapter?.weights.isEmpty == false
  }

  var trainable: Trainable { request.trainable }
  var rows: Int { request.rows }

  private mutating func addModel() {
    switch request.base.architecture {
    case .transformer(let shape): addTransformer(shape)
    case .perceptron(let shape): addPerceptron(shape)
    case .linear(let inputs, let outputs):
      addPerceptron(PerceptronShape(widths: [inputs, outputs], activation: .none))
    }
  }

  private mutating func addPerceptron(_ shape: PerceptronShape) {
    var x = slot(shape.widths[0], hasGradient: false, isLayerInput: true)
    operations.append(InputOperation(output: x, rounding: rounding(.productInput, of: "inputs")))
    let layers = shape.widths.count - 1
    for layer in 0..<layers {
      let isActivated = layer < layers - 1 && shape.activation != .none
      let isLast = layer == layers - 1
      x = self.layer(x, isLast: isLast) { builder in
        let y = builder.linear(x, layer, isLayerInput: !isActivated, isLast: isLast)
        guard isActivated else { return y }
        let activated = builder.slot(y.columns, hasGradient: y.gradient != nil, isLayerInput: true)
        let input = builder.input(y)
        builder.append(
          ActivationOperation(input: input, output: activated, activation: shape.activation), activated,
          as: .activation, input: input, of: builder.request.base.shapes[layer].module)
        return activated
      }
    }
    output = x
    operations.append(
      SquaredErrorOperation(prediction: input(x), rounding: lossRounding(x)))
  }

  // MARK: The parts

  /// Appends the operations of one layer. With checkpointing its values share their memory with those of other layers, and
  /// it is computed again before its gradients where it is not the last.
  ///
  /// - Parameters:
  ///   - x: the layer's input.
  ///   - operations: appends them; what they give back, and x, are values that were made with `isLayerInput`.
  mutating func layer(
    _ x: Slot, isLast: Bool, _ operations: (inout PlanBuilder) -> Slot
  ) -> Slot {
    guard isCheckpointing else { return operations(&self) }
    let first = self.operations.count
    places.beginLayer()
    let y = operations(&self)
    places.endLayer(x, at: self.operations.count - 1)
    // Nothing of a layer below the first trained parameter is read again.
    if !isLast && y.gradient != nil {
      remadeLayers.append(
        RemadeLayer(
          operations: first..<self.operations.count, output: layerInputProducer,
          offload: request.checkpointing == .unsloth
            ? Offload(slot: x, place: places.allocateOffloaded(rows * x.columns)) : nil))
    }
    return y
  }

  private var isCheckpointing: Bool { request.checkpointing != .off && trainable != .nothing }

  /// Appends the linear layer y = x·Wᵀ + b, added to a residual, with the adapter's branch where the module has one.
  ///
  /// - Parameters:
  ///   - weight: the number of W among the base's weights; its bias follows it.
  ///   - module: the module's path where it is not that of the weight: a tied output layer's.
  ///   - isLayerInput: as of `slot`.
  ///   - isLast: whether y is what the loss reads.
  /// - Returns: the place of y.
  mutating func linear(
    _ x: Slot, _ weight: Int, residual: Slot? = nil, module: String? = nil, isLayerInput: Bool = false,
    isLast: Bool = false
  ) -> Slot {
    let shape = request.base.shapes[weight]
    let source = matrix(weight)
    let branch = branch(module ?? shape.module, weight)
    let isTrained = isTrained(withBias: weight) || branch != nil && trainable == .adapter
    let hasGradient = x.gradient != nil || residual?.gradient != nil || isTrained
    // The gradient of a sum is the gradient of its residual part: one place serves both.
    let y = slot(
      shape.rows, hasGradient: hasGradient, gradientOf: residual, isLayerInput: isLayerInput)
    let rounding = linearRounding(
      module ?? shape.module, weight, x: x, y: y, weight: source, hasResidual: residual != nil, isLast: isLast
    )
    places.needScratch(
      LinearOperation.scratchCount(
        rows: rows, weight: source, branch: branch, reserved: rounding?.branchScratch ?? 0))
    operations.append(
      LinearOperation(
        input: input(x), output: y, residual: residual.map { input($0) }, weight: source,
        bias: request.base.bias(ofWeight: weight).map { vector($0) }, branch: branch, rounding: rounding))
    return y
  }

  /// Where the trained values of a weight stand in the vector of parameters; nil for a frozen one.
  func trainedOffset(_ weight: Int) -> Int? {
    if trainable == .base { return request.base.offsets[weight] }
    return request.adapter?.weights.first { $0.index == weight }?.offset
  }

  /// Whether the step makes a gradient of the weight.
  func isTrained(_ weight: Int) -> Bool {
    trainable != .nothing && trainedOffset(weight) != nil
  }

  /// Whether it makes one of the weight or of its bias.
  func isTrained(withBias weight: Int) -> Bool {
    isTrained(weight) || request.base.bias(ofWeight: weight).map { isTrained($0) } ?? false
  }

  /// A linear layer's weight as its products read it. A trained one is packed anew before each step.
  private mutating func matrix(_ weight: Int) -> MatrixSource {
    let base = request.base
    guard let offset = trainedOffset(weight) else {
      return .frozen(base.frozenMatrix(weight, roundedTo: request.precision.format(of: .weight)))
    }
    let shape = base.shapes[weight]
    return .trained(
      offset: offset,
      forward: pack(offset, depth: shape.columns, columns: shape.rows, isTransposed: true),
      backward: pack(offset, depth: shape.rows, columns: shape.columns, isTransposed: false))
  }

  /// A weight that is read as it stands: of a norm, a bias, learned positions.
  ///
  /// A bias is rounded where it is added.
  func vector(_ weight: Int) -> VectorSource {
    if let offset = trainedOffset(weight) { return .trained(offset: offset) }
    let place = request.base.vector(weight)
    let format = request.precision.format(of: .otherWeight)
    if format == .fp32 { return .frozen(place.buffer, offset: place.offset) }
    let count = request.base.shapes[weight].count
    let rounded = Buffer(count: count)
    _ = round(count, place.buffer.pointer + place.offset, to: format, into: rounded.pointer)
    return .frozen(rounded, offset: 0)
  }

  // MARK: Places

  /// A place for a value that the next operation makes, and for its gradient where it has one.
  ///
  /// - Parameters:
  ///   - other: a value whose gradient is the same, and whose place is shared.
  ///   - isLayerInput: whether a layer begins with it, or the rest of the model after the last layer: checkpointing keeps
  ///     it.
  mutating func slot(
    _ columns: Int, hasGradient: Bool, gradientOf other: Slot? = nil, isLayerInput: Bool = false
  ) -> Slot {
    if isLayerInput { layerInputProducer = operations.count }
    let isKept = isLayerInput && isCheckpointing
    let lifetime: PlanPlaces.Lifetime =
      !isKept ? .layer : request.checkpointing == .unsloth ? .consumers : .step
    return places.slot(
      columns, hasGradient: hasGradient, gradientOf: other, lifetime: lifetime, producer: operations.count)
  }

  /// Notes that the next operation consumes the slot.
  mutating func input(_ slot: Slot) -> Input { places.input(slot, consumer: operations.count) }

  /// A place for the panels of a trainable matrix, which is packed before each step.
  ///
  /// - Parameters:
  ///   - source: its offset in the trainable parameters.
  ///   - depth: K of the right operand [K, N] that it is in products.
  ///   - columns: N.
  ///   - isTransposed: whether the parameters hold [N, K].
  /// - Returns: the offset of the panels in the packed parameters.
  mutating func pack(_ source: Int, depth: Int, columns: Int, isTransposed: Bool) -> Int {
    let target = places.allocatePacked(Kernels.packedCount(depth: depth, columns: columns))
    prepareTasks.append(
      PackTask(
        source: source, depth: depth, columns: columns, isTransposed: isTransposed, target: target,
        format: request.precision.format(of: .weight)))
    return target
  }
}
