// The commands that show values as a table, and the slope of a power law.
import Analysis
import Display
import Fields
import Interpreter
import Laboratory
import Language
import Signals
import Text

enum LookingCommands {
  static let all: [Command] = [PlotCommand.plot, table, slope]

  private static let table = Command(
    "table", .looking,
    [
      Parameter(
        "rows", .list(.either([.list(.any), .dictionary(.any)])), .required,
        "lists of values or dictionaries, one a row"),
      Parameter(
        "columns", .list(.text), .absent("no header for lists, all keys of dictionaries"),
        "names of the columns; of dictionaries the keys to show"),
      Parameter("title", .text, .text(""), "title"),
      Parameter("caption", .text, .text(""), "text below"),
    ],
    result: "nothing", "Shows rows of values as a table.",
    details: "The field `table` of a comparison or a tuning has such dictionaries.",
    example: "table([[16, 0.25], [64, 0.125]], columns=[\"r\", \"multiplier\"])"
  ) { arguments, session in
    let given = arguments.isGiven("columns") ? arguments.texts("columns") : []
    let (headers, rows) = try cells(arguments.list("rows"), given)
    let width = max(headers.count, rows.map(\.count).max() ?? 0)
    let columns = (0..<width).map { i in
      let isNumber = rows.allSatisfy { row in
        if i < row.count, case .number = row[i] { true } else { false }
      }
      return Table.Column(i < headers.count ? headers[i] : "", isNumber ? .decimal : .left)
    }
    let texts = try rows.map { row in
      try session.environment.stop.check()
      return row.map(\.bare)
    }
    session.emit(
      .table(
        Table(
          arguments.text("title"), columns: columns, rows: texts,
          caption: arguments.text("caption"))))
    return .none
  }

  /// The headers and the rows under them.
  ///
  /// - Throws: `Failure` for rows of both kinds, and for a column that no dictionary has.
  private static func cells(_ rows: [Value], _ given: [String]) throws -> (headers: [String], rows: [[Value]])
  {
    let dictionaries = rows.compactMap { if case .dictionary(let items) = $0 { items } else { nil } }
    guard !dictionaries.isEmpty else {
      return (given, rows.map { if case .list(let values) = $0 { values } else { [$0] } })
    }
    guard dictionaries.count == rows.count else {
      throw Failure(
        argument: "rows", "the rows are of two kinds",
        label: "\(dictionaries.count) of its \(rows.count) items are dictionaries")
    }
    let keys = dictionaries.flatMap { $0.map(\.key) }.distinct()
    if let unknown = given.first(where: { !keys.contains($0) }) {
      let near = Suggestion.closest(to: unknown, among: keys)
      throw Failure(
        argument: "columns", "no row has `\(unknown)`",
        label: near.map { "did you mean `\($0)`?" } ?? "the keys are \(keys.joined(separator: ", "))")
    }
    let shown = given.isEmpty ? keys : given
    return (
      shown,
      dictionaries.map { items in shown.map { key in items.first { $0.key == key }?.value ?? .text("") } }
    )
  }

  private static let slope = Command(
    "slope", .numbers,
    [
      Parameter("x", .list(.number(.positive)), .required, "positive numbers"),
      Parameter("y", .list(.number(.positive)), .required, "as many positive numbers"),
    ],
    result: "a number", "The exponent p of y ∝ x^p, by least squares on the logarithms.",
    example: "slope([1, 2, 4], [1, 4, 16])"
  ) { arguments, _ in
    let (x, y) = (arguments.numbers("x"), arguments.numbers("y"))
    guard x.count == y.count else {
      throw Failure(
        argument: "y", "`y` has \(y.count) numbers for the \(x.count) of `x`", label: "one for each")
    }
    guard Set(x).count > 1 else {
      throw Failure(argument: "x", "a slope needs two different x", label: "there is \(Set(x).count)")
    }
    return .number(powerLawExponent(x: x, y: y))
  }
}
