// A model: base weights and, once attached, an adapter.
import Adapters
import Kernels

/// Where an adapter stands: its parameters now, and what a training run starts from.
package final class Adapter {
  package let layout: AdapterLayout
  /// All A and B in one vector, laid out by `layout`. Replaced, never written, by a training run.
  package var parameters: Buffer
  /// The parameters a run starts from; nil where A is drawn from the run's seed.
  package let origin: Buffer?
  /// What a run leaves behind for `resume=True`; the Training module's own.
  package var trainingState: (any Sendable)?
  /// What makes this adapter as `a`; nil for a fresh one.
  package let madeBy: AdapterScript?
  /// Runs since it was attached or loaded.
  package var history: [AdapterScript.Step] = []

  /// A fresh adapter, A drawn from seed 0.
  package init(_ layout: AdapterLayout) {
    self.layout = layout
    parameters = layout.initialParameters(seed: 0)
    origin = nil
    madeBy = nil
  }

  /// An adapter with given values, and the statements that make it.
  package init(_ layout: AdapterLayout, loaded parameters: Buffer, madeBy: AdapterScript) {
    precondition(
      parameters.count == layout.count, "\(parameters.count) values for \(layout.count) parameters")
    self.layout = layout
    self.parameters = parameters
    self.madeBy = madeBy
    origin = parameters.copy()
  }

  /// A second adapter that stands where this one stands; `base` is the model that this one is attached to.
  /// It keeps the rule that is in force: what was trained does not follow the session's mode any more.
  package func snapshot(base: Model, rule: ScalingRule) -> Adapter {
    Adapter(
      layout.withOwnRule(rule), loaded: parameters.copy(),
      madeBy: script(base: base) + history + [.statement("a = m.adapter")])
  }

  /// What makes `base` and this adapter on it as `m`, before the runs of its history.
  package func script(base: Model) -> AdapterScript {
    let attachment: AdapterScript.Step =
      madeBy == nil ? .attach(layout.configuration) : .statement("m = attach(base, a)")
    return (madeBy ?? AdapterScript()) + base.setup.map { .statement($0) } + [attachment]
  }

  /// What a run with this seed starts from.
  package func start(seed: UInt64) -> Buffer {
    origin?.copy() ?? layout.initialParameters(seed: seed)
  }

  /// Trainable parameters.
  package var count: Int { layout.count }
}

