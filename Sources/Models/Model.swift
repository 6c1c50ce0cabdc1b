// A model: base weights and, once attached, an adapter.
package import Adapters
import Kernels
package import Signals
package import Storage

/// An adapter on a model: its parameters as they stand, and what a training run starts from.
///
/// `layout` says which module has which part of the vector: A [r, in], B [out, r] and what its kind trains beside them, one
/// behind the other, site after site, then copies of the weights that are trained whole. All are floats without unit.
package final class Adapter {
  /// Where each tensor stands in `parameters`.
  package let layout: AdapterLayout
  /// Of the model that it is for.
  package let architecture: Architecture
  /// All parameters in one vector, laid out by `layout`. Replaced, never written, by a training run, so that adapters and
  /// runs share it.
  package var parameters: Buffer
  /// The parameters a run starts from; nil where A is drawn from the run's seed.
  package let origin: Buffer?
  /// What a run leaves behind for `resume=True`; the Training module's own.
  package var trainingState: (any Sendable)?
  /// What a trainer was given for it, for a script of it; the Training module's own. Nil once it is trained otherwise.
  package var trainingRequest: (any Sendable)?
  /// What makes this adapter as `a`; nil for a fresh one.
  package let madeBy: Provenance?
  /// Runs since it was attached or loaded.
  package var history: [Provenance.Step] = []

  /// The base as it was before the adapter's beginning was taken out of it, or before the output layer got a weight of
  /// its own; nil where the adapter left it as it was.
  package let wholeBase: BaseWeights?

  /// A fresh adapter: A drawn from seed 0 and B zero, or as its initialisation says, so that it changes nothing before it
  /// is trained (but for `.random`).
  init(
    _ layout: AdapterLayout, base: BaseWeights, rule: ScalingRule, wholeBase: BaseWeights?,
    stop: StopSignal
  ) throws(Interruption) {
    self.layout = layout
    architecture = base.architecture
    parameters = try layout.startingParameters(seed: 0, base: base, rule: rule, stop: stop)
    origin = nil
    madeBy = nil
    self.wholeBase = wholeBase
  }

  /// A fresh adapter that begins as a part of `wholeBase`.
  init(
    _ layout: AdapterLayout, of architecture: Architecture, start: Buffer, takenOutOf wholeBase: BaseWeights
  ) {
    self.layout = layout
    self.architecture = architecture
    parameters = start
    origin = start
    madeBy = nil
    self.wholeBase = wholeBase
  }

  /// An adapter with given values, and how it came about: one that was loaded, combined, or kept of a run.
  ///
  /// - Precondition: as many values as the layout has parameters.
  package init(
    _ layout: AdapterLayout, of architecture: Architecture, loaded parameters: Buffer, madeBy: Provenance,
    takenOutOf: BaseWeights? = nil
  ) {
    precondition(
      parameters.count == layout.count, "\(parameters.count) values for \(layout.count) parameters")
    self.layout = layout
    self.architecture = architecture
    self.parameters = parameters
    self.madeBy = madeBy
    origin = parameters
    wholeBase = takenOutOf
  }

  /// A second adapter that stands where this one stands; `base` is the model that this one is attached to.
  /// It keeps the rule that is in force: what was trained does not follow the session's mode any more.
  package func snapshot(base: Model, rule: ScalingRule) -> Adapter {
    Adapter(
      layout.withOwnRule(rule), of: architecture, loaded: parameters,
      madeBy: provenance(base: base) + history + [.takeAdapter])
  }

  /// What makes the base and this adapter on it, before the runs of its history.
  package func provenance(base: Model) -> Provenance {
    let attachment: Provenance.Step = madeBy == nil ? .attach(layout.configuration) : .attachAdapter
    return (madeBy ?? Provenance()) + base.steps + [attachment]
  }

  /// What a run with this seed starts from, and does not write, on the base that the adapter is attached to.
  package func start(
    seed: UInt64, base: BaseWeights, rule: ScalingRule, stop: StopSignal
  ) throws(Interruption) -> Buffer {
    if let origin { return origin }
    return try layout.startingParameters(seed: seed, base: base, rule: rule, stop: stop)
  }

  /// Trainable parameters.
  package var count: Int { layout.count }
}

