// Checkpointing as a value of the table of options.
package import Fields
package import Models

extension Checkpointing: LiteralValue {
  /// A word, or as transformers states it: true computes layers again, false does not.
  package init?(literal: Literal) {
    switch literal {
    case .bool(let isOn): self = isOn ? .full : .off
    case .text(let word):
      guard let value = Checkpointing(rawValue: word) else { return nil }
      self = value
    case .absent, .number, .list, .dictionary: return nil
    }
  }
}
