// The part `files`: damaged files for every reader.
package import TestSupport

/// The targets of `FuzzTarget` that read files: each input names one, and has its bytes behind the first line break.
package final class FilesPart: BreakPart {
  package static let name = "files"
  package static let sentence =
    "damaged safetensors, configurations, tokenizers, examples, saved values, Python files and patterns, read in the "
    + "same process; failed: a crash, a hang, another error than the reader promises, or a value that is not the same once written and read again"
  package static let shortCount = 6000

  private let campaigns: [Campaign]

  package init(_ bench: BreakBench) {
    campaigns = FuzzTarget.files.map { Campaign($0, seed: 0) }
  }

  package func input(_ random: inout SeededGenerator) -> [UInt8] {
    campaigns.randomElement(using: &random)?.input(&random) ?? []
  }

  package func attempt(_ input: [UInt8]) throws -> String { try campaigns.attempt(input) }
}

extension [Campaign] {
  /// Reads an input that begins with the name of its target.
  func attempt(_ input: [UInt8]) throws -> String {
    let parts = input.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(decoding: parts.first ?? [], as: UTF8.self)
    guard parts.count == 2, let campaign = first(where: { $0.target.name == name }) else {
      throw BreakFinding("no target is named \(name)")
    }
    return switch try campaign.target.read(Array<UInt8>(parts[1])) {
    case .accepted: "accepted"
    case .refused: "refused"
    }
  }
}
