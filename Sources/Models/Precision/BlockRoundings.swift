// The roundings inside a transformer block: of the turn by positions, of attention, and of the gate of the MLP.
import Kernels

/// The places at which a turn by positions rounds.
struct RotaryRounding: Sendable {
  /// Of what attention reads.
  let value: Rounding
  /// Of the gradient of what was turned.
  let gradient: Rounding?
  /// Of sine, cosine and the terms forward.
  let terms: FloatFormat

  init?(_ slot: Slot, of module: String, in builder: inout PlanBuilder) {
    let terms = builder.request.precision.format(of: .rotated)
    guard let value = builder.rounding(terms == .fp32 ? .productInput : .rotated, of: module) else {
      return nil
    }
    self.value = value
    self.terms = terms
    gradient = slot.gradient == nil ? nil : builder.rounding(.productOutput, gradient: true, of: module)
  }

  /// Turns the rows of one sequence.
  func turn(
    _ x: UnsafeMutablePointer<Float>, rows: Int, heads: Int, _ table: RotaryTable, isBackward: Bool,
    _ shard: ShardView
  ) {
    let rounding = isBackward ? gradient ?? value : value
    rounding.add(
      table.turnRounded(
        x, rows: rows, heads: heads, isBackward: isBackward, table: terms,
        products: isBackward ? rounding.format : terms, to: rounding.format), shard)
  }
}

/// The places at which attention rounds.
struct AttentionRounding: Sendable {
  let format: FloatFormat
  let scores: Rounding?
  let probabilities: Rounding?
  let output: Rounding?
  let scoresGradient: Rounding?
  let probabilitiesGradient: Rounding?
  /// Of q, k and v.
  let inputGradient: Rounding?
  /// Whether what heads add to the gradient of shared keys is rounded.
  let roundsKeySum: Bool

  init?(_ module: String, hasGradient: Bool, in builder: inout PlanBuilder) {
    guard let output = builder.rounding(.attention, of: module) else { return nil }
    self.output = output
    format = output.format
    scores = builder.rounding(.scores, of: module)
    probabilities = builder.rounding(.probabilities, of: module)
    scoresGradient = hasGradient ? builder.rounding(.scores, gradient: true, of: module) : nil
    probabilitiesGradient = hasGradient ? builder.rounding(.probabilities, gradient: true, of: module) : nil
    inputGradient = hasGradient ? builder.rounding(.productInput, gradient: true, of: module) : nil
    roundsKeySum = builder.request.precision.format(of: .rotated, isGradient: true) != .fp32
  }

  func forward(_ operation: AttentionOperation, _ shard: ShardView) {
    let (q, k, v, out) = (operation.query, operation.key, operation.value, operation.output)
    operation.forEachSequence(shard) { row, p in
      let counts = roundedAttentionForward(
        operation.shape, q: q.value(shard) + row * q.columns, k: k.value(shard) + row * k.columns,
        v: v.value(shard) + row * v.columns, probabilities: p, out: out.values(shard) + row * out.columns,
        scratch: shard.scratch, to: format)
      scores?.add(counts.scores, shard)
      probabilities?.add(counts.probabilities, shard)
      output?.add(counts.outputs, shard)
    }
  }

  func backward(_ operation: AttentionOperation, _ shard: ShardView, _ dout: UnsafePointer<Float>) {
    let (q, k, v) = (operation.query, operation.key, operation.value)
    operation.forEachSequence(shard) { row, p in
      let counts = roundedAttentionBackward(
        operation.shape, q: q.value(shard) + row * q.columns, k: k.value(shard) + row * k.columns,
        v: v.value(shard) + row * v.columns, probabilities: p,
        dout: dout + row * operation.output.columns, dq: q.gradient(shard).map { $0 + row * q.columns },
        dk: k.gradient(shard).map { $0 + row * k.columns },
        dv: v.gradient(shard).map { $0 + row * v.columns },
        scratch: shard.scratch, roundsKeySum: roundsKeySum, to: format)
      scoresGradient?.add(counts.scores, shard)
      probabilitiesGradient?.add(counts.probabilities, shard)
      inputGradient?.add(counts.outputs, shard)
    }
  }
}

/// The places at which the gate of an MLP rounds.
struct GateRounding: Sendable {
  let output: Rounding
  let inputGradient: Rounding?

  init?(_ module: String, hasGradient: Bool, in builder: inout PlanBuilder) {
    guard let output = builder.rounding(.activation, of: module) else { return nil }
    self.output = output
    inputGradient = hasGradient ? builder.rounding(.productOutput, gradient: true, of: module) : nil
  }

  func forward(_ operation: GateOperation, _ shard: ShardView) {
    output.add(
      roundedGatedForward(
        count: shard.rows * operation.output.columns, gate: operation.gate.value(shard),
        up: operation.up.value(shard), y: operation.output.values(shard), to: output.format), shard)
  }

  func backward(_ operation: GateOperation, _ shard: ShardView, _ dy: UnsafePointer<Float>) {
    inputGradient?.add(
      roundedGatedBackward(
        count: shard.rows * operation.output.columns, gate: operation.gate.value(shard),
        up: operation.up.value(shard), dy: dy, gateGradient: operation.gate.gradient(shard),
        upGradient: operation.up.gradient(shard), to: output.format), shard)
  }
}
