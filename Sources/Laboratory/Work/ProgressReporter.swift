// How far a long job is, and how long it will take.
package import Display
package import Interpreter

/// Turns steps of a run into progress events, and says once how long it will take when that is over five seconds.
package final class ProgressReporter {
  private let title: String
  private let unit: String
  private let session: Session
  /// When the first step began, and after how much that was done before.
  private var began: (time: Double, done: Int)?
  private var lastSent = -Double.infinity
  private var hasEstimate = false

  /// Seconds between two events: a front end redraws no faster.
  private static let interval = 0.05
  /// Longer jobs say so before they go on.
  private static let longJob = 5.0
  /// The first steps also pay for caches and pages; after this long the speed is known.
  private static let settled = 0.1

  package init(_ title: String, unit: String, _ session: Session) {
    self.title = title
    self.unit = unit
    self.session = session
  }

  /// Says how long a job will take, where that is long.
  package func announce(_ seconds: Double, of total: Int) {
    hasEstimate = true
    guard seconds > ProgressReporter.longJob else { return }
    session.emit(
      .status(
        "\(title): \(total) \(unit) take about \(roughly(seconds)); Ctrl-C stops and keeps what there is"))
  }

  /// The first report is made before the first step.
  ///
  /// - Parameter picture: made only where the report is sent.
  package func report(
    done: Int, total: Int, figures: [String], isMilestone: Bool = false, picture: () -> HeatMap? = { nil }
  ) {
    let now = session.environment.clock()
    let began = began ?? (now, done)
    self.began = began
    let elapsed = now - began.time
    let rate = elapsed > 0 && done > began.done ? Double(done - began.done) / elapsed : nil
    let left = rate.map { Double(total - done) / $0 }
    if !hasEstimate, elapsed > ProgressReporter.settled, let rate {
      announce(Double(total - began.done) / rate, of: total - began.done)
    }
    guard isMilestone || now - lastSent >= ProgressReporter.interval else { return }
    lastSent = now
    session.emit(
      .progress(
        Progress(
          ProgressLine(
            title: title, done: done, total: total, figures: figures, rate: rate, unit: unit,
            secondsLeft: left),
          picture: picture(), isMilestone: isMilestone)))
  }

  /// Clears the line of a terminal.
  package func finish(done: Int, total: Int) {
    session.emit(
      .progress(Progress(ProgressLine(title: title, done: done, total: total, unit: unit), isLast: true)))
  }

  private func roughly(_ seconds: Double) -> String {
    seconds < 90 ? "\(Int(seconds.rounded())) s" : "\(Int((seconds / 60).rounded())) min"
  }
}
