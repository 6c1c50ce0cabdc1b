// What the place where text is shown can do.

/// What the place where text is shown can do. Everything that is drawn takes it; nothing asks a terminal by itself.
package struct RenderOptions: Equatable, Sendable {
  /// Columns of the terminal; 80 off a terminal. Never below 20.
  package var width: Int
  /// Whether characters beyond ASCII (braille, box lines, ×) can be shown.
  package var unicode: Bool
  /// Whether escape sequences for colour are wanted.
  package var color: Bool

  package init(width: Int = 80, unicode: Bool = true, color: Bool = false) {
    self.width = max(20, width)
    self.unicode = unicode
    self.color = color
  }
}
