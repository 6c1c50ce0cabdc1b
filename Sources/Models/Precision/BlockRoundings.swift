// The roundings inside a transformer block: of attention, and of the gate of its MLP.
import Kernels

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

  init?(_ module: String, hasGradient: Bool, in builder: inout PlanBuilder) {
    guard let output = builder.rounding(.attention, of: module) else { return nil }
    self.output = output
    format = output.format
    scores = builder.rounding(.scores, of: module)
    probabilities = builder.rounding(.probabilities, of: module)
    scoresGradient = hasGradient ? builder.rounding(.scores, gradient: true, of: module) : nil
    probabilitiesGradient = hasGradient ? builder.rounding(.probabilities, gradient: true, of: module) : nil
    inputGradient = hasGradient ? builder.rounding(.rotated, gradient: true, of: module) : nil
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
        dk: k.gradient(shard).map { $0 + row * k.columns }, dv: v.gradient(shard).map { $0 + row * v.columns },
        scratch: shard.scratch, to: format)
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
