// How often a progress line is drawn anew.

/// Lets a redraw through when `interval` seconds have passed since the one before.
package struct ProgressThrottle: Equatable, Sendable {
  /// Least seconds between two redraws.
  package let interval: Double
  private var lastDrawn: Double?

  package init(interval: Double = 0.1) {
    self.interval = interval
  }

  /// Whether to draw at `seconds` of any steady clock; a yes is remembered. The first and the last of a
  /// job are always drawn. A clock that went back is drawn and taken as the new start.
  package mutating func shouldDraw(at seconds: Double, isLast: Bool = false) -> Bool {
    if let lastDrawn, !isLast, seconds >= lastDrawn, seconds - lastDrawn < interval { return false }
    lastDrawn = seconds
    return true
  }
}
