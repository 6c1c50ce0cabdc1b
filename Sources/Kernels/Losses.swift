// Losses with their gradients: softmax cross-entropy over a vocabulary, and half the mean squared error.

/// A target that does not count, as in PyTorch.
package let ignoredTarget: Int32 = -100

/// For each row of logits [rows, V]: its loss −log softmax(logits)[target], in `losses`, 0 for an ignored target;
/// where `gradient` is given, (softmax − onehot)·scale. A row with a value that is not finite has the loss NaN.
package func crossEntropy(
  rows: Int, vocabulary V: Int, logits: UnsafePointer<Float>, targets: UnsafePointer<Int32>,
  losses: UnsafeMutablePointer<Float>, gradient: UnsafeMutablePointer<Float>?, scale: Float
) {
  requireCounts(rows, V)
  for row in 0..<rows {
    let x = logits + row * V
    let target = Int(targets[row])
    let dx = gradient.map { $0 + row * V }
    if targets[row] == ignoredTarget {
      losses[row] = 0
      if let dx { for i in 0..<V { dx[i] = 0 } }
      continue
    }
    precondition(target >= 0 && target < V, "target \(target) of a vocabulary of \(V)")
    var highest = Lanes(repeating: -.infinity)
    forEachLanes(V) { i, n in
      highest = maximum(highest, n == 16 ? load(x + i) : load(x + i, first: n, fill: -.infinity))
    }
    let top = laneMaximum(highest)
    let shift = Lanes(repeating: top)
    var total = Lanes()
    forEachLanes(V) { i, n in
      let value = n == 16 ? load(x + i) : load(x + i, first: n, fill: -.infinity)
      let e = exponential(value - shift)
      total += e
      if let dx { put(e, dx, i, n) }
    }
    let sum = laneSum(total)
    losses[row] = sum.isFinite ? logarithm(Lanes(repeating: sum))[0] + top - x[target] : .nan
    if let dx {
      let factor = Lanes(repeating: scale / sum)
      mapLanes(V, dx, into: dx) { $0 * factor }
      dx[target] -= scale
    }
  }
}

/// For each row of y [rows, N]: Σ (y − t)²/2 in `losses`; where `gradient` is given, (y − t)·scale.
package func squaredError(
  rows: Int, columns N: Int, y: UnsafePointer<Float>, target: UnsafePointer<Float>,
  losses: UnsafeMutablePointer<Float>, gradient: UnsafeMutablePointer<Float>?, scale: Float
) {
  requireCounts(rows, N)
  let factor = Lanes(repeating: scale)
  for row in 0..<rows {
    var total = Lanes()
    forEachLanes(N) { i, n in
      let difference = part(y, row * N + i, n) - part(target, row * N + i, n)
      total = fused(difference, difference, total)
      if let gradient { put(difference * factor, gradient, row * N + i, n) }
    }
    losses[row] = laneSum(total) * 0.5
  }
}
