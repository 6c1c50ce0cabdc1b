// What a cell emits while it executes. Front ends draw events; the core never prints.
package import Display
package import Language

/// Something that a cell shows, as a value: the front end that runs the cell draws it for its terminal, file or
/// notebook.
package enum Event {
  case text(String)
  case table(Table)
  /// Help and its kin, laid out for the width.
  case page(Page)
  case chart(Chart)
  case heatMap(HeatMap)
  /// Something the user should know once, in a dim line: "the model keeps its weights from before".
  case note(String)
  /// What holds for this machine and moment only, such as an estimate of time or a hit of the cache: shown as a note,
  /// and no part of a notebook's output.
  case status(String)
  case progress(Progress)
  case diagnostic(Diagnostic)
}

/// How far a job is. A terminal redraws one line; elsewhere only milestones are printed, a line each.
package struct Progress: Equatable, Sendable {
  package var line: ProgressLine
  /// What is there so far: a terminal draws it above the line, in place.
  package var picture: HeatMap?
  /// An evaluation or another point worth a line in a log.
  package var isMilestone: Bool
  /// The last one of its job: a terminal clears the line.
  package var isLast: Bool

  package init(
    _ line: ProgressLine, picture: HeatMap? = nil, isMilestone: Bool = false, isLast: Bool = false
  ) {
    self.line = line
    self.picture = picture
    self.isMilestone = isMilestone
    self.isLast = isLast
  }
}
