// What other programs call a parameter: the names that a user of theirs types first.

/// Names of one thing in several programs.
package struct Synonyms: Sendable {
  /// Each group is one thing under several names, in lower case.
  let groups: [[String]]
  /// The name in use for another program's; nil where it has none.
  let field: @Sendable (String) -> String?

  package init(groups: [[String]] = [], field: @escaping @Sendable (String) -> String? = { _ in nil }) {
    self.groups = groups
    self.field = field
  }
}

extension CommandTable {
  /// The label among `labels` that means the same as `label`; nil where there is none.
  ///
  /// First by the groups, then by the table: where another command's parameter has both names, they mean the same
  /// (`alpha` and `lora_alpha`).
  func synonym(of label: String, among labels: [String]) -> String? {
    let lowered = label.lowercased()
    let names = synonyms.groups.filter { $0.contains(lowered) }.flatMap { $0 }
    if let found = labels.first(where: { names.contains($0) && $0 != label }) { return found }
    for command in all {
      guard let parameter = command.parameter(labeled: label) else { continue }
      let others = [parameter.name] + parameter.aliases
      if let found = labels.first(where: { others.contains($0) }) { return found }
    }
    return nil
  }
}
