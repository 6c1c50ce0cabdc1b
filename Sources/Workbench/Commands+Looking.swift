// The commands that draw: plot and table, and the slope of a power law.
import Analysis
import Display
import Training

enum LookingCommands {
  static let all: [Command] = [plot, table, slope]

  private static let scales = [Choice("linear", "even steps"), Choice("log", "decades")]

  private static let plot = Command(
    "plot", .looking,
    [
      Parameter(
        "values", .any, .required, "runs, comparisons, frontiers and lists of numbers; or maps",
        isVariadic: true),
      Parameter("y", .choice(scales), .text("linear"), "scale of the upright axis", isPositional: false),
      Parameter("x", .choice(scales), .text("linear"), "scale of the level axis", isPositional: false),
      Parameter(
        "of",
        .choice(
          [
            Choice("loss", "loss of each step's batch"), Choice("eval_loss", "loss on the evaluation set"),
            Choice("grad_norm", "norm of the gradient"),
          ] + ProbeQuantity.allCases.map { Choice($0.rawValue, $0.meaning) }), .text("loss"),
        "what of a run is drawn", isPositional: false),
      Parameter(
        "at", .list(.number(.any)), .absent("0, 1, 2, …"),
        "where the numbers of lists stand on the level axis",
        isPositional: false),
      Parameter(
        "names", .list(.text), .absent("the variables' names"), "names of the curves", isPositional: false),
      Parameter("title", .text, .text(""), "title", isPositional: false),
    ],
    result: "a chart", "A line chart of runs, comparisons or numbers.",
    details:
      "A comparison is drawn as the median over its seeds, step by step. What probes measured is a curve for "
      + "each adapted module. A curve that ends in NaN is marked "
      + "where it does.",
    example: "plot [1, 4, 9, 16], at=[1, 2, 3, 4], y=log", keywords: ["draw", "graph", "figure", "curve"]
  ) { arguments, session in
    let quantity = Quantity(rawValue: arguments.choice("of")) ?? .loss
    let probed = ProbeQuantity(rawValue: arguments.choice("of"))
    let at = arguments.isGiven("at") ? arguments.numbers("at") : nil
    var series: [Chart.Series] = []
    var captions: [String] = []
    var common: [String] = []
    var isList = false
    var isFrontier = false
    func add(_ value: Value) throws {
      switch value {
      case .object(let object as RunObject) where probed != nil:
        let name = session.name(of: object).map { "\($0): " } ?? ""
        series += try probed?.series(of: object.run, named: name) ?? []
        captions.append("\(name)\(object.ownCaption)")
        common += [object.commonCaption, probed?.caption ?? ""]
      case .object(is ComparisonObject) where probed != nil:
        throw Failure(
          argument: "of", "a comparison has no probes", label: "`loss`, `eval_loss` or `grad_norm`",
          body: "`train(…, probe_every=20)` makes a run with probes.")
      case .object(let object as RunObject):
        let name = session.name(of: object).map { "\($0): " } ?? ""
        series.append(quantity.series(of: object.run, named: name + object.curveName))
        captions.append("\(name)\(object.ownCaption)")
        common.append(object.commonCaption)
      case .object(let object as ComparisonObject):
        series += object.comparison.arms.map { arm in
          quantity.series(
            of: arm, named: ([arm.name] + object.distinctions(of: arm)).joined(separator: " "))
        }
        common.append(object.chartCaption)
      case .object(let object as FrontierObject):
        series += object.series
        common.append(object.chartCaption)
        isFrontier = true
      case .list(let items):
        let numbers = items.compactMap { if case .number(let number) = $0 { number } else { nil } }
        if numbers.count == items.count && !items.isEmpty {
          if let at, at.count != numbers.count {
            throw Failure(
              argument: "at", "`at` has \(at.count) places for \(numbers.count) numbers",
              label: "one for each")
          }
          let x = at ?? numbers.indices.map(Double.init)
          series.append(Chart.Series("\(series.count + 1)", x: x, y: numbers))
          isList = true
        } else if !numbers.isEmpty {
          throw Failure(
            argument: "values", "a list to draw has numbers alone",
            label: "\(items.count - numbers.count) of its \(items.count) items are no numbers")
        } else {
          for item in items { try add(item) }
        }
      default:
        throw Failure(
          argument: "values", "\(value.kindPhrase) cannot be drawn",
          label: "plot takes runs, comparisons, frontiers and lists of numbers together, or maps")
      }
    }
    let values = arguments.list("values")
    let maps = values.compactMap { value -> MapObject? in
      if case .object(let object) = value { object as? MapObject } else { nil }
    }
    if !maps.isEmpty && maps.count == values.count {
      return .object(
        HeatMapObject(
          maps.map { object in
            var heatMap = object.map.heatMap
            if let name = session.name(of: object) { heatMap.title = name }
            return heatMap
          }))
    }
    for value in values { try add(value) }
    let names = arguments.isGiven("names") ? arguments.texts("names") : []
    for (i, name) in names.enumerated() where i < series.count { series[i].name = name }
    if series.isEmpty {
      throw Failure(argument: "values", "there is nothing to draw", label: "the list is empty")
    }
    return .object(
      ChartObject(
        Chart(
          arguments.text("title"), xLabel: isList ? "" : isFrontier ? "rank" : "step",
          yLabel: isList ? "" : isFrontier ? "learning rate" : probed?.label ?? quantity.label,
          xScale: isFrontier ? .log : Chart.Scale(rawValue: arguments.choice("x")) ?? .linear,
          yScale: isFrontier ? .log : Chart.Scale(rawValue: arguments.choice("y")) ?? .linear, series: series,
          caption: unique(captions + common).joined(separator: "\n"))))
  }

