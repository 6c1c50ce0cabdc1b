// What `plot` was given, one by one: lists are taken apart, and lists of numbers know what they are called.
import Display
package import Interpreter
import Language

package enum PlotItem {
  case run(RunObject)
  case comparison(ComparisonObject)
  case tuning(TuningObject)
  case frontier(FrontierObject)
  /// With the text that they have in the cell; empty where that says nothing.
  case numbers([Double], name: String)

  /// - Throws: `Failure` where a value cannot be drawn.
  package static func items(of arguments: Arguments) throws -> [PlotItem] {
    let values = arguments.list("values")
    let sources = arguments.sources(of: "values")
    return try values.enumerated().flatMap { index, value in
      let source = index < sources.count ? sources[index] : ""
      return try items(of: value, named: legendText(source, isAlone: values.count == 1))
    }
  }

  private static func items(of value: Value, named name: String) throws -> [PlotItem] {
    switch value.unfolded {
    case .object(let object as RunObject): return [.run(object)]
    case .object(let object as ComparisonObject): return [.comparison(object)]
    case .object(let object as TuningObject): return [.tuning(object)]
    case .object(let object as FrontierObject): return [.frontier(object)]
    case .list(let items):
      let numbers = items.compactMap { if case .number(let number) = $0 { number } else { nil } }
      if numbers.count == items.count && !items.isEmpty { return [.numbers(numbers, name: name)] }
      guard numbers.isEmpty else {
        throw Failure(
          argument: "values", "a list to draw has numbers alone",
          label: "\(items.count - numbers.count) of its \(items.count) items are no numbers")
      }
      return try items.enumerated().flatMap { index, item in
        try PlotItem.items(of: item, named: isShort(name) ? "\(name)[\(index)]" : "")
      }
    default:
      throw Failure(
        argument: "values", "\(value.kindPhrase) cannot be drawn",
        label: "plot takes runs, comparisons, tunings, frontiers and lists of numbers together, or maps")
    }
  }

  /// The text of an argument as the name of its curve: not of a list that is written out and stands alone, nor of what
  /// is too long for a legend.
  private static func legendText(_ source: String, isAlone: Bool) -> String {
    source.count > 40 || source.contains(where: \.isNewline) || (isAlone && source.hasPrefix("["))
      ? "" : source
  }

  /// Whether an index can be written behind the text.
  private static func isShort(_ text: String) -> Bool {
    !text.isEmpty && text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }
  }
}
