// Rounding values of a shard and gradients of parameters, and the counts of a plan's last step.
package import Kernels
import Storage

extension Rounding {
  /// Rounds `count` values in place.
  func apply(_ count: Int, _ x: UnsafeMutablePointer<Float>, _ shard: ShardView) {
    add(round(count, x, to: format), shard)
  }

  /// Rounds a value of the shard.
  func apply(_ slot: Slot, _ shard: ShardView) {
    apply(shard.rows * slot.columns, slot.values(shard), shard)
  }

  /// out = x, rounded.
  func apply(
    _ count: Int, _ x: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>, _ shard: ShardView
  ) {
    add(round(count, x, to: format, into: out), shard)
  }

  /// Rounds what a loss made in its forward pass, while training.
  func applyToGradient(_ input: Input, _ shard: ShardView) {
    guard shard.isTraining, let gradient = input.gradient(shard) else { return }
    apply(shard.rows * input.columns, gradient, shard)
  }

  /// Counts what was rounded elsewhere. What a layer computes again was counted the first time.
  func add(_ counts: RoundingCounts, _ shard: ShardView) {
    if shard.isRemaking { return }
    Rounding.add(counts, to: shard.place(self.counts, count: Rounding.countWords))
  }

  /// Rounds the gradient of parameters, after all shards. No other operation has these counts.
  func finish(_ count: Int, _ gradient: UnsafeMutablePointer<Float>, _ step: StepView) {
    Rounding.add(
      round(count, gradient, to: format),
      to: step.plan.arenas[0].elements(counts, count: Rounding.countWords))
  }

  /// The words hold whole numbers, whatever the memory is bound to.
  private static func add(_ counts: RoundingCounts, to place: UnsafeMutablePointer<Float>) {
    var sum = read(place)
    sum += counts
    let words = UnsafeMutableRawPointer(place)
    words.storeBytes(of: sum.overflows, as: UInt32.self)
    words.storeBytes(of: sum.underflows, toByteOffset: 4, as: UInt32.self)
    words.storeBytes(of: sum.values, toByteOffset: 8, as: UInt32.self)
  }

  static func read(_ place: UnsafeMutablePointer<Float>) -> RoundingCounts {
    let words = UnsafeRawPointer(place)
    var counts = RoundingCounts()
    counts.overflows = words.loadUnaligned(as: UInt32.self)
    counts.underflows = words.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
    counts.values = words.loadUnaligned(fromByteOffset: 8, as: UInt32.self)
    return counts
  }
}

extension Plan {
  /// What left the format's range at each of `roundingSites` in the last step, over all shards; sums modulo 2³².
  package var roundingCounts: [RoundingCounts] {
    roundings.map { rounding in
      arenas.reduce(into: RoundingCounts()) {
        $0 += Rounding.read($1.elements(rounding.counts, count: Rounding.countWords))
      }
    }
  }

  /// Begins the counts of a step.
  func clearRoundingCounts() {
    for arena in arenas {
      for rounding in roundings {
        arena.elements(rounding.counts, count: Rounding.countWords).update(
          repeating: 0, count: Rounding.countWords)
      }
    }
  }
}

extension PlanBuilder {
  /// The rounding of a kind of tensor in a module; nil where the table leaves it in fp32.
  mutating func rounding(_ kind: TensorKind, gradient isGradient: Bool = false, of module: String)
    -> Rounding?
  {
    let format = request.precision.format(of: kind, isGradient: isGradient)
    guard format != .fp32 else { return nil }
    let rounding = Rounding(format: format, counts: places.allocateAlone(Rounding.countWords))
    roundings.append((RoundingSite(module: module, kind: kind, isGradient: isGradient), rounding))
    return rounding
  }

  /// The path of what is around a module: `model.layers.0.mlp` of `model.layers.0.mlp.up_proj`.
  static func parent(of module: String) -> String {
    module.lastIndex(of: ".").map { String(module[..<$0]) } ?? module
  }
}
