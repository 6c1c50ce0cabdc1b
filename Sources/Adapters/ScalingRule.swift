// The rule by which an adapter's multiplier follows from its rank and alpha.
import Text

/// An adapted module computes y = W·x + s·B·A·x. The multiplier s is a number without unit that follows from alpha and
/// the rank r; the rule says how.
///
/// A rule is a power of the rank: s = alpha/r^p, with p = 1, 1/2 or 0, or any other. Only s enters the arithmetic, so
/// `lora` with alpha·√r is the same adapter as `rslora` with alpha.
package enum ScalingRule: Equatable, Hashable, Sendable {
  /// s = alpha/r (Hu et al. 2021, arXiv 2106.09685, section 4.1; PEFT's default). Twice the rank halves s.
  case lora
  /// s = alpha/√r (Kalajdzievski 2023, arXiv 2312.03732, theorem 3.2; PEFT `use_rslora`).
  case rslora
  /// s = alpha at every rank.
  case constant
  /// s = alpha/r^p; `lora` is p = 1, `rslora` p = 1/2, `constant` p = 0.
  case power(Double)

  /// The exponent p of alpha/r^p.
  package var exponent: Double {
    switch self {
    case .lora: 1
    case .rslora: 0.5
    case .constant: 0
    case .power(let p): p
    }
  }

  /// The multiplier s of an adapter with this alpha at this rank, in double precision.
  ///
  /// - Parameters:
  ///   - alpha: any number. 0 gives an adapter without effect, a negative one turns the sign of the update, NaN gives
  ///     NaN.
  ///   - rank: positive; it need not be whole. At 0 the result is infinite or NaN, but for `constant`.
  package func multiplier(alpha: Double, rank: Double) -> Double {
    switch self {
    case .lora: alpha / rank
    case .rslora: alpha / rank.squareRoot()
    case .constant: alpha
    case .power(let p): alpha / raised(rank, to: p)
    }
  }

  /// The alpha that gives the multiplier s at this rank: `multiplier` solved for alpha, to rounding. The rank is
  /// positive.
  package func alpha(multiplier s: Double, rank: Double) -> Double {
    switch self {
    case .lora: s * rank
    case .rslora: s * rank.squareRoot()
    case .constant: s
    case .power(let p): s * raised(rank, to: p)
    }
  }

  /// As the language writes it: `rslora`, `power(0.75)`.
  package var name: String {
    switch self {
    case .lora: "lora"
    case .rslora: "rslora"
    case .constant: "constant"
    case .power(let p): "power(\(shortest(p)))"
    }
  }

  /// As a formula of alpha and r.
  package var formula: String {
    switch self {
    case .lora: "alpha/r"
    case .rslora: "alpha/√r"
    case .constant: "alpha"
    case .power(let p): "alpha/r^\(shortest(p))"
    }
  }
}

/// Alpha, PEFT's `lora_alpha`: a number, or a rule of the rank such as `2*r`, which gives each rank of a sweep an alpha
/// of its own. PEFT knows numbers alone: what is saved for it holds those that give each module its multiplier.
package enum Alpha: Sendable {
  case fixed(Double)
  /// The text as the user wrote it, and its value at a rank.
  case ofRank(text: String, @Sendable (Double) -> Double)

  /// The number at a rank. A rule may give NaN or infinity, as `1/(r - 4)` at rank 4: `AdapterLayout` refuses those.
  package func value(rank: Double) -> Double {
    switch self {
    case .fixed(let alpha): alpha
    case .ofRank(_, let rule): rule(rank)
    }
  }

  /// For tables: `16`, `2*r`.
  package var formula: String {
    switch self {
    case .fixed(let alpha): shortest(alpha)
    case .ofRank(let text, _): text
    }
  }

  /// As the language writes it: `16`, `"2*r"`.
  package var text: String {
    switch self {
    case .fixed(let alpha): shortest(alpha)
    case .ofRank(let text, _): "\"\(text)\""
    }
  }
}
