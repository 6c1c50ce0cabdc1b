// What the place where text is shown can do.
package import Signals

/// What the place where text is shown can do. Everything that is drawn takes it; nothing asks a terminal by itself. Once
/// `stop` is asked, the rest of a table, chart or page is left out: whoever asked for it looks again.
package struct RenderOptions: Sendable {
  /// Columns of the terminal; 80 off a terminal. Never below 20.
  package var width: Int
  /// Whether characters beyond ASCII (braille, box lines, ×) can be shown.
  package var unicode: Bool
  /// Whether escape sequences for colour are wanted.
  package var color: Bool
  package var stop: StopSignal

  package init(width: Int = 80, unicode: Bool = true, color: Bool = false, stop: StopSignal = .never) {
    self.width = max(20, width)
    self.unicode = unicode
    self.color = color
    self.stop = stop
  }
}