/// A model of one of the architectures: frozen base weights, and once attached an adapter, or several of which some are
/// active.
///
/// It has reference semantics, so two names can stand for one model. Three things change a model: pretraining puts other
/// weights into `base`, training puts other parameters into its adapter, and `request` is set by Python's face. All else
/// gives a new model that shares the weights: `attached`, `detached`, `merged`.
package final class Model {
  /// Replaced, never written, by pretraining; models attached earlier keep the old ones.
  package var base: BaseWeights
  /// The adapter that is trained; nil for a plain model.
  package let adapter: Adapter?
  /// The model this one was merged from; `unmerge` gives it back, exactly.
  package let mergedFrom: Model?
  /// All adapters and which are active, where there are several.
  package let adapterSet: AdapterSet?
  /// How the base came about, for captions: `transformer(layers=2, …, seed=0)`.
  package let description: String
  /// Where the base was loaded from; nil where it was made here.
  package let source: ModelSource?
  /// What the user's Python asked for; nil for a model that was made or loaded in the language. A merged model has other
  /// weights, and none.
  package var request: ModelRequest?
  /// The runs that changed `base` since.
  package var history: [Provenance.Step]
  /// What makes the base in place of the description: the steps of a merged model.
  let made: [Provenance.Step]?

  package init(
    base: BaseWeights, adapter: Adapter? = nil, adapterSet: AdapterSet? = nil, mergedFrom: Model? = nil,
    description: String, source: ModelSource? = nil, request: ModelRequest? = nil,
    history: [Provenance.Step] = [], made: [Provenance.Step]? = nil
  ) {
    self.base = base
    self.adapter = adapter
    self.adapterSet = adapterSet
    self.mergedFrom = mergedFrom
    self.description = description
    self.source = source
    self.request = request
    self.history = history
    self.made = made
  }

  /// The shape of the base; an adapter does not change it.
  package var architecture: Architecture { base.architecture }

  /// What makes the base again.
  package var steps: [Provenance.Step] { (made ?? [.base(call: description)]) + history }

  /// Whether the base is as its description makes it.
  package var isAsMade: Bool { made == nil && history.isEmpty }

  /// For captions: the base, and what was done to it; `run.settings` has it in full.
  package var caption: String {
    var parts = [description]
    let pretrainings = steps.reduce(0) { $0 + $1.pretrainings }
    if pretrainings > 0 {
      parts.append(pretrainings == 1 ? "pretrained" : "pretrained \(pretrainings) times")
    }
    if made != nil { parts.append("with an adapter merged in") }
    if let quantization = base.quantization { parts.append("quantised to \(quantization.title)") }
    return parts.joined(separator: ", ")
  }

  /// A new model that shares these weights and carries a fresh adapter. This model stays as it is.
  ///
  /// - Parameter mode: the session's scaling mode. An adapter that begins as a part of the base keeps the rule that was
  ///   in force then, because the base was changed with its multiplier.
  /// - Throws: `AdapterError` where the configuration does not fit, or the model carries an adapter; `Interruption`.
  package func attached(
    _ configuration: LoRAConfiguration, mode: ScalingRule = .lora, memory: Double = .infinity,
    stop: StopSignal = .never
  ) throws -> Model {
    let rule = configuration.rule(mode: mode)
    let (base, layout) = try prepared(configuration, rule: rule, memory: memory, stop: stop)
    guard configuration.initialization.splitsBase else {
      let whole = isUntied(by: configuration) ? self.base : nil
      return with(try Adapter(layout, base: base, rule: rule, wholeBase: whole, stop: stop), on: base)
    }
    let (rest, start) = try layout.split(base, rule: rule, stop: stop)
    return with(
      Adapter(layout, of: base.architecture, start: start, takenOutOf: self.base), on: rest)
  }

  /// A model that shares these weights and carries a copy of a trained adapter. The modules of the two are held against
  /// each other by their paths, in whatever order the adapter has them.
  ///
  /// - Throws: `AdapterError` where the adapter was made for other modules; `Interruption`.
  package func attached(
    _ trained: Adapter, mode: ScalingRule = .lora, stop: StopSignal = .never
  ) throws -> Model {
    let configuration = trained.layout.configuration
    let rule = configuration.rule(mode: mode)
    let (base, layout) = try prepared(configuration, rule: rule, memory: .infinity, stop: stop)
    guard let parameters = layout.parameters(trained.parameters, of: trained.layout) else {
      throw AdapterError.otherModules
    }
    let isSplit = configuration.initialization.splitsBase
    let copy = Adapter(
      layout, of: base.architecture, loaded: parameters,
      madeBy: trained.madeBy ?? Provenance(),
      takenOutOf: isSplit || isUntied(by: configuration) ? self.base : nil)
    guard isSplit else { return with(copy, on: base) }
    return with(copy, on: try layout.split(base, rule: rule, stop: stop).base)
  }

  /// This base with an adapter that was laid out on it, shared and not copied.
  func with(_ adapter: Adapter, in set: AdapterSet? = nil) -> Model {
    Model(
      base: base, adapter: adapter, adapterSet: set, description: description, source: source,
      request: request, history: history, made: made)
  }

  /// A merged model that cannot be unmerged.
  var forgettingOrigin: Model {
    Model(base: base, description: description, source: source, history: history, made: made)
  }

  /// The base that the configuration is laid out on, and the layout. Where the output layer shares the embedding's
  /// weight and one of the two is trained whole, each gets a weight of its own, as PEFT copies the module.
  private func prepared(
    _ configuration: LoRAConfiguration, rule: ScalingRule, memory: Double, stop: StopSignal
  ) throws -> (base: BaseWeights, layout: AdapterLayout) {
    guard adapter == nil else { throw AdapterError.alreadyAdapted }
    let base = isUntied(by: configuration) ? self.base.untied() : self.base
    var layout = try AdapterLayout(
      configuration, modules: base.linearModules, standardTargets: architecture.standardTargets,
      weights: base.architecture.namedWeights, memory: memory, stop: stop)
    try checkQuantization(of: base, layout)
    if configuration.initialization.splitsBase {
      for site in layout.sites where site.rank > min(site.module.inputs, site.module.outputs) {
        throw AdapterError.rankAboveWidth(
          rank: site.rank, module: site.module.path, width: min(site.module.inputs, site.module.outputs))
      }
      layout = layout.withOwnRule(rule)
      try checkMultipliers(layout, rule)
    }
    return (base, layout)
  }

  /// Throws where the base is quantised and the adapter needs weights that are not: for its beginning, or to train them.
  private func checkQuantization(of base: BaseWeights, _ layout: AdapterLayout) throws {
    guard let quantization = base.quantization else { return }
    let initialization = layout.configuration.initialization
    if case .partOfBase(let start) = initialization.start, start.needsFullWeights {
      throw AdapterError.needsFullWeights(
        initialization: initialization.rawValue, quantization: quantization.name)
    }
    for weight in layout.weights where base.matrix(weight.index).isQuantized {
      throw AdapterError.trainedQuantized(module: weight.weight.module, quantization: quantization.name)
    }
  }

  /// Throws where the adapter begins as a part of W that is divided by s, and s is 0, negative or not finite.
  private func checkMultipliers(_ layout: AdapterLayout, _ rule: ScalingRule) throws {
    guard case .partOfBase(let start) = layout.configuration.initialization.start, start.dividesByMultiplier
    else { return }
    for site in layout.sites {
      let multiplier = site.multiplier(rule)
      guard multiplier > 0, multiplier.isFinite else {
        throw AdapterError.multiplierNotPositive(
          initialization: layout.configuration.initialization.rawValue, multiplier: multiplier,
          module: site.module.path)
      }
    }
  }

  /// Whether the adapter trains the embedding or the output layer whole, which share one weight.
  private func isUntied(by configuration: LoRAConfiguration) -> Bool {
    guard case .transformer(let shape) = architecture, shape.isTied else { return false }
    return configuration.savedModules.contains { name in
      shape.form.outputLayer.hasSuffix(name) || shape.form.embedding.hasSuffix(name)
    }
  }

  /// This model with an adapter, on the base that the adapter left.
  private func with(_ adapter: Adapter, on base: BaseWeights) -> Model {
    Model(
      base: base, adapter: adapter, description: description, source: source, request: request,
      history: history, made: made)
  }

  /// The base alone, as a new model that shares the weights: as it was before an adapter's beginning was taken out of it.
  ///
  /// - Throws: `AdapterError.notAdapted`.
  package func detached() throws -> Model {
    guard let adapter else { throw AdapterError.notAdapted }
    if let adapterSet { return adapterSet.base }
    return Model(
      base: adapter.wholeBase ?? base, description: description, source: source, request: request,
      history: history, made: made)
  }

  /// A plain model whose weights are what the adapter makes of them, by its kind: W + s·B·A for LoRA, in single precision
  /// as PEFT merges. Its outputs are those of the adapted model up to rounding; values that are
  /// not finite go over as they are. An adapted output layer that shared the embedding's weight gets one of its own, so
  /// that the embedding stays as it is.
  ///
  /// - Parameter mode: the session's rule, for an adapter that follows it.
  /// - Throws: `AdapterError.notAdapted`, `Interruption`.
  package func merged(
    mode: ScalingRule, stop: StopSignal = .never
  ) throws -> Model {
    guard let adapter else { throw AdapterError.notAdapted }
    let rule = adapter.layout.configuration.rule(mode: mode)
    let kind = adapter.layout.configuration.kind
    let isOutputAdapted = adapter.layout.sites.contains(where: \.module.isOutputLayer)
    let base = isOutputAdapted ? self.base.untied() : self.base
    let sites = base.numbered(adapter.layout.sites)
    let indices = sites.map(\.index) + adapter.layout.weights.map(\.index)
    let weights = try base.changed(indices, stop) { position, values throws(Interruption) in
      if position < sites.count {
        let site = sites[position].site
        try kind.merge(
          site, of: adapter.parameters, factor: site.factor(rule), into: values, stop: stop)
      } else {
        let weight = adapter.layout.weights[position - sites.count]
        values.update(
          from: adapter.parameters.pointer + weight.offset, count: weight.weight.count)
      }
    }
    return Model(
      base: weights, mergedFrom: self, description: description, source: source,
      made: [.ruled((adapter.provenance(base: self) + adapter.history).steps, rule), .merge])
  }

  /// The adapted model that `merged` was called on, to the bit: it was kept, nothing is subtracted.
  ///
  /// - Throws: `AdapterError.notMerged`.
  package func unmerged() throws -> Model {
    guard let mergedFrom else { throw AdapterError.notMerged }
    return mergedFrom
  }
}
