// What kinds of object there are: each laboratory names its own.

/// A kind of object. Two kinds of one name are the same kind.
package struct ObjectKind: Hashable, Sendable {
  /// As a user reads it: "model", "list of probes".
  package let name: String
  /// Whether it can be counted: "a run", "runs", but "data".
  private let isCountable: Bool

  package init(_ name: String, isCountable: Bool = true) {
    self.name = name
    self.isCountable = isCountable
  }

  /// The kind with its article: "a run", "an adapter", "data".
  package var phrase: String {
    guard isCountable else { return name }
    return ("aeiou".contains(name.prefix(1)) ? "an " : "a ") + name
  }

  /// "runs", "data".
  package var plural: String { isCountable ? name + "s" : name }
}
