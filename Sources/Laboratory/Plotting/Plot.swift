// From what `plot` was given to one chart: the level axis, the curves and their names, the caption.
import Analysis
package import Display
package import Interpreter
import Text
import Training

package struct Plot {
  private let items: [PlotItem]
  private let arguments: Arguments
  private let session: Session
  /// What of a run's steps is drawn, where it is no probe.
  private let quantity: PlotQuantity
  private let probed: ProbeQuantity?
  private let axis: PlotAxis
  /// Whether the axis goes over final losses.
  private var isSweep: Bool { axis != .step }

  private var names: [CurveName] = []
  private var series: [Chart.Series] = []
  private var captions: [String] = []
  private var common: [String] = []
  private var sweeps: [SweepCurve] = []

  /// - Throws: `Failure` where the values have no axis in common, or not the one that was asked for.
  package init(_ items: [PlotItem], _ arguments: Arguments, _ session: Session) throws {
    self.items = items
    self.arguments = arguments
    self.session = session
    quantity = PlotQuantity(rawValue: arguments.choice("of")) ?? .loss
    probed = ProbeQuantity(rawValue: arguments.choice("of"))
    axis = try Self.axis(of: items, arguments)
    for item in items { try add(item) }
    if isSweep { try checkPlaces() }
  }

  // MARK: the axis

  private static func axis(of items: [PlotItem], _ arguments: Arguments) throws -> PlotAxis {
    let isOverSteps =
      !["loss", "eval_loss"].contains(arguments.choice("of"))
      || items.contains { item in
        switch item {
        case .run: true
        case .numbers: !arguments.isGiven("at")
        case .comparison, .tuning, .frontier: false
        }
      }
    if let wished = PlotAxis(rawValue: arguments.optionalText("x") ?? "") {
      for item in items { try check(item, fits: wished, arguments) }
      return wished
    }
    let hasTuning = items.contains { if case .tuning = $0 { true } else { false } }
    if hasTuning {
      for item in items { try check(item, fits: .rate, arguments) }
      return .rate
    }
    if isOverSteps { return .step }
    let swept = items.map {
      if case .comparison(let object) = $0 { object.comparison.sweptAxis } else { PlotAxis.step }
    }
    return [.rate, .rank].first(where: swept.contains) ?? .step
  }

  private static func check(_ item: PlotItem, fits axis: PlotAxis, _ arguments: Arguments) throws {
    let of = arguments.choice("of")
    if axis != .step, !["loss", "eval_loss"].contains(of) {
      throw Failure(
        argument: arguments.isGiven("of") ? "of" : "x", "`\(of)` is drawn over steps",
        label: "over \(axis.label)s it is the final evaluation loss", fix: "x=step")
    }
    switch (item, axis) {
    case (.run, .rate), (.run, .rank):
      throw Failure(
        argument: "values", "a run has one \(axis.label)",
        label: "over \(axis.label)s go comparisons, tunings, and lists with `at`",
        body: "`compare(…)` makes runs at several rates and ranks.")
    case (.tuning, .step), (.tuning, .rank):
      throw Failure(
        argument: arguments.isGiven("x") ? "x" : "values", "a tuning is drawn over its learning rates",
        label: "it keeps no curve over steps and has one rank", fix: "x=lr")
    case (.frontier, .rate), (.frontier, .step):
      guard arguments.isGiven("x") else {
        throw Failure(
          argument: "values", "a frontier is drawn over ranks",
          label: "a tuning is drawn over its learning rates")
      }
      throw Failure(
        argument: "x", "a frontier is drawn over ranks", label: "its edge is a learning rate", fix: "x=r")
    case (.numbers, .rate), (.numbers, .rank):
      guard !arguments.isGiven("at") else { return }
      throw Failure(
        argument: arguments.isGiven("x") ? "x" : "values", "the list says nothing of \(axis.label)s",
        label: "`at` says where its numbers stand")
    case (.run, .step), (.numbers, .step), (.comparison, _), (.tuning, .rate), (.frontier, .rank): return
    }
  }

  /// - Throws: `Failure` where no curve goes over the axis.
  private func checkPlaces() throws {
    guard series.allSatisfy({ Set($0.x).count < 2 }) else { return }
    let comparisons = items.compactMap {
      if case .comparison(let object) = $0 { object.comparison } else { nil }
    }
    guard let arm = comparisons.first?.arms.first else { return }
    let rate = arm.learningRate
    let rates = [rate / 4, rate, rate * 4].map { NumberFormat.text($0) }.joined(separator: ", ")
    throw axis == .rate
      ? Failure(
        argument: "x", "the comparison has one learning rate", label: "lr=\(NumberFormat.text(rate)) alone",
        body: "`compare(…, lr=[\(rates)])` makes one over several.", fix: "x=step")
      : Failure(
        argument: "x", "no adapters of the comparison differ in rank alone",
        label: "there is one rank for each rule and alpha",
        body: "`compare(…, [lora(r=r, alpha=\"2*r\") for r in [4, 16, 64]])` makes one over several.",
        fix: "x=step")
  }

  // MARK: the curves

  private mutating func add(_ item: PlotItem) throws {
    switch item {
    case .run(let object):
      let variable = session.name(of: object)
      let prefix = variable.map { "\($0): " } ?? ""
      captions.append("\(prefix)\(object.ownCaption)")
      common.append(object.commonCaption)
      if let probed {
        for series in try probed.series(of: object.run, named: "") {
          add(series, named: CurveName(module: series.name, variable: variable))
        }
        common.append(probed.caption)
      } else {
        add(quantity.series(of: object.run), named: CurveName(object.run, variable: variable))
      }
    case .comparison(let object) where isSweep:
      add(SweepCurve.curves(of: object.comparison, over: axis), variable: variable(of: object))
      common.append(object.sweepCaption)
    case .comparison(let object):
      guard probed == nil else {
        throw Failure(
          argument: "of", "a comparison has no probes", label: "`loss`, `eval_loss` or `grad_norm`",
          body: "`train(…, probe_every=20)` makes a run with probes.")
      }
      for arm in object.comparison.arms {
        add(quantity.series(of: arm), named: CurveName(arm, variable: variable(of: object)))
      }
      common.append(object.chartCaption)
    case .tuning(let object):
      add([SweepCurve(object.tuning)], variable: session.name(of: object))
      common.append(object.sweepCaption)
    case .frontier(let object):
      for series in object.series { add(series, named: CurveName(series.name)) }
      common.append(object.chartCaption)
    case .numbers(let numbers, let name):
      let at = arguments.isGiven("at") ? arguments.numbers("at") : numbers.indices.map(Double.init)
      guard at.count == numbers.count else {
        throw Failure(
          argument: "at", "`at` has \(at.count) places for \(numbers.count) numbers", label: "one for each")
      }
      add(Chart.Series("", x: at, y: numbers), named: CurveName(name))
    }
  }

  /// A comparison's arms have names of their own; its variable tells it from another comparison.
  private func variable(of object: ComparisonObject) -> String? {
    items.count > 1 ? session.name(of: object) : nil
  }

  private mutating func add(_ curves: [SweepCurve], variable: String?) {
    sweeps += curves
    for curve in curves {
      if let name = curve.name(variable: variable) { add(curve.series, named: name) }
    }
  }

  private mutating func add(_ series: Chart.Series, named name: CurveName) {
    self.series.append(series)
    names.append(name)
  }

  // MARK: the chart

  /// - Throws: `Failure` where there is nothing to draw.
  package func chart() throws -> Chart {
    guard !series.isEmpty else {
      throw Failure(
        argument: "values", "there is nothing to draw",
        label: items.isEmpty ? "the list is empty" : "no run of it came to an end")
    }
    var series = series
    let (texts, shared) = CurveName.shortened(names)
    let given = arguments.isGiven("names") ? arguments.texts("names") : []
    for i in series.indices { series[i].name = i < given.count ? given[i] : texts[i] }
    // Captions of runs tell their adapters, those of comparisons do not.
    let hasArms = items.contains { item in
      switch item {
      case .comparison, .tuning: true
      case .run, .frontier, .numbers: false
      }
    }
    let all = shared.isEmpty || !hasArms ? [] : ["every adapter: \(shared)"]
    return Chart(
      arguments.text("title"), xLabel: xLabel, yLabel: yLabel, xScale: isFrontier ? .log : xScale,
      yScale: isFrontier ? .log : yScale, series: series,
      bandMeaning: sweeps.contains(where: \.hasBand) ? "mean ± standard deviation over the seeds" : "",
      caption: (all + captions + common).distinct().joined(separator: "\n"))
  }

  private var hasNumbers: Bool { items.contains { if case .numbers = $0 { true } else { false } } }
  private var isFrontier: Bool { items.contains { if case .frontier = $0 { true } else { false } } }

  private var xLabel: String {
    if isSweep || arguments.optionalText("x") == axis.rawValue { return axis.label }
    return hasNumbers ? "" : isFrontier ? PlotAxis.rank.label : axis.label
  }

  private var yLabel: String {
    if !sweeps.isEmpty { return "final evaluation loss" }
    return hasNumbers ? "" : isFrontier ? PlotAxis.rate.label : probed?.label ?? quantity.label
  }

  private var xScale: Chart.Scale {
    Chart.Scale(rawValue: arguments.optionalText("x") ?? "") ?? (isSweep ? .log : .linear)
  }

  /// Losses over rates may span decades, where a linear axis would show the largest alone.
  private var yScale: Chart.Scale {
    if let wished = Chart.Scale(rawValue: arguments.optionalText("y") ?? "") { return wished }
    let means = sweeps.flatMap(\.means)
    guard let low = means.min(), let high = means.max(), low > 0 else { return .linear }
    return high > Self.widestLinear * low ? .log : .linear
  }

  package static let widestLinear = 20.0
}
