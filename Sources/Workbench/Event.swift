// What a cell emits while it executes. Front ends draw events; the core never prints.
import Display
import Language

package enum Event {
  case text(String)
  case table(Table)
  case chart(Chart)
  /// Something the user should know once, in a dim line: "the model keeps its weights from before".
  case note(String)
  /// What holds for this machine and moment only, such as an estimate of time or a hit of the cache: shown as a note,
  /// and no part of a notebook's output.
  case status(String)
  case progress(Progress)
  case diagnostic(Diagnostic)
}

/// How far a run is. A terminal redraws one line; elsewhere only `isMilestone` ones are printed, a line each.
package struct Progress: Equatable, Sendable {
  /// What is running: "pretrain", "train", "compare".
  package var title: String
  package var done: Int
  package var total: Int
  /// Pairs to show in order: ("loss", "1.234"), ("evaluation", "1.301").
  package var figures: [String]
  /// Items of work done per second, with their unit in `unit`; nil before it is known.
  package var rate: Double?
  package var unit: String
  /// Seconds left, nil before it is known.
  package var secondsLeft: Double?
  /// An evaluation or another point worth a line in a log.
  package var isMilestone: Bool
  /// The last one of its job: a terminal clears the line.
  package var isLast: Bool

  package init(
    title: String, done: Int, total: Int, figures: [String] = [], rate: Double? = nil,
    unit: String = "steps", secondsLeft: Double? = nil, isMilestone: Bool = false, isLast: Bool = false
  ) {
    self.title = title
    self.done = done
    self.total = total
    self.figures = figures
    self.rate = rate
    self.unit = unit
    self.secondsLeft = secondsLeft
    self.isMilestone = isMilestone
    self.isLast = isLast
  }
}
