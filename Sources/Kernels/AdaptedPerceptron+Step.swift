// One training step of a perceptron with LoRA: forward, loss, backward, update.

extension AdaptedPerceptron {
  /// What a step was.
  package struct StepResult {
    /// The mean of (y − t)²/2 over rows and outputs, before the update.
    package var loss: Double
    /// ‖g‖ of the gradient before clipping; NaN where the loss is not finite.
    package var gradientNorm: Double
    /// Whether loss, gradient and updated parameters are finite. Nothing was updated where loss or gradient are not.
    package var isFinite: Bool
  }

  /// One step: loss and gradient of the batch, clipping, the optimiser's update, and what the next step reads.
  ///
  /// - Parameters:
  ///   - inputs: x [rows, inputs]; targets: t [rows, outputs].
  ///   - clip: the gradient is multiplied with min(1, clip/(‖g‖ + 1e-6)) first, as PyTorch clips; nil leaves it.
  package func step(
    inputs: UnsafePointer<Float>, targets: UnsafePointer<Float>, clip: Double? = nil, _ update: AdamWStep
  ) -> StepResult {
    step(inputs, targets, clip) { factor in
      update.apply(
        parameterCount, parameters: parameters, gradient: gradient, mean: memory + places.first,
        square: memory + places.second, gradientScale: factor)
    }
  }

  /// The same with stochastic gradient descent.
  package func step(
    inputs: UnsafePointer<Float>, targets: UnsafePointer<Float>, clip: Double? = nil, _ update: SGDStep
  ) -> StepResult {
    step(inputs, targets, clip) { factor in
      update.apply(
        parameterCount, parameters: parameters, gradient: gradient,
        velocity: update.momentum == 0 ? nil : memory + places.first, gradientScale: factor)
    }
  }

  private func step(
    _ inputs: UnsafePointer<Float>, _ targets: UnsafePointer<Float>, _ clip: Double?,
    _ update: (_ gradientScale: Float) -> Bool
  ) -> StepResult {
    var result = StepResult(
      loss: gradients(inputs: inputs, targets: targets), gradientNorm: .nan, isFinite: false)
    guard result.loss.isFinite else { return result }
    result.gradientNorm = sumOfSquares(gradient, count: parameterCount).squareRoot()
    guard result.gradientNorm.isFinite else { return result }
    result.isFinite = update(clippingFactor(norm: result.gradientNorm, clip: clip))
    prepare()
    return result
  }

  /// Forward and backward: leaves the gradient of the mean loss in `gradient`.
  ///
  /// - Returns: the mean loss over rows and outputs.
  package func gradients(inputs: UnsafePointer<Float>, targets: UnsafePointer<Float>) -> Double {
    for group in 0..<batch.groups {
      let shards = batch.shards(ofGroup: group)
      for shard in shards {
        let rows = batch.rows(ofShard: shard)
        forward(rows, inputs, targets, isTraining: true)
        backward(rows, inputs, isSecond: group > 0, isFirst: shard == shards.lowerBound)
      }
      if group > 0 { addSecondGroup() }
    }
    for layer in layers where layer.isMerged {
      layer.lowRank.fold(
        memory + layer.sums.0, columnsA: memory + layer.columnsA, b: parameters + layer.b,
        da: memory + places.gradients.0 + layer.a, db: memory + places.gradients.0 + layer.b)
    }
    return sumOfLosses(batch.rows) / (Double(batch.rows) * Double(outputs))
  }

  /// Forward only.
  ///
  /// - Parameter counted: the first rows of the batch, whose losses count.
  /// - Returns: the sum of their losses over the outputs; divided by all rows of an evaluation it is their mean loss.
  package func evaluate(
    inputs: UnsafePointer<Float>, targets: UnsafePointer<Float>, counted: Int
  ) -> Double {
    precondition(counted >= 0 && counted <= batch.rows, "more rows than a batch has")
    for shard in 0..<batch.shards { forward(batch.rows(ofShard: shard), inputs, targets, isTraining: false) }
    return sumOfLosses(counted) / Double(outputs)
  }

  // MARK: One shard

