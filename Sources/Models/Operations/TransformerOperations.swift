// The operations of a transformer block around its linear layers.
import Kernels
import Storage

/// The first operation of a transformer: row i of x [n, d] becomes the row of the table [V, d] that its token names.
/// Backward, where the table is trained, dx of each row is added to the gradient of that row of the table.
struct EmbeddingOperation: Operation {
  let output: Slot
  let table: Table
  let tableCount: Int
  /// Whether a tied output layer, which goes backward first, has started the gradient of the table and finishes it.
  let sharesGradient: Bool
  /// NEFTune (Jain et al. 2023): the most that a step that draws adds to or takes from an element, α/√(T·d); 0 for none.
  let noise: Float

  /// The table [V, d], row after row.
  enum Table {
    case frozen(StoredMatrix)
    case trained(offset: Int)
  }

  private var trained: VectorSource? {
    if case .trained(let offset) = table { .trained(offset: offset) } else { nil }
  }

  var part: OperationPart { .embedding }
  var outputSlots: [Slot] { [output] }
  var inputSlots: [Slot] { [] }

  func forward(_ shard: ShardView) {
    guard let tokens = shard.tokens else { return }
    let out = output.values(shard)
    switch table {
    case .frozen(let matrix):
      for row in 0..<shard.rows {
        let token = Int(tokens[row])
        matrix.copy(rows: token..<token + 1, into: out + row * output.columns)
      }
    case .trained(let offset):
      embeddingForward(
        rows: shard.rows, width: output.columns, tokens: tokens, table: shard.parameters + offset, out: out)
    }
    if noise > 0, let seed = shard.dropoutSeed { addNoise(to: out, shard, seed) }
  }

  /// The noise of an element depends on the seed, the step and its place in the batch alone.
  private func addNoise(to out: UnsafeMutablePointer<Float>, _ shard: ShardView, _ seed: UInt64) {
    let stream = RandomStream(seed: seed, purpose: .embedding)
    for row in 0..<shard.rows {
      // Step and row share the position: 32 bits each.
      stream.fillUniform(
        shard.scratch, count: output.columns,
        position: UInt64(shard.step) &<< 32 | UInt64(shard.firstRow + row), from: -noise, to: noise)
      add(output.columns, UnsafePointer(shard.scratch), to: out + row * output.columns)
    }
  }

  func backward(_ shard: ShardView) {
    guard let tokens = shard.tokens, let dout = output.gradients(shard),
      let gradient = trained?.gradient(shard, count: sharesGradient ? 0 : tableCount)
    else { return }
    embeddingBackward(
      rows: shard.rows, width: output.columns, tokens: tokens, dout: dout, tableGradient: gradient)
  }

  var finishCost: Int { trained != nil && !sharesGradient ? tableCount : 0 }

  func finishGradient(_ step: StepView) {
    if !sharesGradient { trained?.finishGradient(step, count: tableCount) }
  }
}

/// Adds the vector of each row's position in place; the gradient goes through as it is.
struct PositionOperation: Operation {
  let slot: Slot
  let table: VectorSource
  let tableCount: Int
  let positions: Int

  var part: OperationPart { .alone("positions") }
  var outputSlots: [Slot] { [slot] }
  var inputSlots: [Slot] { [] }

  func forward(_ shard: ShardView) {
    let count = positions * slot.columns
    for row in stride(from: 0, to: shard.rows, by: positions) {
      add(count, table.pointer(shard), to: slot.values(shard) + row * slot.columns)
    }
  }

  func backward(_ shard: ShardView) {
    guard let dout = slot.gradients(shard), let gradient = table.gradient(shard, count: tableCount) else {
      return
    }
    for row in stride(from: 0, to: shard.rows, by: positions) {
      add(positions * slot.columns, dout + row * slot.columns, to: gradient)
    }
  }

  var finishCost: Int { table.isTrained ? tableCount : 0 }

  func finishGradient(_ step: StepView) {
    table.finishGradient(step, count: tableCount)
  }
}

/// Parts of the columns of a value, each for itself: queries, keys and values that one module makes side by side.
struct SplitOperation: Operation {
  let input: Input
  let outputs: [Slot]

  var part: OperationPart { .within("split") }
  var outputSlots: [Slot] { outputs }
  var inputSlots: [Slot] { [input.slot] }

