// What first steps of one adapter share: model, data, batch and optimiser.
package import Adapters
package import Kernels
package import Models
package import Training

/// An adapter of one rank on a model with data: what first steps from different seeds share.
package struct FirstStepTask: Sendable {
  package var base: BaseWeights
  package var layout: AdapterLayout
  package var rule: ScalingRule
  package var data: any TrainingData
  package var shape: BatchShape
  package var optimizer: OptimizerSettings

  /// - Throws: `AdapterError.notAdapted`; `ModelError` where the data does not fit.
  package init(
    model: Model, mode: ScalingRule, data: any TrainingData, batch: Int, optimizer: OptimizerSettings
  ) throws {
    guard let adapter = model.adapter else { throw AdapterError.notAdapted }
    try data.check(model.architecture)
    base = model.base
    layout = adapter.layout
    rule = layout.configuration.rule(mode: mode)
    self.data = data
    shape = BatchShape(sequences: batch, positions: data.positions(model.architecture))
    self.optimizer = optimizer
  }
}
