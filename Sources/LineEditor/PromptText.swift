// A prompt in the form that libedit draws right.

/// A prompt of one line, perhaps with terminal escapes in it.
///
/// libedit takes escapes only between marks, drops an escape at the end, loses text between two adjacent
/// ones, and needs a visible character right behind each. So runs are merged, and a run at the end is put
/// before the last visible character, or a blank is added behind it.
package struct PromptText: Equatable {
  /// The prompt as it is printed without libedit.
  package let plain: String
  /// The prompt with the marks.
  package let marked: String
  /// What takes room on the screen.
  package let visible: [Unicode.Scalar]

  package static let mark: Unicode.Scalar = "\u{1}"

  package init(_ text: String) {
    var pieces: [(escapes: [Unicode.Scalar], visible: Unicode.Scalar)] = []
    var pending: [Unicode.Scalar] = []
    var scalars = Array(text.unicodeScalars)[...]
    while let scalar = scalars.first {
      if scalar == "\u{1B}" {
        let length = Self.escapeLength(scalars)
        pending += scalars.prefix(length)
        scalars = scalars.dropFirst(length)
      } else {
        scalars = scalars.dropFirst()
        guard scalar.value >= 0x20, scalar.value != 0x7F else { continue }
        pieces.append((pending, scalar))
        pending = []
      }
    }
    if !pending.isEmpty {
      if let last = pieces.last, last.visible == " " {
        pieces[pieces.count - 1].escapes += pending
      } else {
        pieces.append((pending, " "))
      }
    }
    plain = String(pieces.flatMap { $0.escapes + [$0.visible] })
    marked = String(
      pieces.flatMap {
        $0.escapes.isEmpty ? [$0.visible] : [Self.mark] + $0.escapes + [Self.mark, $0.visible]
      })
    visible = pieces.map(\.visible)
  }

  /// How many scalars the escape at the beginning has: to the final letter of a control sequence, to the
  /// bell or string terminator of a command to the terminal, and two otherwise.
  private static func escapeLength(_ scalars: ArraySlice<Unicode.Scalar>) -> Int {
    let body = scalars.dropFirst(2)
    switch scalars.dropFirst().first {
    case "[":
      let end = body.firstIndex { (0x40...0x7E).contains($0.value) } ?? scalars.endIndex - 1
      return end - scalars.startIndex + 1
    case "]":
      let end = body.firstIndex { $0 == "\u{7}" || $0 == "\\" } ?? scalars.endIndex - 1
      return end - scalars.startIndex + 1
    default:
      return min(2, scalars.count)
    }
  }
}