/// A model of one of the architectures. Reference semantics: two names can stand for one model.
package final class Model {
  /// Replaced, never written, by pretraining; models attached earlier keep the old ones.
  package var base: BaseWeights
  package let adapter: Adapter?
  /// The model this one was merged from; `unmerge` gives it back, exactly.
  package let mergedFrom: Model?
  /// How the base came about, for captions: `transformer(layers=2, …, seed=0)`.
  package let description: String
  /// Where the base was loaded from; nil where it was made here.
  package let source: ModelSource?
  /// Statements of the language that changed `base` since: `pretrain base, …`.
  package var history: [String]
  /// Statements that make the base in place of the description: those of a merged model.
  private let made: [String]?

  package init(
    base: BaseWeights, adapter: Adapter? = nil, mergedFrom: Model? = nil, description: String,
    source: ModelSource? = nil, history: [String] = [], made: [String]? = nil
  ) {
    self.base = base
    self.adapter = adapter
    self.mergedFrom = mergedFrom
    self.description = description
    self.source = source
    self.history = history
    self.made = made
  }

  package var architecture: Architecture { base.architecture }

  /// Statements that make the base again, as `base`.
  package var setup: [String] { (made ?? ["base = \(description)"]) + history }

  /// The same statements for a variable of another name.
  package func setup(as name: String) -> [String] {
    setup.map { statement in
      statement.replacing("base = ", with: "\(name) = ").replacing(
        "pretrain base,", with: "pretrain \(name),"
      )
      .replacing("attach(base,", with: "attach(\(name),")
    }
  }

  /// For captions: the base, and what was done to it; `run.settings` has it in full.
  package var caption: String {
    var parts = [description]
    let pretrainings = setup.count { $0.hasPrefix("pretrain base") }
    if pretrainings > 0 {
      parts.append(pretrainings == 1 ? "pretrained" : "pretrained \(pretrainings) times")
    }
    if made != nil { parts.append("with an adapter merged in") }
    return parts.joined(separator: ", ")
  }

  /// A new model that shares these weights and carries a fresh adapter. This model stays as it is.
  ///
  /// - Throws: `AdapterError` where the configuration does not fit, or the model carries an adapter.
  package func attached(_ configuration: LoRAConfiguration, memory: Double = .infinity) throws -> Model {
    guard adapter == nil else { throw AdapterError.alreadyAdapted }
    let layout = try AdapterLayout(
      configuration, modules: base.linearModules, standardTargets: architecture.standardTargets,
      memory: memory)
    return Model(
      base: base, adapter: Adapter(layout), description: description, source: source, history: history,
      made: made)
  }

  /// A model that shares these weights and carries a copy of a trained adapter.
  ///
  /// - Throws: `AdapterError` where the adapter was made for other modules.
  package func attached(_ trained: Adapter) throws -> Model {
    guard adapter == nil else { throw AdapterError.alreadyAdapted }
    let layout = try AdapterLayout(
      trained.layout.configuration, modules: base.linearModules, standardTargets: architecture.standardTargets
    )
    guard layout.sites == trained.layout.sites else { throw AdapterError.otherModules }
    let copy = Adapter(layout, loaded: trained.parameters.copy(), madeBy: trained.madeBy ?? AdapterScript())
    return Model(
      base: base, adapter: copy, description: description, source: source, history: history, made: made)
  }

  /// The base alone, as a new model that shares the weights.
  package func detached() throws -> Model {
    guard adapter != nil else { throw AdapterError.notAdapted }
    return Model(base: base, description: description, source: source, history: history, made: made)
  }

  /// A plain model whose weights are W + s·B·A, computed in single precision as PEFT merges. An adapted output layer
  /// that shared the embedding's weight gets one of its own, so that the embedding stays as it is.
  package func merged(mode: ScalingRule) throws -> Model {
    guard let adapter else { throw AdapterError.notAdapted }
    let rule = adapter.layout.configuration.rule(mode: mode)
    let isOutputAdapted = adapter.layout.sites.contains { $0.module.path == Architecture.outputLayer }
    let base = isOutputAdapted ? self.base.untied() : self.base
    let weights = base.changed { values in
      for site in adapter.layout.sites {
        guard let index = base.index(ofModule: site.module.path) else { continue }
        addUpdate(
          of: site, parameters: adapter.parameters, multiplier: Float(site.multiplier(rule)),
          to: values.pointer + base.offsets[index])
      }
    }
    return Model(
      base: weights, mergedFrom: self, description: description, source: source,
      made: (adapter.script(base: self) + adapter.history).statements(rule: rule) + ["base = merge(m)"])
  }

  /// The adapted model that `merged` was called on.
  package func unmerged() throws -> Model {
    guard let mergedFrom else { throw AdapterError.notMerged }
    return mergedFrom
  }
}

/// W [out, in] += s·B·A.
package func addUpdate(
  of site: AdapterSite, parameters: Buffer, multiplier: Float, to weight: UnsafeMutablePointer<Float>
) {
  let (r, inputs, outputs) = (site.rank, site.module.inputs, site.module.outputs)
  let update = Buffer(count: inputs * outputs)
  matrixProduct(
    rows: outputs, columns: inputs, depth: r, a: parameters.pointer + site.offsetB, aRow: r, aColumn: 1,
    b: Panels(rowMajor: parameters.pointer + site.offsetA, rowStride: inputs), c: update.pointer, cRow: inputs
  )
  addScaled(update.count, update.pointer, by: multiplier, to: weight)
}
