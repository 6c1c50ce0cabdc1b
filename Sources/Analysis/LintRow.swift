// Which modules get which rank and alpha: a row for each kind of module, read as PEFT reads patterns.
import Adapters

/// Modules that are alike in rank and alpha, under one name.
package struct LintRow: Equatable, Sendable {
  /// `q_proj`; a path where layers differ; a key in quotes where no model is at hand.
  package var modules: String
  /// How many there are; nil where no model is at hand.
  package var count: Int?
  /// Nil where it was not read.
  package var rank: Double?
  package var alpha: Double?
  /// The keys of `rank_pattern` and `alpha_pattern` that give them; nil where `r` and `lora_alpha` do.
  package var rankKey: String?
  package var alphaKey: String?
}

extension LintSubject {
  /// The rows of a model's modules, or of what the configuration writes where no model is at hand: its targets and the
  /// keys of its patterns.
  ///
  /// PEFT looks a module up in each of the two patterns by itself, and takes the first key that matches the end of the
  /// module's path. Without a model a key that may match some modules of a target and not others has a row of its own.
  package func rows() -> [LintRow] {
    let rows = targetedModules.map(rows(of:)) ?? writtenRows()
    // A pattern that was not read may give any of them another rank or alpha.
    guard unread.contains(where: { ["rank_pattern", "alpha_pattern"].contains($0.field) }) else {
      return rows
    }
    return rows.map { row in
      var row = row
      if row.rankKey == nil, row.alphaKey == nil { row.modules += " without a key" }
      return row
    }
  }

  /// What distinguishes one kind of module from another.
  private struct Values: Equatable {
    var rank: Double?
    var alpha: Double?
    var rankKey: String?
    var alphaKey: String?

    func row(_ modules: String, count: Int? = nil) -> LintRow {
      LintRow(
        modules: modules, count: count, rank: rank, alpha: alpha, rankKey: rankKey, alphaKey: alphaKey)
    }
  }

  private func values(_ rankItem: Pattern?, _ alphaItem: Pattern?) -> Values {
    let rank = rankItem?.value ?? rank
    let formula = alphaFormula.flatMap { formula in rank.map(formula.value(rank:)) }
    return Values(
      rank: rank, alpha: alphaItem?.value ?? formula ?? alpha, rankKey: rankItem?.key,
      alphaKey: alphaItem?.key)
  }

  // MARK: - With a model

  private func rows(of modules: [LinearModule]) -> [LintRow] {
    func compiled(_ items: [Pattern]) -> [(item: Pattern, pattern: PathPattern)] {
      items.compactMap { item in PathPattern(key: item.key).map { (item, $0) } }
    }
    let (ranks, alphas) = (compiled(rankPattern), compiled(alphaPattern))
    let items = modules.map { module in
      (
        path: module.path,
        item: values(
          ranks.first { $0.pattern.matches(module.path) }?.item,
          alphas.first { $0.pattern.matches(module.path) }?.item)
      )
    }
    var names: [String] = []
    var members: [String: [(path: String, item: Values)]] = [:]
    for item in items {
      let name = lastName(item.path)
      if members[name] == nil { names.append(name) }
      members[name, default: []].append(item)
    }
    return names.flatMap { name -> [LintRow] in
      let all = members[name] ?? []
      if let first = all.first, Int(name) == nil, all.allSatisfy({ $0.item == first.item }) {
        return [first.item.row(name, count: all.count)]
      }
      return grouped(all).map { $0.item.row($0.path, count: $0.count) }
    }
  }

  /// `q_proj`; all that are numbered count as one name.
  private func lastName(_ path: String) -> String {
    let last = path.split(separator: ".").last.map(String.init) ?? path
    return Int(last) == nil ? last : "0"
  }

  // MARK: - As written

  /// A key that may match some modules of a target and not others, with what it gives them.
  private struct Exception {
    var key: String
    var target: String?
    var values: Values
  }

  private func writtenRows() -> [LintRow] {
    let compiled = (rankPattern + alphaPattern).reduce(into: [String: PathPattern]()) { known, item in
      if known[item.key] == nil, !LintRules.isAnchored(item.key) {
        known[item.key] = PathPattern(key: item.key)
      }
    }
    /// Whether it matches every path that ends in the name: what stands before it is optional in PEFT's expression.
    func always(_ key: String, _ name: String) -> Bool {
      guard let pattern = compiled[key] else { return false }
      return pattern.matches(name) && pattern.matches("a.0." + name)
    }
    let isNamed: Bool
    var names: [String]
    switch targets {
    case .names(let targets):
      isNamed = true
      names = targets.filter { !isTakenAway($0) }
    case .standard, .pattern, .allLinear, nil:
      isNamed = false
      let plain = (rankPattern + alphaPattern).map(\.key).filter { key in
        compiled[key] != nil && key.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
      }
      names = plain.enumerated().filter { plain.firstIndex(of: $1) == $0 }.map(\.element)
    }
    var rows: [(path: String, item: Values)] = []
    var exceptions: [Exception] = []
    let all: [String?] = names.map { $0 } + (isNamed ? [] : [nil])
    for name in all {
      /// The key that decides, and those before it that may.
      func look(_ items: [Pattern]) -> (item: Pattern?, others: [Pattern]) {
        var others: [Pattern] = []
        for item in items where compiled[item.key] != nil {
          if let name {
            if always(item.key, name) { return (item, others) }
            if LintRules.canMatch(item.key, [name]) { others.append(item) }
          } else if !names.contains(where: { always(item.key, $0) }) {
            others.append(item)
          }
        }
        return (nil, others)
      }
      let (ranks, alphas) = (look(rankPattern), look(alphaPattern))
      var keys: [String] = []
      for item in ranks.others + alphas.others where !keys.contains(item.key) { keys.append(item.key) }
      for key in keys {
        let values = values(
          ranks.others.first { $0.key == key } ?? ranks.item,
          alphas.others.first { $0.key == key } ?? alphas.item)
        exceptions.append(Exception(key: key, target: name, values: values))
      }
      let label = name ?? (compiled.isEmpty ? targetsText : "all other modules")
      rows.append(
        (name != nil && !keys.isEmpty ? "other \(label)" : label, values(ranks.item, alphas.item)))
    }
    return grouped(rows).map { $0.item.row($0.path) } + exceptionRows(exceptions)
  }

  /// One row a key where it gives all targets the same.
  private func exceptionRows(_ exceptions: [Exception]) -> [LintRow] {
    var keys: [String] = []
    for exception in exceptions where !keys.contains(exception.key) { keys.append(exception.key) }
    return keys.flatMap { key -> [LintRow] in
      let own = exceptions.filter { $0.key == key }
      guard let first = own.first else { return [] }
      if own.allSatisfy({ $0.values == first.values }) { return [first.values.row("\"\(key)\"")] }
      return own.map { $0.values.row(($0.target.map { "\($0) by " } ?? "others by ") + "\"\(key)\"") }
    }
  }

  /// Whether a target by name gets no adapter after all.
  private func isTakenAway(_ target: String) -> Bool {
    if savedModules.contains(target) { return true }
    guard case .names(let names)? = excluded else { return false }
    return names.contains { target == $0 || target.hasSuffix("." + $0) }
  }

  private var targetsText: String {
    switch targets {
    case .allLinear: "all-linear"
    case .pattern(let text): text.count <= 40 ? "\"\(text)\"" : "\"\(text.prefix(38))…\""
    case .standard: "the model's usual targets"
    case .names, nil:
      unread.contains { $0.field == "target_modules" } || !isWhole
        ? "targets not read" : "the usual targets"
    }
  }
}
