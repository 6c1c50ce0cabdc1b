// The memory that a fine-tuning run with PyTorch, transformers and PEFT takes on a card, term by term.
//
// Letters: n = batch·context tokens at once; L layers of width d, feed-forward width f and keys' width k; V words; r ranks;
// b bytes of an activation.

import Text

/// What a run on a card is made of.
package struct GPURun: Equatable, Sendable {
  /// How the frozen base is kept.
  package enum Base: String, CaseIterable, Sendable {
    /// 16 bits a weight.
    case half = "16 bits"
    case single = "32 bits"
    case nf4
    /// NF4 whose block maxima are quantised too.
    case doubleNF4 = "nf4, double"
    case int8

    var isQuantized: Bool {
      switch self {
      case .nf4, .doubleNF4, .int8: true
      case .half, .single: false
      }
    }

    /// Bytes of a weight of a linear layer: NF4 has 4 bits and for each 64 weights a maximum of 4 bytes, or with double
    /// quantisation 1 byte, and 4 bytes for each 256 of those. The scales of int8's rows are left out.
    package var bytesPerWeight: Double {
      switch self {
      case .half: 2
      case .single: 4
      case .nf4: 0.5 + 4.0 / 64
      case .doubleNF4: 0.5 + (1 + 4.0 / 256) / 64
      case .int8: 1
      }
    }
  }

  /// What of the forward pass is kept for the backward pass.
  package enum Checkpointing: String, CaseIterable, Sendable {
    /// Everything.
    case off
    /// The input of each layer; the layer is computed again.
    case layers
    /// The same, with the inputs in the machine's memory, and Unsloth's own cross-entropy, which makes no table of logits.
    case unsloth
  }

  package enum Optimizer: String, CaseIterable, Sendable {
    case adamw
    case adamw8bit = "adamw_8bit"
    case sgd

    /// Bytes of state for each trained parameter.
    var bytesPerParameter: Double {
      switch self {
      case .adamw: 8
      // Two moments of 8 bits with a scale of 4 bytes for each 256.
      case .adamw8bit: 2 * (1 + 4.0 / 256)
      case .sgd: 0
      }
    }
  }

  package var shape: PublicShape
  package var rank: Int
  package var targets: [PublicShape.Module]
  package var base: Base
  package var checkpointing: Checkpointing
  package var optimizer: Optimizer
  /// Sequences at once, and tokens of each.
  package var batch: Int
  package var context: Int
  /// Whether all attention scores of a layer stand in memory at once, as in `attn_implementation="eager"`; "sdpa" and flash
  /// attention keep none.
  package var isEager: Bool

  package init(
    shape: PublicShape, rank: Int, targets: [PublicShape.Module], base: Base = .half,
    checkpointing: Checkpointing = .off, optimizer: Optimizer = .adamw, batch: Int, context: Int,
    isEager: Bool = false
  ) {
    self.shape = shape
    self.rank = rank
    self.targets = targets
    self.base = base
    self.checkpointing = checkpointing
    self.optimizer = optimizer
    self.batch = batch
    self.context = context
    self.isEager = isEager
  }
}

