// Lists without what they say twice.

extension Array where Element: Hashable {
  /// Each value once, where it stands first: a run that is made twice says nothing more.
  package func distinct() -> [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
