// Starts that are drawn: PEFT's `init_lora_weights` True, "gaussian" and False.
import Kernels
import Signals
import Storage

/// A from U(±1/√in), B zero: PEFT's `init_lora_weights=True`, `kaiming_uniform_` with a = √5.
struct KaimingStart: DrawnStart {
  let meaning = "A from U(±1/√in), B zero: PEFT's default, its True"
  let deviationExponent = 0.0
  let isZeroAtFirst = true

  /// The same σ at every rank.
  func deviation(rank: Int) -> Double { 1 }

  /// U(±b) has the variance b²/3.
  func variance(rank: Int, inputs: Int) -> Double { 1 / (3 * Double(inputs)) }

  func draw(
    _ site: AdapterSite, into parameters: Buffer, streams: (a: RandomStream, b: RandomStream),
    stop: StopSignal
  ) {
    fillUniform(
      site.a, of: parameters, bound: kaimingBound(inputs: site.module.inputs), streams.a, stop)
  }
}

/// A from N(0, 1/r²), B zero: PEFT's `init_lora_weights="gaussian"`.
struct GaussianStart: DrawnStart {
  let meaning = "A from N(0, 1/r²), B zero"
  let deviationExponent = -1.0
  let isZeroAtFirst = true

  /// 1/r: at twice the rank A's entries are half as large.
  func deviation(rank: Int) -> Double { 1 / Double(rank) }

  /// 1/r², whatever the inputs.
  func variance(rank: Int, inputs: Int) -> Double { 1 / (Double(rank) * Double(rank)) }

  func draw(
    _ site: AdapterSite, into parameters: Buffer, streams: (a: RandomStream, b: RandomStream),
    stop: StopSignal
  ) {
    let a = parameters.pointer + site.a.offset
    Buffer.forEachPiece(of: site.a.count, stop) {
      streams.a.fillNormal(a + $0, count: $1, first: $0, deviation: 1 / Float(site.rank))
    }
  }
}

/// A from U(±1/√in) and B from U(±1/√r): PEFT's `init_lora_weights=False`.
struct RandomStart: DrawnStart {
  let meaning = "A and B random: PEFT's False"
  let deviationExponent = 0.0
  let isZeroAtFirst = false

  /// The same σ at every rank.
  func deviation(rank: Int) -> Double { 1 }

  /// That of A; B's entries have 1/(3·r).
  func variance(rank: Int, inputs: Int) -> Double { 1 / (3 * Double(inputs)) }

  func draw(
    _ site: AdapterSite, into parameters: Buffer, streams: (a: RandomStream, b: RandomStream),
    stop: StopSignal
  ) {
    fillUniform(
      site.a, of: parameters, bound: kaimingBound(inputs: site.module.inputs), streams.a, stop)
    fillUniform(site.b, of: parameters, bound: 1 / Float(site.rank).squareRoot(), streams.b, stop)
  }
}

/// Draws the elements of one part from U(±bound). Once `stop` is asked, the rest stays as it is.
private func fillUniform(
  _ part: AdapterPart, of parameters: Buffer, bound: Float, _ stream: RandomStream,
  _ stop: StopSignal
) {
  let target = parameters.pointer + part.offset
  Buffer.forEachPiece(of: part.count, stop) {
    stream.fillUniform(target + $0, count: $1, first: $0, from: -bound, to: bound)
  }
}