  private func forward(
    _ rows: Range<Int>, _ inputs: UnsafePointer<Float>, _ targets: UnsafePointer<Float>, isTraining: Bool
  ) {
    var x = inputs + rows.lowerBound * self.inputs
    for layer in layers {
      let lowRank = layer.lowRank
      let y = memory + layer.value
      matrixProduct(
        rows: rows.count, columns: lowRank.outputs, depth: lowRank.inputs, a: x, aRow: lowRank.inputs,
        aColumn: 1, b: Panels(packed: memory + layer.forward, depth: lowRank.inputs), c: y,
        cRow: lowRank.outputs)
      if !layer.isMerged {
        lowRank.forward(
          rows: rows.count, x: x, columnsA: memory + layer.columnsA, columnsB: memory + layer.columnsB,
          u: memory + layer.hidden, to: y, initial: y)
      }
      let output = memory + layer.output
      if layer.isActivated {
        activationForward(activation, count: rows.count * lowRank.outputs, x: y, y: output)
      }
      x = UnsafePointer(output)
    }
    let last = layers[layers.count - 1]
    squaredError(
      rows: rows.count, columns: outputs, y: x, target: targets + rows.lowerBound * outputs,
      losses: memory + places.losses + rows.lowerBound, gradient: isTraining ? memory + last.gradient : nil,
      scale: 1 / Float(batch.rows) / Float(outputs))
  }

  /// - Parameters:
  ///   - isSecond: into the sums of the group that is added to the first.
  ///   - isFirst: whether the shard is its group's first, which sets the sums.
  private func backward(_ rows: Range<Int>, _ inputs: UnsafePointer<Float>, isSecond: Bool, isFirst: Bool) {
    let count = rows.count
    let sum = memory + (isSecond ? places.gradients.1 : places.gradients.0)
    let du = memory + places.scratch
    for i in layers.indices.reversed() {
      let layer = layers[i]
      let lowRank = layer.lowRank
      let dy = memory + layer.gradient
      if layer.isActivated {
        activationBackward(
          activation, count: count * lowRank.outputs, x: memory + layer.value,
          dy: memory + layer.outputGradient, dx: dy, accumulate: false)
      }
      let x =
        i == 0 ? inputs + rows.lowerBound * self.inputs : UnsafePointer(memory + layers[i - 1].output)
      // What the first layer reads needs no gradient.
      let dx = i == 0 ? nil : memory + layers[i - 1].outputGradient
      if let dx {
        matrixProduct(
          rows: count, columns: lowRank.inputs, depth: lowRank.outputs, a: dy, aRow: lowRank.outputs,
          aColumn: 1,
          b: layer.isMerged
            ? Panels(rowMajor: memory + layer.backward, rowStride: layer.sumRow, depth: lowRank.outputs)
            : Panels(packed: memory + layer.backward, depth: lowRank.outputs),
          c: dx, cRow: lowRank.inputs)
      }
      if layer.isMerged {
        addGradient(
          rows: count, ofOutputs: dy, lowRank.outputs, inputs: x, lowRank.inputs,
          to: memory + (isSecond ? layer.sums.1 : layer.sums.0), isFirst: isFirst)
      } else {
        lowRank.backward(
          rows: count, dy: dy, x: x, u: memory + layer.hidden, b: parameters + layer.b, du: du,
          da: sum + layer.a, db: sum + layer.b, isFirst: isFirst)
        if let dx {
          lowRank.backwardToInputs(
            rows: count, du: du, a: parameters + layer.a, dx: dx, initial: UnsafePointer(dx))
        }
      }
    }
  }

  private func addSecondGroup() {
    add(parameterCount, memory + places.gradients.1, to: memory + places.gradients.0)
    for layer in layers where layer.isMerged {
      add(layer.lowRank.count, memory + layer.sums.1, to: memory + layer.sums.0)
    }
  }

  private func sumOfLosses(_ rows: Int) -> Double {
    var total = 0.0
    for row in 0..<rows { total += Double(memory[places.losses + row]) }
    return total
  }
}

/// What a gradient of this norm is multiplied with: min(1, clip/(‖g‖ + 1e-6)), as PyTorch clips; 1 without `clip`.
package func clippingFactor(norm: Double, clip: Double?) -> Float {
  Float(clip.map { min(1, $0 / (norm + 1e-6)) } ?? 1)
}
