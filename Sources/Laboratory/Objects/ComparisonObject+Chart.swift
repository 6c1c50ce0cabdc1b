// What the charts of comparisons and tunings say below themselves.
import Analysis
import Display
import Training

extension ComparisonObject {
  /// Of the curves over steps.
  package var chartCaption: String {
    "median over \(comparison.arms.map(\.finished.count).max() ?? 0) seeds at each step; \(origin)"
  }

  /// Of final losses over rates or ranks.
  var sweepCaption: String {
    "final evaluation loss: mean over the finite runs of \(seedsCaption(comparison.seeds)); "
      + "best: the lowest mean where every seed stays finite; \(origin)"
      + (comparison.wasInterrupted || comparison.wasCut ? "; runs are missing" : "")
  }

  private var origin: String {
    "\(comparison.settings.steps) steps, \(optimizers) "
      + "lr \(rates), \(comparison.settings.protocolCaption); "
      + "model \(comparison.modelDescription); data \(comparison.dataDescription)"
  }
}

extension TuningObject {
  /// Of final losses over the rates that were tried.
  var sweepCaption: String {
    "final evaluation loss: mean over the finite runs of \(seedsCaption(tuning.seeds)); "
      + "best: the lowest mean where every seed is trained; "
      + "\(protocolCaption(tuning.settings, rates: nil)); model \(tuning.modelDescription); "
      + "data \(tuning.dataDescription)"
      + (tuning.wasInterrupted || tuning.wasCut ? "; attempts are missing" : "")
  }
}
