// DoRA: the rows of W + s·B·A, brought to trained magnitudes (Liu et al. 2024, arXiv 2402.09353).
import Adapters
import Kernels
import Signals
import Storage

/// W″ = m/n∘(W + s·B·A) by rows, with m [out] trained and n the norms of the rows of W + s·B·A, which count as constants
/// in the gradient (equations 5 and 11). It begins with m = n.
struct DoRA: PlannedKind {
  let title = "DoRA"
  let isUpdateAlone = false
  let reasonToStandFirst: String? = "DoRA measures the rows of the base alone: name it first"
  let refusingLoaders: Set<AdapterLoader> = [.vllm, .mlxSwift]

  /// m [out].
  static let magnitude = AdapterPart.Role("lora_magnitude_vector", title: "magnitudes")

  func isChosen(by configuration: LoRAConfiguration) -> Bool { configuration.usesDoRA }

  /// m [out], one magnitude a row.
  func otherParts(of module: LinearModule) -> [AdapterPart.Form] {
    [AdapterPart.Form(DoRA.magnitude, shape: [module.outputs])]
  }

  /// m = n, the norms of the rows of W + s·B·A: the module computes what it does without magnitudes.
  func begin(
    _ site: AdapterSite, in parameters: Buffer, factor: Float, weight: StoredMatrix,
    stop: StopSignal
  ) throws(Interruption) {
    guard let magnitude = site[DoRA.magnitude] else { return }
    let sum = Buffer(count: site.module.inputs * site.module.outputs)
    weight.copy(into: sum.pointer, stop)
    try addUpdate(of: site, parameters: parameters, multiplier: factor, to: sum.pointer, stop: stop)
    rowNorms(
      rows: site.module.outputs, columns: site.module.inputs, sum.pointer, rowStride: site.module.inputs,
      into: parameters.pointer + magnitude.offset)
  }

  /// A row of zeros has no direction, and becomes NaN.
  func merge(
    _ site: AdapterSite, of parameters: Buffer, factor: Float, into weight: UnsafeMutablePointer<Float>,
    stop: StopSignal
  ) throws(Interruption) {
    try addUpdate(of: site, parameters: parameters, multiplier: factor, to: weight, stop: stop)
    guard let magnitude = site[DoRA.magnitude] else { return }
    let (inputs, outputs) = (site.module.inputs, site.module.outputs)
    let norms = Buffer(count: mergedRows)
    for first in stride(from: 0, to: outputs, by: mergedRows) {
      try stop.check()
      let count = min(mergedRows, outputs - first)
      let rows = weight + first * inputs
      rowNorms(rows: count, columns: inputs, rows, rowStride: inputs, into: norms.pointer)
      for row in 0..<count {
        scale(
          inputs, rows + row * inputs,
          by: parameters.pointer[magnitude.offset + first + row] / norms.pointer[row])
      }
    }
  }

  /// As `branch` chooses, with W + s·B·A, the gains and the norms beside; in PEFT's order the direction of each row, too.
  func held(_ site: AdapterSite, hasDropout: Bool, rows: Int?) -> HeldElements {
    let (inputs, outputs) = (site.module.inputs, site.module.outputs)
    let isMerged = !hasDropout && rows != nil
    var held: HeldElements = isMerged ? .merged(site) : .factored(site, hasDropout: hasDropout)
    held.prepared += (isMerged ? outputs : min(Magnitude.strip, outputs)) * spacedRow(inputs) + 2 * outputs
    if !isMerged {
      held.columns += outputs
      held.scratchColumns = hasDropout ? 2 * outputs + site.rank + inputs : outputs + site.rank
      held.isScratchBeside = true
    }
    return held
  }

