// What of a run a chart draws over its steps.
import Analysis
import Display
import Training

enum PlotQuantity: String {
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

  func series(of run: Run) -> Chart.Series {
    switch self {
    case .evaluation:
      return Chart.Series("", x: run.evaluations.map { Double($0.step) }, y: run.evaluations.map(\.loss))
    case .loss: return Chart.Series("", x: steps(run.losses.count), y: run.losses)
    case .gradient: return Chart.Series("", x: steps(run.gradientNorms.count), y: run.gradientNorms)
    }
  }

  /// The median over the seeds at each step that at least half of the runs reached as finite.
  func series(of arm: ComparisonArm) -> Chart.Series {
    if self == .evaluation {
      let before = median(arm.runs.map(\.initialLoss))
      return Chart.Series(
        "", x: [0, Double(arm.runs.map(\.losses.count).max() ?? 0)],
        y: [before, median(arm.runs.map(\.finalLoss))])
    }
    let curves = arm.runs.map { self == .loss ? $0.losses : $0.gradientNorms }
    let length = curves.map(\.count).max() ?? 0
    let medians = (0..<length).map { step in
      median(curves.map { step < $0.count ? $0[step] : .nan })
    }
    return Chart.Series("", x: steps(length), y: medians)
  }

  private func steps(_ count: Int) -> [Double] { (0..<count).map(Double.init) }
}
