// What a paste becomes before it enters the line.

/// Cleans pasted text.
package enum PastedText {
  /// One line ending, without those at the end; no control characters but newline and tab; and without
  /// the prompts and the output of a transcript, when the first line begins with a prompt of ours or of Python.
  package static func cleaned(_ pasted: [Unicode.Scalar]) -> [Unicode.Scalar] {
    let lines = lines(of: pasted)
    let kept = withoutPrompts(lines.map(String.init(_:)))
    return Array(kept.joined(separator: "\n").unicodeScalars)
  }

  /// The terminal's driver exchanges carriage return and newline while a line is edited, so either one
  /// ends a line, and a pair from a file of another system arrives as newline, carriage return.
  private static func lines(of pasted: [Unicode.Scalar]) -> [[Unicode.Scalar]] {
    var lines: [[Unicode.Scalar]] = [[]]
    var previous: Unicode.Scalar = " "
    for scalar in pasted {
      switch scalar {
      case "\r" where previous == "\n": previous = " "
      case "\r", "\n":
        lines.append([])
        previous = scalar
      default:
        previous = scalar
        if scalar == "\t" || scalar.properties.generalCategory != .control {
          lines[lines.count - 1].append(scalar)
        }
      }
    }
    while lines.count > 1, lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  private static func withoutPrompts(_ lines: [String]) -> [String] {
    for prompts in [["> ", ". "], [">>> ", "... "]] where lines[0].hasPrefix(prompts[0]) {
      return lines.compactMap { line in
        for prompt in prompts {
          if line.hasPrefix(prompt) { return String(line.dropFirst(prompt.count)) }
          // A terminal's copy may lack the blank at the end of a line.
          if line == prompt.dropLast() { return "" }
        }
        return nil
      }
    }
    return lines
  }
}
