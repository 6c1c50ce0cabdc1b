// What the editor asks of the language. All of it runs between two keys and must be quick.
package import Text

/// The language's part in editing. The texts are cells: lines joined by newlines, without prompts.
package struct EditorHooks {
  /// Completes a cell at a cursor, counted in Unicode scalars.
  package var complete: (String, Int) -> EditorCompletion
  package var isComplete: (String) -> Completeness
  /// Colours an accepted cell as it stood on the screen; nil leaves it plain.
  package var recolor: ((String) -> TerminalText)?

  package init(
    complete: @escaping (String, Int) -> EditorCompletion,
    isComplete: @escaping (String) -> Completeness,
    recolor: ((String) -> TerminalText)? = nil
  ) {
    self.complete = complete
    self.isComplete = isComplete
    self.recolor = recolor
  }
}