  /// Merged where nothing is dropped and W is not quantised; else PEFT's order, in which dropped inputs go through W, too.
  func branch(_ module: AdaptedModule, in builder: inout PlanBuilder) -> any AdapterBranch {
    precondition(!builder.request.precision.rounds, "DoRA in a format of 16 bits")
    // Without dropout the rows of the merged weight carry the magnitudes, and PEFT's order differs by rounding only.
    let isMerged = module.dropout == 0 && !module.weight.isQuantized && !builder.request.isPlain
    let magnitude = Magnitude(module.site, keepsDirection: isMerged, in: &builder)
    let (branch, merged): (any AdapterBranch, MergedBranch?)
    if isMerged {
      let decomposed = MergedDecomposedBranch(module, magnitude, in: &builder)
      (branch, merged) = (decomposed, decomposed.merged)
    } else if module.dropout == 0 {
      (branch, merged) = (FactoredDecomposedBranch(module, magnitude, in: &builder), nil)
    } else {
      (branch, merged) = (DecomposedBranch(module, magnitude, in: &builder), nil)
    }
    builder.prepareTasks.append(
      MagnitudeTask(updated: UpdatedWeight(module), magnitude: magnitude, merged: merged))
    return branch
  }
}

/// The places of m and of what is made of it before a step.
struct Magnitude: Sendable {
  let outputs: Int
  let inputs: Int
  /// m [out] in the trainable parameters.
  let offset: Int
  /// W + s·B·A [out, in] in the packed parameters, rows `rowStride` apart: whole, or `keptRows` of it at a time where
  /// only its norms are needed.
  let direction: Int
  let keptRows: Int
  let rowStride: Int
  /// m/n and 1/n, [out] each, in the packed parameters.
  let gains: Int
  let reciprocals: Int

  /// Rows at a time where only norms are needed.
  static let strip = 64

  init(_ site: AdapterSite, keepsDirection: Bool, in builder: inout PlanBuilder) {
    guard let part = site[DoRA.magnitude] else { preconditionFailure("DoRA without magnitudes") }
    (inputs, outputs) = (site.module.inputs, site.module.outputs)
    offset = part.offset
    rowStride = spacedRow(inputs)
    keptRows = keepsDirection ? outputs : min(Magnitude.strip, outputs)
    direction = builder.places.allocatePacked(keptRows * rowStride)
    gains = builder.places.allocatePacked(outputs)
    reciprocals = builder.places.allocatePacked(outputs)
  }
}

/// Makes W + s·B·A with the norms of its rows, and in the merged order W″ and its panels.
struct MagnitudeTask: PrepareTask {
  let updated: UpdatedWeight
  let magnitude: Magnitude
  let merged: MergedBranch?

  func run(
    _ parameters: UnsafePointer<Float>, _ packed: UnsafeMutablePointer<Float>,
    stop: StopSignal
  ) {
    let direction = packed + magnitude.direction
    for first in stride(from: 0, to: magnitude.outputs, by: magnitude.keptRows) {
      let rows = first..<min(first + magnitude.keptRows, magnitude.outputs)
      updated.write(rows, parameters, into: direction, rowStride: magnitude.rowStride, stop: stop)
      if stop.isAsked { return }
      measure(rows, parameters, packed)
    }
    guard let merged else { return }
    for row in 0..<magnitude.outputs {
      scale(
        magnitude.inputs, UnsafePointer(direction + row * magnitude.rowStride),
        by: packed[magnitude.gains + row], into: packed + merged.sum + row * merged.rowStride)
    }
    if stop.isAsked { return }
    merged.pack(parameters, packed)
  }

  /// m/n and 1/n of some rows, which stand in the place of the direction.
  private func measure(
    _ rows: Range<Int>, _ parameters: UnsafePointer<Float>, _ packed: UnsafeMutablePointer<Float>
  ) {
    let norms = packed + magnitude.reciprocals
    rowNorms(
      rows: rows.count, columns: magnitude.inputs, packed + magnitude.direction,
      rowStride: magnitude.rowStride, into: norms + rows.lowerBound)
    for row in rows {
      packed[magnitude.gains + row] = parameters[magnitude.offset + row] / norms[row]
      norms[row] = 1 / norms[row]
    }
  }
}
