// A model with a quantised base, and back.
package import Adapters
import Kernels
package import Signals
import Storage

extension Model {
  /// A new model whose linear layers are quantised. An adapter goes over: a fresh one as its configuration, a trained one
  /// as it stands.
  ///
  /// - Throws: `ModelError.alreadyQuantized`, `.nothingToQuantize`; `AdapterError` where the adapter does not go with a
  ///   quantised base; `Interruption`.
  package func quantized(
    _ quantization: Quantization, mode: ScalingRule = .lora, stop: StopSignal = .never
  ) throws -> Model {
    if let present = base.quantization { throw ModelError.alreadyQuantized(present.title) }
    guard !base.indices(of: quantization).isEmpty else {
      throw ModelError.nothingToQuantize(modules: base.linearModules.map(\.path))
    }
    let plain = adapter == nil ? self : try detached()
    return try carryingAdapter(
      to: plain.with(try plain.base.quantized(quantization, stop: stop), after: .quantize(quantization)),
      mode: mode, stop: stop)
  }

  /// A new model in single precision: each quantised weight as its codes and scales give it. An adapter goes over as it
  /// does to `quantized`.
  ///
  /// - Throws: `ModelError.notQuantized`; `Interruption`.
  package func dequantized(mode: ScalingRule = .lora, stop: StopSignal = .never) throws -> Model {
    guard base.quantization != nil else { throw ModelError.notQuantized }
    let plain = adapter == nil ? self : try detached()
    return try carryingAdapter(
      to: plain.with(try plain.base.dequantized(stop: stop), after: .dequantize), mode: mode, stop: stop)
  }

  /// What quantising again has cost a merged model: ‖Q(W + Δ) − (W + Δ)‖/‖Δ‖ over all adapted modules, Δ what the
  /// adapter changes; nil where nothing is quantised or changed.
  ///
  /// - Parameter merged: what `merged` gave of this model.
  /// - Throws: `Interruption`.
  package func quantizationLoss(
    of merged: Model, mode: ScalingRule, stop: StopSignal = .never
  ) throws(Interruption) -> Double? {
    guard let layout = adapter?.layout, let parameters = adapter?.parameters, base.quantization != nil else {
      return nil
    }
    var (lost, changed) = (0.0, 0.0)
    for (index, site) in base.numbered(layout.sites) where base.matrix(index).isQuantized {
      let count = base.shapes[index].count
      let (before, exact) = (Buffer(count: count), Buffer(count: count))
      base.matrix(index).copy(into: before.pointer, stop)
      exact.update(from: before)
      try layout.configuration.kind.merge(
        site, of: parameters, factor: site.factor(layout.configuration.rule(mode: mode)),
        into: exact.pointer, stop: stop)
      addScaled(count, exact.pointer, by: -1, to: before.pointer)
      changed += sumOfSquares(before.pointer, count: count)
      merged.base.matrix(index).copy(into: before.pointer, stop)
      addScaled(count, exact.pointer, by: -1, to: before.pointer)
      lost += sumOfSquares(before.pointer, count: count)
    }
    try stop.check()
    return changed > 0 ? (lost / changed).squareRoot() : nil
  }

  private func with(_ base: BaseWeights, after step: Provenance.Step) -> Model {
    Model(
      base: base, description: description, source: source, request: request, history: history + [step],
      made: made)
  }

  /// `plain` with this model's adapter, if it has one.
  private func carryingAdapter(to plain: Model, mode: ScalingRule, stop: StopSignal) throws -> Model {
    guard let adapter else { return plain }
    let configuration = adapter.layout.configuration
    if adapter.madeBy == nil, adapter.history.isEmpty {
      return try plain.attached(configuration, mode: mode, stop: stop)
    }
    return try plain.attached(
      adapter.snapshot(base: self, rule: configuration.rule(mode: mode)), mode: mode, stop: stop)
  }
}
