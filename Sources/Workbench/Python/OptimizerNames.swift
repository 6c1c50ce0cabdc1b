// The names of transformers' `optim`: which run here, what runs in the place of others, and which are refused.
import Interpreter
import Language
import Text
import Training

/// An optimiser as transformers names it.
struct OptimizerName {
  enum Treatment: Equatable {
    /// The same steps, to rounding.
    case adamw
    /// AdamW with its moments in fp32; the text says how the named one differs.
    case adamwInPlace(String)
    case sgd
    /// Other steps: refused.
    case other
  }

  var name: String
  var treatment: Treatment
}

extension OptimizerName {
  /// Those of transformers 5.24, and two of version 4.
  static let all: [OptimizerName] =
    ["adamw_torch", "adamw_torch_fused", "adamw_torch_xla", "adamw_torch_npu_fused"].map {
      OptimizerName(name: $0, treatment: .adamw)
    }
    + [
      ("adamw_8bit", eight), ("adamw_bnb_8bit", eight), ("paged_adamw_8bit", eight),
      ("adamw_torch_8bit", eight),
      ("adamw_torch_4bit", fewBits(4)),
      ("paged_adamw_32bit", paged),
      ("paged_adamw", paged),
      ("adamw_anyprecision", "it keeps the second moment in bfloat16, which rounds each step"),
      ("adamw_hf", gone), ("adamw_apex_fused", gone),
    ].map { OptimizerName(name: $0.0, treatment: .adamwInPlace($0.1)) }
    + [OptimizerName(name: "sgd", treatment: .sgd)]
    + [
      "adafactor", "ademamix", "adagrad", "ademamix_8bit", "lion_8bit", "lion_32bit", "paged_ademamix_32bit",
      "paged_ademamix_8bit", "paged_lion_32bit", "paged_lion_8bit", "rmsprop", "rmsprop_bnb",
      "rmsprop_bnb_8bit", "rmsprop_bnb_32bit", "galore_adamw", "galore_adamw_8bit", "galore_adafactor",
      "galore_adamw_layerwise", "galore_adamw_8bit_layerwise", "galore_adafactor_layerwise", "lomo",
      "adalomo", "grokadamw", "schedule_free_radam", "schedule_free_adamw", "schedule_free_sgd",
      "apollo_adamw", "apollo_adamw_layerwise", "stable_adamw",
    ].map { OptimizerName(name: $0, treatment: .other) }

  private static let eight = fewBits(8)
  private static let paged =
    "it takes the same steps, and moves the moments to the CPU's memory where the GPU's is full"
  private static let gone = "it is gone from transformers 5"

  private static func fewBits(_ count: Int) -> String {
    "it keeps the moments in \(count) bits, which rounds them and with them each step, and saves memory on a GPU"
  }

  /// The optimiser of a name, after a note where it is not the one that runs.
  ///
  /// - Throws: `Failure` for a name that transformers does not have, and for one whose steps are others.
  static func treatment(of name: String, _ session: Session) throws -> Treatment {
    let lower = name.lowercased()
    guard let known = all.first(where: { $0.name == lower }) else {
      let near = Suggestion.closest(to: lower, among: all.map(\.name))
      throw Failure(
        argument: "optim", "transformers has no optimiser `\(name)`",
        label: near.map { "did you mean `\($0)`?" } ?? "adamw_torch and sgd run here",
        body: "Those that run here: \(listed(all.filter { $0.treatment != .other }.map(\.name))).",
        fix: "optim=\"\(near ?? "adamw_torch")\"")
    }
    switch known.treatment {
    case .adamwInPlace(let difference):
      session.warnOnce(
        "optim \(lower)", "optim=\"\(lower)\" runs here as AdamW with its moments in fp32: \(difference)")
    case .other:
      throw Failure(
        argument: "optim", "the optimiser `\(lower)` is not here yet",
        label: "adamw_torch and sgd are",
        body: "It is refused because the steps would be others.", fix: "optim=\"adamw_torch\"")
    case .adamw, .sgd: break
    }
    return known.treatment
  }
}
