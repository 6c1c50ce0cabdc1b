// The commands that order and pair the items of lists, and the text of a value.
import Fields
import Language

package enum ListCommands {
  package static let all: [Command] = [str, sorted, zip, enumerate]

  private static let str = Command(
    "str", .numbers, [Parameter("x", .any, .required, "any value")], result: "a text",
    "The text of a value, as `print` writes it.", example: "\"rank \" + str(16)"
  ) { arguments, _ in
    .text(arguments.value("x").bare)
  }

  private static let sorted = Command(
    "sorted", .numbers,
    [
      Parameter("values", .list(.any), .required, "numbers, texts, or lists of them; all of one kind"),
      Parameter(
        "key", .function, .absent("the item itself"), "a function of an item: what it is ordered by",
        isPositional: false),
      Parameter("reverse", .bool, .bool(false), "the largest first", isPositional: false),
    ],
    result: "a list", "The items of a list in order, the smallest first.",
    details:
      "Equal items stay in their order. Texts are ordered by code points, lists by their first items that differ. nan "
      + "stands at the end, also where the largest is first.",
    example: "sorted([3, 1, 2], reverse=True)"
  ) { arguments, _ in
    let items = arguments.list("values")
    let keys = arguments.isGiven("key") ? try items.map { try arguments.call("key", [$0]) } : items
    let isReversed = arguments.bool("reverse")
    let ordered = try Swift.zip(keys, items).enumerated().map {
      (place: $0.offset, key: $0.element.0, item: $0.element.1)
    }
    .sorted { first, second in
      let order = try order(first.key, second.key)
      if order == 0 { return first.place < second.place }
      // What is no number stands at the end in both directions.
      if first.key.isNaN != second.key.isNaN { return second.key.isNaN }
      return isReversed ? order > 0 : order < 0
    }
    return .list(ordered.map(\.item))
  }

  /// Below, equal to or above 0, as the first value stands before, beside or behind the second.
  private static func order(_ first: Value, _ second: Value) throws -> Int {
    if let a = first.arithmetic, let b = second.arithmetic {
      if a.isNaN || b.isNaN { return a.isNaN == b.isNaN ? 0 : a.isNaN ? 1 : -1 }
      return a == b ? 0 : a < b ? -1 : 1
    }
    switch (first, second) {
    case (.text(let a), .text(let b)):
      if a.unicodeScalars.elementsEqual(b.unicodeScalars) { return 0 }
      return a.unicodeScalars.lexicographicallyPrecedes(b.unicodeScalars) ? -1 : 1
    case (.list(let a), .list(let b)):
      for (a, b) in Swift.zip(a, b) {
        let order = try order(a, b)
        if order != 0 { return order }
      }
      return a.count == b.count ? 0 : a.count < b.count ? -1 : 1
    default:
      throw Failure(
        argument: "values", "\(first.kindPhrase) and \(second.kindPhrase) have no order",
        label: "numbers, texts, or lists of them: all of one kind",
        body: "`key=f` orders by what a function of yours gives for each item.")
    }
  }

  private static let zip = Command(
    "zip", .numbers,
    [Parameter("lists", .list(.any), .required, "lists", isVariadic: true)],
    result: "a list", "The first items of several lists, the second ones …, each as a list.",
    details: "It ends with the shortest list.",
    example: "for r, loss in zip([4, 16], [1.9, 1.4]) { print(r, loss) }"
  ) { arguments, _ in
    let lists = arguments.list("lists").map { value -> [Value] in
      if case .list(let items) = value.unfolded { items } else { [] }
    }
    let count = lists.map(\.count).min() ?? 0
    return .list((0..<count).map { place in .list(lists.map { $0[place] }) })
  }

  private static let enumerate = Command(
    "enumerate", .numbers,
    [
      Parameter("values", .list(.any), .required, "a list"),
      Parameter("start", .whole(.any), .number(0), "the number of the first item"),
    ],
    result: "a list", "The items of a list, each in a list behind its number.",
    example: "for i, r in enumerate([4, 16, 64]) { print(i, r) }"
  ) { arguments, _ in
    let start = arguments.number("start")
    return .list(
      arguments.list("values").enumerated().map { .list([.number(start + Double($0.offset)), $0.element]) })
  }
}

extension Value {
  fileprivate var isNaN: Bool { if case .number(let number) = self { number.isNaN } else { false } }
}
