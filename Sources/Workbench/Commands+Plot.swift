// The command that draws: runs, comparisons, tunings and numbers as curves, maps as maps.
import Analysis
import Display
import Fields
import Interpreter
import Laboratory

enum PlotCommand {
  private static let scales = [Choice("linear", "even steps"), Choice("log", "decades")]
  private static let axes = [
    Choice(PlotAxis.step.rawValue, "the curves of training over its steps"),
    Choice(PlotAxis.rate.rawValue, "final losses over the learning rate, in decades"),
    Choice(PlotAxis.rank.rawValue, "final losses over the rank, in decades"),
  ]

  static let plot = Command(
    "plot", .looking,
    [
      Parameter(
        "values", .any, .required, "runs, comparisons, tunings, frontiers and lists of numbers; or maps",
        isVariadic: true),
      Parameter(
        "y", .choice(scales),
        .absent("linear; log where final losses span a factor of \(Int(Plot.widestLinear)) and more"),
        "scale of the upright axis", isPositional: false),
      Parameter(
        "x", .choice(axes + scales),
        .absent(
          "lr of a comparison over several rates and of a tuning, r of one over several ranks, else step"),
        "what the level axis goes over, or its scale alone", isPositional: false),
      Parameter(
        "of",
        .choice(
          [
            Choice("loss", "loss of each step's batch"), Choice("eval_loss", "loss on the evaluation set"),
            Choice("grad_norm", "norm of the gradient"),
          ] + ProbeQuantity.allCases.map { Choice($0.rawValue, $0.meaning) }), .text("loss"),
        "what of a run is drawn over its steps", isPositional: false),
      Parameter(
        "at", .list(.number(.any)), .absent("0, 1, 2, …"),
        "where the numbers of lists stand on the level axis",
        isPositional: false),
      Parameter(
        "names", .list(.text), .absent("what the curves differ in"), "names of the curves",
        isPositional: false),
      Parameter("title", .text, .text(""), "title", isPositional: false),
    ],
    result: "a chart", "A line chart of runs, comparisons, tunings or numbers.",
    details:
      "A comparison over several learning rates is drawn as final evaluation loss against the rate, over several ranks "
      + "against the rank: a curve for each adapter, its standard deviation over the seeds as a band, its best point a "
      + "star; where runs have no finite loss, a cross stands on the upper edge. Any other comparison is drawn over "
      + "steps, as the median over its seeds. What probes measured is a curve for "
      + "each adapted module. A curve that ends in NaN is marked where it does. The legend names what the curves "
      + "differ in.",
    example: "plot [1, 4, 9, 16], at=[1, 2, 3, 4], y=log", keywords: ["draw", "graph", "figure", "curve"]
  ) { arguments, session in
    let values = arguments.list("values")
    let maps = values.compactMap { value -> MapObject? in
      if case .object(let object) = value { object as? MapObject } else { nil }
    }
    if !maps.isEmpty && maps.count == values.count {
      return .object(HeatMapObject(maps.map { heatMap(of: $0, among: maps.count, session) }))
    }
    return .object(ChartObject(try Plot(try PlotItem.items(of: arguments), arguments, session).chart()))
  }

  /// The map with what it is of as its title, and its variable among several.
  private static func heatMap(of object: MapObject, among count: Int, _ session: Session) -> HeatMap {
    var heatMap = object.map.heatMap
    let variable = count > 1 ? session.name(of: object).map { "\($0): " } ?? "" : ""
    heatMap.title = "\(variable)stability of \(ruleName(object.map.configuration, object.map.rule))"
    return heatMap
  }
}