/// The memory of a run, term by term, in bytes. All but the context of the driver is what PyTorch calls allocated.
package struct GPUMemory: Equatable, Sendable {
  /// One term: what it is, the arithmetic in words, and bytes.
  package struct Term: Equatable, Sendable {
    package enum Part: String, CaseIterable, Sendable {
      case weights, adapters, gradients, optimizer, activations, logits
    }
    package var part: Part
    package var name: String
    package var formula: String
    package var bytes: Double
    /// Whether it is there at the moment of the peak: the logits are gone when the layers go backward.
    package var countsAtPeak: Bool
  }

  package let run: GPURun
  package let terms: [Term]

  /// Bytes that the driver takes before a tensor is made: 141 MiB on a T4 (69 of 79 runs of fitcheck, 2026).
  package static let driverBytes = 140.875 * 1_048_576

  /// What PyTorch's allocator holds of each allocated byte, where the pieces that it has do not fit what is asked: of the
  /// runs that were measured on a T4 most held less than 15 % more, the largest 31 %.
  package static let reserve = 1.15

  /// What is allocated at the peak of a step.
  package var peak: Double { terms.reduce(0) { $0 + ($1.countsAtPeak ? $1.bytes : 0) } }

  /// The sum of a part's terms at the peak.
  package func bytes(of part: Term.Part) -> Double {
    terms.reduce(0) { $0 + ($1.part == part && $1.countsAtPeak ? $1.bytes : 0) }
  }

  /// How the peak stands to a card's memory.
  package enum Fit: Equatable, Sendable {
    /// Allocated memory, driver and 15 % of reserve for PyTorch's allocator fit.
    case fits
    /// Allocated memory and driver fit, not the reserve: it depends on how the allocator's pieces fall.
    case close
    case doesNotFit
  }

  package func fit(on gpu: GPU) -> Fit {
    if peak * GPUMemory.reserve + GPUMemory.driverBytes <= gpu.bytes { return .fits }
    return peak + GPUMemory.driverBytes <= gpu.bytes ? .close : .doesNotFit
  }

  package init(_ run: GPURun) {
    self.run = run
    terms = GPUMemory.residentTerms(run) + GPUMemory.passingTerms(run)
  }

  // MARK: What is there all the time

  /// Trained parameters of A and B.
  package static func parameters(_ run: GPURun) -> Int {
    run.shape.layers * run.rank
      * run.targets.filter(run.shape.has).reduce(0) {
        $0 + run.shape.size(of: $1).inputs + run.shape.size(of: $1).outputs
      }
  }

  /// b: bytes of an element of what the layers hand on. PEFT's `prepare_model_for_kbit_training` makes all that is not
  /// quantised fp32, and the activations with it; Unsloth leaves it in 16 bits.
  private static func activationBytes(_ run: GPURun) -> Double {
    if run.base == .single { return 4 }
    return run.base.isQuantized && run.checkpointing != .unsloth ? 4 : 2
  }

  private static func residentTerms(_ run: GPURun) -> [Term] {
    let shape = run.shape
    let others = Double(shape.tableCount + shape.vectors)
    let linear = Double(shape.linearCount)
    let adapted = Double(parameters(run))
    let b = activationBytes(run)
    return [
      Term(
        part: .weights, name: "linear layers",
        formula:
          "\(billions(linear)) weights × \(short(run.base.bytesPerWeight)) bytes (\(run.base.rawValue))",
        bytes: linear * run.base.bytesPerWeight, countsAtPeak: true),
      Term(
        part: .weights, name: "embeddings, output layer, norms",
        formula: "\(billions(others)) × \(short(b)) bytes", bytes: others * b, countsAtPeak: true),
      Term(
        part: .adapters, name: "A and B", formula: "\(millions(adapted)) × 4 bytes", bytes: 4 * adapted,
        countsAtPeak: true),
      Term(
        part: .gradients, name: "their gradients", formula: "\(millions(adapted)) × 4 bytes",
        bytes: 4 * adapted, countsAtPeak: true),
      Term(
        part: .optimizer, name: "state of \(run.optimizer.rawValue)",
        formula: "\(millions(adapted)) × \(short(run.optimizer.bytesPerParameter)) bytes",
        bytes: run.optimizer.bytesPerParameter * adapted, countsAtPeak: true),
    ]
  }

  // MARK: What a step makes

  /// Bytes that one layer keeps of a token until its backward pass: eight vectors of the width (norms' outputs, queries
  /// before and after rotation, keys and values repeated for all heads, what attention gives, copied once), four of
  /// the keys' width and four of the feed-forward width.
  private static func layerBytes(_ run: GPURun, feedForwards: Double) -> Double {
    let shape = run.shape
    return activationBytes(run)
      * (8 * Double(shape.width) + 4 * Double(shape.keyWidth) + feedForwards * Double(shape.feedForward))
  }

  private static func passingTerms(_ run: GPURun) -> [Term] {
    let shape = run.shape
    let n = Double(run.batch) * Double(run.context)
    let (L, d, V) = (Double(shape.layers), Double(shape.width), Double(shape.vocabulary))
    let b = activationBytes(run)
    // In the backward pass: the scores, their softmax, and gradients of both; the softmax is made in fp32.
    let perScore = b == 4 ? 16.0 : 14.0
    let scores = run.isEager ? Double(shape.heads) * Double(run.context) : 0
    // PEFT makes a copy of each adapted module's input in the adapter's fp32.
    let copies =
      b == 4 || run.checkpointing == .unsloth
      ? 0 : 4 * run.targets.filter(shape.has).reduce(0.0) { $0 + Double(shape.size(of: $1).inputs) }
    let kept: Double
    let keptName: String
    let keptFormula: String
    switch run.checkpointing {
    case .off:
      let each = layerBytes(run, feedForwards: 4) + copies + (perScore - 8) * scores
      kept = L * n * each
      keptName = "all layers' activations"
      keptFormula = "\(shape.layers) layers × \(tokens(n)) × \(thousands(each)) bytes"
    case .layers:
      kept = L * n * d * b
      keptName = "inputs of the layers"
      keptFormula = "\(shape.layers) layers × \(tokens(n)) × \(shape.width) × \(short(b)) bytes"
    case .unsloth:
      kept = 2 * n * d * b
      keptName = "inputs of two layers"
      keptFormula =
        "2 layers × \(tokens(n)) × \(shape.width) × \(short(b)) bytes; the others are in the machine's memory"
    }
    let one = layerBytes(run, feedForwards: 5) + perScore * scores + copies
    let layer = run.checkpointing == .off ? 0 : n * one
    // The logits, their upcast or shifted copy, their log-softmax and its gradient, in fp32 but for 16-bit logits.
    let perLogit = b == 4 ? 16.0 : 14.0
    let logits = run.checkpointing == .unsloth ? 0 : n * V * perLogit
    var terms = [
      Term(part: .activations, name: keptName, formula: keptFormula, bytes: kept, countsAtPeak: true)
    ]
    if layer > 0 {
      terms.append(
        Term(
          part: .activations, name: "the layer computed again",
          formula: "\(tokens(n)) × \(thousands(one)) bytes"
            + (run.isEager ? ", of them \(thousands(perScore * scores)) for attention's scores" : ""),
          bytes: layer, countsAtPeak: layer >= logits))
    }
    if logits > 0 {
      terms.append(
        Term(
          part: .logits, name: "logits and loss",
          formula: "\(tokens(n)) × \(shape.vocabulary) words × \(short(perLogit)) bytes", bytes: logits,
          countsAtPeak: logits > layer))
    }
    return terms
  }

  // MARK: The most that fits

  /// The largest value of a setting from 1 to `most` with which the run fits on a card; nil where not even 1 does. More of
  /// a setting never takes less memory.
  package static func largest(
    _ run: GPURun, on gpu: GPU, most: Int, setting: WritableKeyPath<GPURun, Int>
  ) -> Int? {
    func fits(_ value: Int) -> Bool {
      var run = run
      run[keyPath: setting] = value
      return GPUMemory(run).fit(on: gpu) == .fits
    }
    guard fits(1) else { return nil }
    var (low, high) = (1, most)
    if fits(high) { return high }
    while high - low > 1 {
      let middle = (low + high) / 2
      if fits(middle) { low = middle } else { high = middle }
    }
    return low
  }
}

// MARK: Numbers in the terms' words

private func short(_ value: Double) -> String { NumberFormat.rounded(value, digits: 4) }
private func billions(_ count: Double) -> String { NumberFormat.fixed(count / 1e9, places: 3) + " billion" }
private func millions(_ count: Double) -> String { NumberFormat.fixed(count / 1e6, places: 2) + " million" }
private func thousands(_ bytes: Double) -> String { NumberFormat.fixed(bytes / 1e3, places: 1) + " thousand" }
private func tokens(_ n: Double) -> String { "\(Int(n)) tokens" }
