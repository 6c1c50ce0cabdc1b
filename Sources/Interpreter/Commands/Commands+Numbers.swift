// The commands for numbers and lists.
import Fields
import Language
import Text

package enum NumberCommands {
  package static let all: [Command] = [min, max, sum, mean, len, range, logspace, sqrt, log, exp, abs, round]

  /// The longest list that a command makes.
  private static let longest = 1_000_000.0

  private static let numbers = Parameter(
    "values", .either([.number(.unbounded), .list(.number(.unbounded))]), .required,
    "a list of numbers, or several numbers", isVariadic: true)
  private static let list = Parameter("values", .list(.any), .required, "a list of numbers; True counts as 1")
  private static let x = Parameter("x", .number(.unbounded), .required, "any number")

  private static let min = Command(
    "min", .numbers, [numbers], result: "a number", "The smallest of several numbers.",
    details: "One nan makes the result nan.", example: "min([3, 1, 2])"
  ) { arguments, _ in
    .number(try extreme(arguments) { $0 < $1 })
  }

  private static let max = Command(
    "max", .numbers, [numbers], result: "a number", "The largest of several numbers.",
    details: "One nan makes the result nan.", example: "max(3, 1, 2)"
  ) { arguments, _ in
    .number(try extreme(arguments) { $0 > $1 })
  }

  private static let sum = Command(
    "sum", .numbers, [list], result: "a number", "The sum of a list, from left to right.",
    details: "The sum of an empty list is 0. True counts as 1, so that a sum counts what holds.",
    example: "sum([x > 1 for x in [1, 2, 3]])"
  ) { arguments, _ in
    .number(try arithmetic(arguments).reduce(0, +))
  }

  private static let mean = Command(
    "mean", .numbers, [list], result: "a number", "The mean of a list.", example: "mean([1, 2, 6])"
  ) { arguments, _ in
    let values = try arithmetic(arguments)
    guard !values.isEmpty else {
      throw Failure(argument: "values", "an empty list has no mean", label: "give it a number or more")
    }
    return .number(values.reduce(0, +) / Double(values.count))
  }

  private static let len = Command(
    "len", .numbers,
    [
      Parameter(
        "x", .either([.list(.any), .text, .dictionary(.any)]), .required, "a list, a text or a dictionary")
    ],
    result: "a number", "How many items a list, a text or a dictionary has.", example: "len([4, 8, 16])"
  ) { arguments, _ in
    switch arguments.value("x") {
    case .text(let text): .number(Double(text.count))
    case .dictionary(let items): .number(Double(items.count))
    default: .number(Double(arguments.list("x").count))
    }
  }

  private static let range = Command(
    "range", .numbers,
    [
      Parameter(
        "start", .whole(.any), .required, "the first number; the end, where it is the only one given"),
      Parameter("end", .whole(.any), .absent("start is the end"), "the number to stop before"),
      Parameter("step", .whole(.any), .number(1), "the distance, negative to count down; not 0"),
    ],
    result: "a list", "Whole numbers in a row, the end not included.", example: "range(0, 10, 2)"
  ) { arguments, _ in
    let end = arguments.optionalNumber("end")
    let start = end == nil ? 0 : arguments.number("start")
    let step = arguments.number("step")
    guard step != 0 else {
      throw Failure(argument: "step", "`step` cannot be 0", label: "1 counts up, -1 down")
    }
    let count = ((end ?? arguments.number("start")) - start) / step
    guard count <= longest else {
      throw Failure(
        "a list of \(NumberFormat.text(count.rounded(.up))) numbers is too long", label: "at most a million")
    }
    return .list((0..<Int(Swift.max(0, count.rounded(.up)))).map { .number(start + Double($0) * step) })
  }

  private static let logspace = Command(
    "logspace", .numbers,
    [
      Parameter("first", .number(.positive), .required, "the first number"),
      Parameter("last", .number(.positive), .required, "the last number, included"),
      Parameter("count", .whole(NumberRange(2, longest)), .required, "how many numbers"),
    ],
    result: "a list", "Numbers from first to last, each the same factor above the one before.",
    details: "Unlike numpy's, it takes the numbers themselves, not their powers of ten.",
    example: "logspace(0.001, 1, 4)"
  ) { arguments, _ in
    let first = arguments.number("first")
    let last = arguments.number("last")
    let count = arguments.whole("count")
    let step = (Mathematics.log(last) - Mathematics.log(first)) / Double(count - 1)
    return .list(
      (0..<count).map { index in
        if index == 0 { return .number(first) }
        if index == count - 1 { return .number(last) }
        return .number(Mathematics.exp(Mathematics.log(first) + Double(index) * step))
      })
  }

  private static let sqrt = function("sqrt", "The square root; nan of a negative number.", "sqrt(64)") {
    $0.squareRoot()
  }
  private static let log = function(
    "log", "The natural logarithm; -inf of 0, nan of a negative number.", "log(10)", Mathematics.log)
  private static let exp = function("exp", "The exponential.", "exp(1)", Mathematics.exp)
  private static let abs = function("abs", "The number without its sign.", "abs(-3)") { $0.magnitude }

  private static let round = Command(
    "round", .numbers,
    [x, Parameter("digits", .whole(NumberRange(-15, 15)), .number(0), "places behind the point")],
    result: "a number",
    "The nearest number with so many places; halves go to the even neighbour, as in Python.",
    example: "round(2.71828, 2)"
  ) { arguments, _ in
    let x = arguments.number("x")
    let digits = arguments.number("digits")
    let scale = Mathematics.power(10, digits.magnitude)
    let scaled = digits < 0 ? x / scale : x * scale
    // Beyond 2^53 a number has no places to round, and the product may have overflowed.
    guard scaled.magnitude < 0x1p53 else { return .number(x) }
    let rounded = scaled.rounded(.toNearestOrEven)
    return .number(digits < 0 ? rounded * scale : rounded / scale)
  }

  private static func function(
    _ name: String, _ meaning: String, _ example: String, _ body: @escaping @Sendable (Double) -> Double
  ) -> Command {
    Command(name, .numbers, [x], result: "a number", meaning, example: example) { arguments, _ in
      .number(body(arguments.number("x")))
    }
  }

  /// The numbers of a variadic parameter, whose items may be lists.
  private static func extreme(
    _ arguments: Arguments, isBetter: (Double, Double) -> Bool
  ) throws -> Double {
    var best: Double?
    for item in arguments.list("values") {
      let values: [Value] = if case .list(let items) = item { items } else { [item] }
      for case .number(let value) in values {
        guard let known = best else {
          best = value
          continue
        }
        if !known.isNaN, value.isNaN || isBetter(value, known) { best = value }
      }
    }
    guard let best else {
      throw Failure(
        argument: "values", "an empty list has no `\(arguments.command.name)`",
        label: "give it a number or more")
    }
    return best
  }

  private static func arithmetic(_ arguments: Arguments) throws -> [Double] {
    try arguments.list("values").enumerated().map { index, value in
      guard let number = value.arithmetic else {
        throw Failure(
          argument: "values", "`values[\(index)]` must be a number; it is \(value.phrase)",
          label: "only numbers can be counted together")
      }
      return number
    }
  }
}
