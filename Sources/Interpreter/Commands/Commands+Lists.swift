// The commands that order and pair the items of lists, and the text of a value.
import Fields
import Language
import Signals

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
  ) { arguments, session in
    let items = arguments.list("values")
    let keys = arguments.isGiven("key") ? try items.map { try arguments.call("key", [$0]) } : items
    let isReversed = arguments.bool("reverse")
    var comparison = ValueComparison(stop: session.environment.stop)
    let ordered = try Swift.zip(keys, items).enumerated().map {
      (place: $0.offset, key: $0.element.0, item: $0.element.1)
    }
    .sorted { first, second in
      let order = try order(first.key, second.key, &comparison)
      if order == 0 { return first.place < second.place }
      // What is no number stands at the end in both directions.
      if first.key.isNaN != second.key.isNaN { return second.key.isNaN }
      return isReversed ? order > 0 : order < 0
    }
    return .list(ordered.map(\.item))
  }

  private static func order(_ first: Value, _ second: Value, _ comparison: inout ValueComparison) throws
    -> Int
  {
    do {
      return try comparison.order(first, second)
    } catch let unordered as ValueComparison.Unordered {
      throw Failure(
        argument: "values", "\(unordered.first) and \(unordered.second) have no order",
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
  ) { arguments, session in
    let lists = arguments.list("lists").map { value -> [Value] in
      if case .list(let items) = value.unfolded { items } else { [] }
    }
    let count = lists.map(\.count).min() ?? 0
    return .list(
      try (0..<count).map { place in
        if place & 0xFFFF == 0xFFFF { try session.environment.stop.check() }
        return .list(lists.map { $0[place] })
      })
  }

  private static let enumerate = Command(
    "enumerate", .numbers,
    [
      Parameter("values", .list(.any), .required, "a list"),
      Parameter("start", .whole(.any), .number(0), "the number of the first item"),
    ],
    result: "a list", "The items of a list, each in a list behind its number.",
    example: "for i, r in enumerate([4, 16, 64]) { print(i, r) }"
  ) { arguments, session in
    let start = arguments.number("start")
    return .list(
      try arguments.list("values").enumerated().map { place, item in
        if place & 0xFFFF == 0xFFFF { try session.environment.stop.check() }
        return .list([.number(start + Double(place)), item])
      })
  }
}

extension Value {
  fileprivate var isNaN: Bool { if case .number(let number) = self { number.isNaN } else { false } }
}