  func forward(_ shard: ShardView) {
    var source = input.value(shard)
    for output in outputs {
      copyColumns(
        rows: shard.rows, columns: output.columns, from: source, rowStride: input.columns,
        to: output.values(shard), rowStride: output.columns)
      source += output.columns
    }
  }

  func backward(_ shard: ShardView) {
    guard var target = input.gradient(shard) else { return }
    for output in outputs {
      if let gradient = output.gradients(shard) {
        copyColumns(
          rows: shard.rows, columns: output.columns, from: gradient, rowStride: output.columns,
          to: target, rowStride: input.columns)
      }
      target += output.columns
    }
  }
}

/// RMSNorm of each row: y = x/√(mean(x²) + ε)·w for x [n, d] and w [d] (Zhang and Sennrich 2019).
struct NormOperation: Operation {
  let input: Input
  let output: Slot
  let weight: VectorSource
  let epsilon: Float
  /// Reciprocal root mean square of each row.
  let reciprocal: Int

  var part: OperationPart { .norm }
  var outputSlots: [Slot] { [output] }
  var inputSlots: [Slot] { [input.slot] }

  func forward(_ shard: ShardView) {
    rmsNormForward(
      rows: shard.rows, columns: input.columns, x: input.value(shard), weight: weight.pointer(shard),
      epsilon: epsilon, y: output.values(shard), reciprocal: shard.place(reciprocal, count: shard.rows))
  }

  func backward(_ shard: ShardView) {
    guard let dy = output.gradients(shard) else { return }
    if let dw = weight.gradient(shard, count: input.columns) {
      rmsNormWeightGradient(
        rows: shard.rows, columns: input.columns, x: input.value(shard),
        reciprocal: shard.place(reciprocal, count: shard.rows), dy: dy, dw: dw)
    }
    guard let dx = input.gradient(shard) else { return }
    rmsNormBackward(
      rows: shard.rows, columns: input.columns, x: input.value(shard), weight: weight.pointer(shard),
      reciprocal: shard.place(reciprocal, count: shard.rows), dy: dy, dx: dx, accumulate: input.accumulates)
  }

  var finishCost: Int { weight.isTrained ? input.columns : 0 }

  func finishGradient(_ step: StepView) {
    weight.finishGradient(step, count: input.columns)
  }
}

/// LayerNorm of each row: y = (x − mean(x))/√(var(x) + ε)·w + b for x [n, d], w and b [d] (Ba et al. 2016).
struct LayerNormOperation: Operation {
  let input: Input
  let output: Slot
  let weight: VectorSource
  let bias: VectorSource
  let epsilon: Float
  /// Mean and reciprocal standard deviation of each row.
  let mean: Int
  let reciprocal: Int

  var part: OperationPart { .norm }
  var outputSlots: [Slot] { [output] }
  var inputSlots: [Slot] { [input.slot] }

  func forward(_ shard: ShardView) {
    layerNormForward(
      rows: shard.rows, columns: input.columns, x: input.value(shard), weight: weight.pointer(shard),
      bias: bias.pointer(shard), epsilon: epsilon, y: output.values(shard),
      mean: shard.place(mean, count: shard.rows),
      reciprocal: shard.place(reciprocal, count: shard.rows))
  }

  func backward(_ shard: ShardView) {
    guard let dy = output.gradients(shard) else { return }
    layerNormParameterGradients(
      rows: shard.rows, columns: input.columns, x: input.value(shard),
      mean: shard.place(mean, count: shard.rows),
      reciprocal: shard.place(reciprocal, count: shard.rows), dy: dy,
      dw: weight.gradient(shard, count: input.columns),
      db: bias.gradient(shard, count: input.columns))
    guard let dx = input.gradient(shard) else { return }
    layerNormBackward(
      rows: shard.rows, columns: input.columns, x: input.value(shard), weight: weight.pointer(shard),
      mean: shard.place(mean, count: shard.rows), reciprocal: shard.place(reciprocal, count: shard.rows),
      dy: dy, dx: dx,
      accumulate: input.accumulates)
  }

  var finishCost: Int { weight.isTrained || bias.isTrained ? 2 * input.columns : 0 }

  func finishGradient(_ step: StepView) {
    weight.finishGradient(step, count: input.columns)
    bias.finishGradient(step, count: input.columns)
  }
}

/// Turns queries or keys in place by their positions, in each pair of columns by an angle of its own (Su et al. 2021);
/// the gradient is turned back in place.
struct RotaryOperation: Operation {
  let slot: Slot
  let heads: Int
  let table: RotaryTable
  let positions: Int
  /// nil in fp32.
  var rounding: RotaryRounding?