  private static func unique(_ lines: [String]) -> [String] {
    var seen: Set<String> = []
    return lines.filter { seen.insert($0).inserted }
  }

  private static let table = Command(
    "table", .looking,
    [
      Parameter("rows", .list(.list(.any)), .required, "lists of values, one a row"),
      Parameter("columns", .list(.text), .absent("no header"), "names of the columns"),
      Parameter("title", .text, .text(""), "title"),
      Parameter("caption", .text, .text(""), "text below"),
    ],
    result: "nothing", "Shows rows of values as a table.",
    example: "table([[16, 0.25], [64, 0.125]], columns=[\"r\", \"multiplier\"])"
  ) { arguments, session in
    let rows = arguments.list("rows").map { row -> [Value] in
      if case .list(let values) = row { values } else { [row] }
    }
    let headers = arguments.isGiven("columns") ? arguments.texts("columns") : []
    let width = max(headers.count, rows.map(\.count).max() ?? 0)
    let columns = (0..<width).map { i in
      let isNumber = rows.allSatisfy { row in
        if i < row.count, case .number = row[i] { true } else { false }
      }
      return Table.Column(i < headers.count ? headers[i] : "", isNumber ? .decimal : .left)
    }
    session.emit(
      .table(
        Table(
          arguments.text("title"), columns: columns, rows: rows.map { $0.map(\.bare) },
          caption: arguments.text("caption"))))
    return .none
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

/// What of a run a chart draws.
private enum Quantity: String {
  case loss
  case evaluation = "eval_loss"
  case gradient = "grad_norm"

  var label: String {
    switch self {
    case .loss: "loss"
    case .evaluation: "evaluation loss"
    case .gradient: "gradient norm"
    }
  }

  func series(of run: Run, named name: String) -> Chart.Series {
    switch self {
    case .evaluation:
      return Chart.Series(name, x: run.evaluations.map { Double($0.step) }, y: run.evaluations.map(\.loss))
    case .loss: return Chart.Series(name, x: steps(run.losses.count), y: run.losses)
    case .gradient: return Chart.Series(name, x: steps(run.gradientNorms.count), y: run.gradientNorms)
    }
  }

  /// The median over the seeds at each step that at least half of the runs reached as finite.
  func series(of arm: ComparisonArm, named name: String) -> Chart.Series {
    if self == .evaluation {
      let before = median(arm.runs.map(\.initialLoss))
      return Chart.Series(
        name, x: [0, Double(arm.runs.map(\.losses.count).max() ?? 0)],
        y: [before, median(arm.runs.map(\.finalLoss))])
    }
    let curves = arm.runs.map { self == .loss ? $0.losses : $0.gradientNorms }
    let length = curves.map(\.count).max() ?? 0
    let medians = (0..<length).map { step in
      median(curves.map { step < $0.count ? $0[step] : .nan })
    }
    return Chart.Series(name, x: steps(length), y: medians)
  }

  private func steps(_ count: Int) -> [Double] { (0..<count).map(Double.init) }
}

extension RunObject {
  /// `rslora r=64 alpha=8 s=1`.
  fileprivate var curveName: String {
    guard let rule = run.rule, let first = run.scalings.first else { return "pretraining" }
    return "\(rule.name) r=\(first.rank) alpha=\(NumberFormat.text(first.alpha)) s=\(multiplierText)"
  }
}

extension ComparisonObject {
  var chartCaption: String {
    "median over \(comparison.arms.map(\.finished.count).max() ?? 0) seeds at each step; "
      + "\(comparison.settings.steps) steps, \(optimizers) "
      + "lr \(rates), \(comparison.settings.protocolCaption); "
      + "model \(comparison.modelDescription); data \(comparison.dataDescription)"
  }
}
