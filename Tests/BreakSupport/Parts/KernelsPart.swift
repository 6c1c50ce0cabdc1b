// The part `kernels`: products and training steps of any shape.
package import TestSupport

package final class KernelsPart: BreakPart {
  package static let name = "kernels"
  package static let sentence =
    "matrix products and training steps of any shape; failed: an element that is not the plain chain of additions, a "
    + "float written beside the result, or another gradient in another layout"
  package static let shortCount = 600

  private let campaigns: [Campaign]

  package init(_ bench: BreakBench) {
    campaigns = FuzzTarget.kernels.map { Campaign($0, seed: 0) }
  }

  package func input(_ random: inout SeededGenerator) -> [UInt8] {
    campaigns.randomElement(using: &random)?.input(&random) ?? []
  }

  package func attempt(_ input: [UInt8]) throws -> String { try campaigns.attempt(input) }
}
