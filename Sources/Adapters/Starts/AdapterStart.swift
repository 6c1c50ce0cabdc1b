// How A and B begin: the kinds of start, and which initialisation is which.
package import Kernels
package import Signals
package import Storage
import Text

/// How A and B of every adapted module begin.
package enum AdapterStart: Sendable {
  /// Drawn from a run's seed.
  case drawn(any DrawnStart)
  /// Made of W, which becomes W − s·B·A: the module computes what it did, and the adapter fits the changed base alone.
  case partOfBase(any PartOfBaseStart)
}

extension LoRAConfiguration.Initialization {
  /// The table of starts.
  package var start: AdapterStart {
    switch self {
    case .kaiming: .drawn(KaimingStart())
    case .gaussian: .drawn(GaussianStart())
    case .random: .drawn(RandomStart())
    case .pissa: .partOfBase(PiSSAStart())
    case .olora: .partOfBase(OLoRAStart())
    }
  }

  /// One line: what A and B are at first.
  package var meaning: String {
    switch start {
    case .drawn(let start): start.meaning
    case .partOfBase(let start): start.meaning
    }
  }

  /// Those that PEFT has a name for; kaiming is its True and random its False.
  package static var named: [LoRAConfiguration.Initialization] {
    allCases.filter { $0 != .kaiming && $0 != .random }
  }

  /// All as PEFT takes them, with a word before the last: `True, False, "gaussian", "pissa" and "olora"`.
  package static func listed(_ conjunction: String) -> String {
    let words = ["True", "False"] + named.map { quoted($0.rawValue) }
    return words.dropLast().joined(separator: ", ") + " \(conjunction) " + (words.last ?? "")
  }

  /// Whether the adapter begins as a part of W that is taken out of the base.
  package var splitsBase: Bool { if case .partOfBase = start { true } else { false } }

  /// The start where it is drawn; nil where it is a part of W.
  package var drawn: (any DrawnStart)? { if case .drawn(let start) = start { start } else { nil } }

  /// Whether B is zero at first, so that an adapter that was not trained changes nothing.
  package var isZeroAtFirst: Bool { drawn?.isZeroAtFirst ?? false }

  /// σ² of the entries of A [r, inputs]; NaN where A is a part of W.
  package func variance(rank: Int, inputs: Int) -> Double {
    drawn?.variance(rank: rank, inputs: inputs) ?? .nan
  }
}

/// A start whose A, and B where it is not zero, come from the run's seed.
package protocol DrawnStart: Sendable {
  /// One line for the list of choices.
  var meaning: String { get }
  /// The exponent q of σ ∝ r^q, with σ the standard deviation of A's entries.
  var deviationExponent: Double { get }
  /// r^q.
  func deviation(rank: Int) -> Double
  /// σ² of A [r, inputs].
  func variance(rank: Int, inputs: Int) -> Double
  /// Whether B stays zero.
  var isZeroAtFirst: Bool { get }
  /// Sets A and B of one module, whose parameters are zeros.
  ///
  /// - Parameters:
  ///   - streams: the module's own random numbers, for A and for B.
  ///   - stop: where it is asked, the rest stays as it is.
  func draw(
    _ site: AdapterSite, into parameters: Buffer, streams: (a: RandomStream, b: RandomStream),
    stop: StopSignal)
}

/// A start that is a part of W.
package protocol PartOfBaseStart: Sendable {
  /// One line for the list of choices.
  var meaning: String { get }
  /// Whether it can be made only of a base that is not quantised.
  var needsFullWeights: Bool { get }
  /// Whether A and B hold the part divided by s, so that s must be above 0.
  var dividesByMultiplier: Bool { get }
  /// Sets A and B of one module, whose parameters are zeros, in double precision.
  ///
  /// - Parameters:
  ///   - w: the module's weight [out, in].
  ///   - multiplier: s.
  /// - Throws: `Interruption` where `stop` is asked.
  func set(
    _ site: AdapterSite, of w: ColumnMatrix, multiplier: Double, into parameters: Buffer, stop: StopSignal
  ) throws(Interruption)
}

extension AdapterLayout {
  /// A and B before training, drawn from `seed` where they are drawn; zeros where they or the other parameters come from
  /// the base.
  package func drawnParameters(seed: UInt64, stop: StopSignal = .never) throws(Interruption) -> Buffer {
    let parameters = Buffer(count: count)
    guard let start = configuration.initialization.drawn else { return parameters }
    for (i, site) in sites.enumerated() {
      let streams = (
        a: RandomStream(seed: seed, purpose: .adapter, index: UInt32(i)),
        b: RandomStream(seed: seed, purpose: .adapter, index: UInt32(sites.count + i))
      )
      start.draw(site, into: parameters, streams: streams, stop: stop)
    }
    try stop.check()
    return parameters
  }
}