  var part: OperationPart { .within("rotary") }
  var outputSlots: [Slot] { [slot] }
  var inputSlots: [Slot] { [slot] }

  func forward(_ shard: ShardView) {
    turn(slot.values(shard), shard, isBackward: false)
  }

  func backward(_ shard: ShardView) {
    guard let gradient = slot.gradients(shard) else { return }
    turn(gradient, shard, isBackward: true)
  }

  /// Turns the rows of each sequence, which all begin at position 0.
  private func turn(_ x: UnsafeMutablePointer<Float>, _ shard: ShardView, isBackward: Bool) {
    for row in stride(from: 0, to: shard.rows, by: positions) {
      let (start, rows) = (x + row * slot.columns, min(positions, shard.rows - row))
      if let rounding {
        rounding.turn(start, rows: rows, heads: heads, table, isBackward: isBackward, shard)
      } else {
        table.turn(start, rows: rows, heads: heads, isBackward: isBackward)
      }
    }
  }
}

/// Causal attention, each sequence for itself: out [n, H·d] = softmax(q·kᵀ/√d)·v in every head, over a row's own and
/// earlier positions. q is [n, H·d], k and v are [n, G·d]. The probabilities stay in the arena for the gradient.
struct AttentionOperation: Operation {
  let query: Input
  let key: Input
  let value: Input
  let output: Slot
  let shape: AttentionShape
  /// Probabilities of each sequence.
  let probabilities: Int
  /// nil in fp32.
  var rounding: AttentionRounding?

  var part: OperationPart { .within("attention") }
  var outputSlots: [Slot] { [output] }
  var inputSlots: [Slot] { [query.slot, key.slot, value.slot] }

  func forward(_ shard: ShardView) {
    if let rounding { return rounding.forward(self, shard) }
    forEachSequence(shard) { row, p in
      attentionForward(
        shape, q: query.value(shard) + row * query.columns, k: key.value(shard) + row * key.columns,
        v: value.value(shard) + row * value.columns, probabilities: p,
        out: output.values(shard) + row * output.columns, scratch: shard.scratch)
    }
  }

  func backward(_ shard: ShardView) {
    guard let dout = output.gradients(shard) else { return }
    if let rounding { return rounding.backward(self, shard, dout) }
    forEachSequence(shard) { row, p in
      attentionBackward(
        shape, q: query.value(shard) + row * query.columns, k: key.value(shard) + row * key.columns,
        v: value.value(shard) + row * value.columns, probabilities: p, dout: dout + row * output.columns,
        dq: query.gradient(shard).map { $0 + row * query.columns },
        dk: key.gradient(shard).map { $0 + row * key.columns },
        dv: value.gradient(shard).map { $0 + row * value.columns }, scratch: shard.scratch)
    }
  }

  /// The first row of each sequence of the shard, and the place of its probabilities [H, T, T].
  func forEachSequence(
    _ shard: ShardView, _ body: (_ row: Int, _ probabilities: UnsafeMutablePointer<Float>) -> Void
  ) {
    for sequence in 0..<shard.rows / shape.positions {
      body(
        sequence * shape.positions,
        shard.place(probabilities + sequence * shape.probabilityCount, count: shape.probabilityCount))
    }
  }
}

/// The inside of a gated MLP: y = silu(gate)·up, element by element (SwiGLU: Shazeer 2020).
struct GateOperation: Operation {
  let gate: Input
  let up: Input
  let output: Slot
  /// nil in fp32.
  var rounding: GateRounding?

  var part: OperationPart { .within("gate") }
  var outputSlots: [Slot] { [output] }
  var inputSlots: [Slot] { [gate.slot, up.slot] }

  func forward(_ shard: ShardView) {
    if let rounding { return rounding.forward(self, shard) }
    gatedForward(
      count: shard.rows * output.columns, gate: gate.value(shard), up: up.value(shard),
      y: output.values(shard))
  }

  func backward(_ shard: ShardView) {
    guard let dy = output.gradients(shard) else { return }
    if let rounding { return rounding.backward(self, shard, dy) }
    gatedBackward(
      count: shard.rows * output.columns, gate: gate.value(shard), up: up.value(shard), dy: dy,
      gateGradient: gate.gradient(shard), upGradient: up.gradient(shard))
  }
}
