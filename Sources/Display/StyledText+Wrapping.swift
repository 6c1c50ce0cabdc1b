// Breaking styled text into lines of a given width.
import Text

extension StyledText {
  /// The text in lines of at most `width` columns, under the rules of `String.wrapped(to:)`. Lines after
  /// the first of each paragraph begin with `hanging` spaces, which count (fewer where the width leaves
  /// no room).
  package func wrapped(to width: Int, hanging: Int = 0) -> [StyledText] {
    var wrapper = Wrapper(width: max(1, width), hanging: max(0, min(hanging, width - 1)))
    for run in runs {
      for character in run.text { wrapper.take(character, run.style) }
    }
    return wrapper.finished()
  }

  /// Collects a word and the space before it, and decides at the word's end on which line it stands.
  private struct Wrapper {
    let width: Int
    let hanging: Int
    var lines: [StyledText] = []
    var line = StyledText()
    var lineWidth = 0
    var lineHasWords = false
    var space = StyledText()
    var word = StyledText()
    var wordWidth = 0

    mutating func take(_ character: Character, _ style: Style) {
      if character.isNewline {
        endWord()
        endLine(ofParagraph: true)
      } else if character == " " || character == "\t" {
        if !word.isEmpty { endWord() }
        space.append(" ", style)
      } else {
        let columns = character.displayWidth
        // Broken here, so that no word outgrows a line even after the hanging spaces.
        if !word.isEmpty, wordWidth + columns > width - hanging { endWord() }
        word.append(String(character), style)
        wordWidth += columns
      }
    }

    mutating func finished() -> [StyledText] {
      endWord()
      endLine(ofParagraph: true)
      return lines
    }

    private mutating func endWord() {
      guard !word.isEmpty else { return }
      if lineHasWords, lineWidth + space.displayWidth + wordWidth > width {
        endLine(ofParagraph: false)
      } else if lineWidth + space.displayWidth + wordWidth <= width {
        line.append(space)
        lineWidth += space.displayWidth
      }
      space = StyledText()
      line.append(word)
      lineWidth += wordWidth
      lineHasWords = true
      word = StyledText()
      wordWidth = 0
    }

    private mutating func endLine(ofParagraph: Bool) {
      lines.append(line.trimmed())
      line = StyledText()
      space = StyledText()
      lineHasWords = false
      if !ofParagraph { line.append(spaces: hanging) }
      lineWidth = ofParagraph ? 0 : hanging
    }
  }
}

extension String {
  /// The text in lines of at most `width` columns, broken at spaces. Its own line breaks and the spaces a
  /// line begins with are kept; a word longer than a line is broken where the line ends. A width below 1
  /// counts as 1, and a wide character that does not fit a line has one of its own. "" gives one empty
  /// line.
  package func wrapped(to width: Int) -> [String] {
    StyledText(self).wrapped(to: width).map(\.plain)
  }
}
