// The command that counts values in bins.
import Adapters
import Analysis
import Display
import Fields
import Interpreter
import Laboratory
import Models
import Storage
import Text
import Training

enum HistogramCommands {
  static let all: [Command] = [histogram]

  private static let histogram = Command(
    "histogram", .looking,
    [
      Parameter(
        "values", .either([.list(.number(.unbounded)), .object([.run, .comparison, .adapter, .model])]),
        .required, "numbers; a run, a comparison, or what has weights: a trained adapter or a model"),
      Parameter(
        "bins", .whole(NumberRange(1, Double(Histogram.mostBins))),
        .absent("the square root of the number of values, at most 40"),
        "how many bins"),
      Parameter(
        "x",
        .choice([Choice("linear", "bins of equal width"), Choice("log", "bins of equal ratio, in decades")]),
        .absent("log where all are above 0 and span more than three decades, else linear"),
        "scale of the level axis", isPositional: false),
      Parameter(
        "of",
        .choice(
          [
            Choice("loss", "loss of each step's batch of a run"),
            Choice("eval_loss", "evaluation losses of a run; final ones of a comparison"),
            Choice("grad_norm", "norms of a run's gradient"),
          ] + adapterRoles.map { Choice($0.name, "the \($0.title) of an adapter") } + [
            Choice("base", "the frozen weights of a model")
          ]), .absent("loss of a run, final losses of a comparison, all weights of the rest"),
        "what of it is counted", isPositional: false),
      Parameter("title", .text, .text(""), "title", isPositional: false),
    ],
    result: "a chart", "How often values fall into bins.",
    details:
      "Values that are not finite are counted apart, with bins of equal ratio those not above 0, too. `h.counts` and `h.edges` are the numbers; `save` writes the "
      + "chart.",
    example: "histogram([1, 2, 2, 3, 3, 3], bins=3)"
  ) { arguments, session in
    let (values, name, caption) = try numbers(arguments, session)
    guard !values.isEmpty else {
      throw Failure(argument: "values", "there is nothing to count", label: "it holds no numbers")
    }
    let scale = arguments.optionalText("x").flatMap(Chart.Scale.init) ?? Histogram.fittingScale(values)
    let histogram = Histogram(values, bins: arguments.optionalWhole("bins"), scale: scale)
    let chart = Chart(
      arguments.text("title"), xLabel: name, yLabel: "count", xScale: scale, series: [histogram.series("")],
      caption: ([counted(histogram)] + caption).joined(separator: "; "))
    return .object(ChartObject(chart, histogram: histogram))
  }

  /// `200 values from 0.1 to 3 in 15 bins; 1 NaN, 2 infinite counted apart`.
  private static func counted(_ histogram: Histogram) -> String {
    let bins = histogram.counts.count
    var text = "\(Quantity.count(histogram.finiteCount)) \(histogram.finiteCount == 1 ? "value" : "values")"
    if let low = histogram.edges.first, let high = histogram.edges.last {
      text +=
        " from \(NumberFormat.rounded(low, digits: 4)) to \(NumberFormat.rounded(high, digits: 4))"
        + " in \(bins == 1 ? "1 bin" : "\(bins) bins")"
      if histogram.scale == .log, bins > 1 { text += " of equal ratio" }
    }
    let apart = [
      histogram.nanCount > 0 ? "\(Quantity.count(histogram.nanCount)) NaN" : "",
      histogram.infiniteCount > 0 ? "\(Quantity.count(histogram.infiniteCount)) infinite" : "",
      histogram.notAboveZeroCount > 0 ? "\(Quantity.count(histogram.notAboveZeroCount)) not above 0" : "",
    ].filter { !$0.isEmpty }
    return apart.isEmpty ? text : text + "; \(apart.joined(separator: ", ")) counted apart"
  }

  private static func numbers(
    _ arguments: Arguments, _ session: Session
  ) throws -> (values: [Double], name: String, caption: [String]) {
    let wished = arguments.isGiven("of") ? arguments.choice("of") : nil
    func choose(_ known: [String], _ what: String) throws -> String {
      guard let wished else { return known[0] }
      guard known.contains(wished) || known[0] == wished else {
        throw Failure(
          argument: "of", "\(what) has no `\(wished)`",
          label: "it has " + known.filter { !$0.isEmpty }.joined(separator: ", "))
      }
      return wished
    }
    guard case .object(let object) = arguments.value("values"), !(object is any ListObject) else {
      if let wished {
        throw Failure(
          argument: "of", "numbers have no `\(wished)`", label: "`of` is for runs, comparisons and weights")
      }
      return (arguments.numbers("values"), "", [])
    }
    switch object {
    case let object as RunObject:
      let run = object.run
      switch try choose(["loss", "eval_loss", "grad_norm"], "a run") {
      case "eval_loss": return (run.evaluations.map(\.loss), "evaluation loss", [object.caption])
      case "grad_norm": return (run.gradientNorms, "gradient norm", [object.caption])
      default: return (run.losses, "loss", [object.caption])
      }
    case let object as ComparisonObject:
      _ = try choose(["eval_loss"], "a comparison")
      return (
        object.comparison.arms.flatMap(\.finished).map(\.finalLoss), "final evaluation loss",
        [object.chartCaption]
      )
    case let object as AdapterObject:
      guard let adapter = object.trained else {
        throw Failure(
          argument: "values", "the adapter has no weights yet", label: "it is a description",
          body: "`run.adapter` and `m.adapter` have them.")
      }
      let part = try choose([""] + names(of: adapter), "an adapter")
      return (
        values(of: adapter, part), part.isEmpty ? "weight" : part, [object.summary]
      )
    case let object as ModelObject:
      let model = object.model
      guard let adapter = model.adapter else {
        _ = try choose(["base"], "a model without adapter")
        return (weights(of: model), "weight", ["base of \(model.caption)"])
      }
      let part = try choose([""] + names(of: adapter) + ["base"], "an adapted model")
      if part == "base" {
        return (weights(of: model), "weight", ["base of \(model.caption)"])
      }
      return (
        values(of: adapter, part), part.isEmpty ? "weight" : part,
        [adapter.layout.configuration.description, "model \(model.caption)"]
      )
    default: return ([], "", [])
    }
  }
  private static func weights(of model: Model) -> [Double] { model.base.values.array().map(Double.init) }

  /// PEFT's names of what an adapter trains of its modules: `lora_A`, `lora_B` and those of its kind.
  private static func names(of adapter: Adapter) -> [String] {
    adapter.layout.sites.first?.parts.map(\.role.name) ?? []
  }

  /// The elements of the parts of a name, module by module, or with "" of all.
  private static func values(of adapter: Adapter, _ name: String) -> [Double] {
    adapter.layout.sites.flatMap(\.parts).filter { name.isEmpty || $0.role.name == name }
      .flatMap { adapter.parameters.array($0.range).map(Double.init) }
  }
}
