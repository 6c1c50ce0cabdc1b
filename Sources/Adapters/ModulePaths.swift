// Module paths for people: the same module of every layer in one line.

/// A run of equal rows: `model.layers.0…3.self_attn.q_proj`, four times.
package struct ModuleGroup<Item: Equatable> {
  package var path: String
  package var count: Int
  package var item: Item
}

/// Joins modules that differ in the layer number alone and have equal items, in the order of the first of each.
package func grouped<Item: Equatable>(_ modules: [(path: String, item: Item)]) -> [ModuleGroup<Item>] {
  var groups: [(pattern: [String], numbers: [Int], item: Item, path: String)] = []
  for module in modules {
    let parts = module.path.split(separator: ".").map(String.init)
    let place = parts.firstIndex { Int($0) != nil }
    let number = place.flatMap { Int(parts[$0]) }
    var pattern = parts
    if let place { pattern[place] = "#" }
    let last = groups.lastIndex { $0.pattern == pattern && $0.item == module.item }
    if let last, let number, groups[last].numbers.last == number - 1 {
      groups[last].numbers.append(number)
    } else {
      groups.append((pattern, number.map { [$0] } ?? [], module.item, module.path))
    }
  }
  return groups.map { group in
    guard let first = group.numbers.first, let last = group.numbers.last, first != last else {
      return ModuleGroup(path: group.path, count: 1, item: group.item)
    }
    let path = group.pattern.map { $0 == "#" ? "\(first)…\(last)" : $0 }.joined(separator: ".")
    return ModuleGroup(path: path, count: group.numbers.count, item: group.item)
  }
}
