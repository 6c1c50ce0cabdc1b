// A step looked at: the range of everything that its operations make, forward and backward.
import Adapters
import Kernels
package import Signals
package import Storage

/// The range of some floats.
package struct ValueRange: Equatable, Sendable {
  /// The least and the greatest of those that are finite; +∞ and −∞ where none is.
  package private(set) var low = Double.infinity
  package private(set) var high = -Double.infinity
  /// How many are infinite or NaN.
  package private(set) var bad = 0
  package private(set) var count = 0

  package init() {}

  package init(_ values: UnsafePointer<Float>, count: Int) { look(at: values, count: count) }

  package mutating func look(at values: UnsafePointer<Float>, count: Int) {
    var (low, high) = (Float.infinity, -Float.infinity)
    var bad = 0
    for i in 0..<count {
      let value = values[i]
      guard value.isFinite else {
        bad += 1
        continue
      }
      low = min(low, value)
      high = max(high, value)
    }
    self.low = min(self.low, Double(low))
    self.high = max(self.high, Double(high))
    self.bad += bad
    self.count += count
  }

  /// Of 0 to 1; 0 of nothing.
  package var badShare: Double { count == 0 ? 0 : Double(bad) / Double(count) }
  /// The greatest magnitude of those that are finite; 0 where none is.
  package var magnitude: Double { bad == count ? 0 : max(abs(low), abs(high)) }
}

/// What a step makes in one place, over all rows of the batch.
package struct PlaceRange: Equatable, Sendable {
  package enum Pass: String, Sendable {
    case forward, backward
  }

  package var pass: Pass
  /// The module, with what it does where it is none of its own: `model.layers.0.self_attn (attention)`.
  package var place: String
  package var range: ValueRange

  package init(pass: Pass, place: String, range: ValueRange) {
    (self.pass, self.place, self.range) = (pass, place, range)
  }
}

extension Plan {
  /// Runs forward and backward on all shards, one after the other, and looks at everything that each operation has made:
  /// first the outputs in the order of the operations, then the gradients of their inputs in the reverse order. The
  /// arithmetic is that of `step`, which is to be called afterwards for the gradient.
  ///
  /// - Parameters:
  ///   - lossScale: as of `step`.
  ///   - architecture: that of the plan, for names.
  /// - Throws: as `step`.
  package func inspect(
    parameters: Buffer, batch: Batch, step: Int, dropoutSeed: UInt64?, lossScale: Float = 1,
    architecture: Architecture, stop: StopSignal = .never
  ) throws(Interruption) -> [PlaceRange] {
    checkBatch(batch)
    let view = StepView(
      plan: self, parameterBuffer: parameters, batch: batch, step: step, dropoutSeed: dropoutSeed,
      lossScale: lossScale, stop: stop)
    var forward = Array(repeating: ValueRange(), count: operations.count)
    var backward = forward
    let isTraining = trainable != .nothing
    for group in 0..<shape.groups {
      for i in shape.shards(ofGroup: group) {
        let shard = view.shard(i, of: group, isTraining: isTraining, on: 0)
        for (number, operation) in operations.enumerated() {
          try stop.check()
          operation.forward(shard)
          for slot in operation.outputSlots {
            forward[number].look(at: slot.values(shard), count: shard.rows * slot.columns)
          }
          if operation.part.isLoss { forward[number].look(at: shard.losses, count: shard.rows) }
        }
        guard isTraining else { continue }
        for (number, operation) in operations.enumerated().reversed() {
          try stop.check()
          operation.backward(shard)
          for slot in operation.inputSlots {
            guard let gradient = slot.gradients(shard) else { continue }
            backward[number].look(at: gradient, count: shard.rows * slot.columns)
          }
        }
      }
    }
    try stop.check()
    let names = names(architecture)
    func places(_ ranges: [ValueRange], _ pass: PlaceRange.Pass) -> [PlaceRange] {
      zip(names, ranges).filter { $1.count > 0 }.map { PlaceRange(pass: pass, place: $0, range: $1) }
    }
    return places(forward, .forward) + places(backward, .backward).reversed()
  }

  /// The loss of every row of the last step or evaluation, summed over the outputs of a regression.
  package var rowLosses: [Float] { losses.array() }

  /// A name for each operation.
  private func names(_ architecture: Architecture) -> [String] {
    var linears = architecture.linearModules.map(\.path)[...]
    let weights = architecture.weights
    var norms = weights.filter { $0.role == .norm }.map(\.module)[...]
    var (last, lastNorm) = ("", "")
    /// The module that the last linear layer is a part of.
    var parent: String {
      last.split(separator: ".").dropLast().joined(separator: ".")
    }
    return operations.map { operation in
      switch operation.part {
      case .linear:
        last = linears.popFirst() ?? last
        return last
      case .norm:
        lastNorm = norms.popFirst() ?? "norm"
        return lastNorm
      case .normWeight: return "\(lastNorm) (weight)"
      case .embedding: return weights.first { $0.role == .embedding }?.module ?? "embedding"
      case .within(let what): return parent.isEmpty ? what : "\(parent) (\(what))"
      case .after(let what): return last.isEmpty ? what : "\(last) (\(what))"
      case .alone(let what): return what
      case .loss: return "the loss of the rows"
      }
    }
  }
}
