// A Markdown file as a notebook: prose, cells in fences of kind `ranklab`, and expected outputs in fences of kind `out`.
import Language

/// The parts of a notebook in order. Everything that is not a cell or its output is prose.
package struct MarkdownNotebook: Equatable, Sendable {
  /// Words behind `ranklab` on the fence's line.
  package enum Attribute: String, Sendable, CaseIterable {
    /// Shown, not run.
    case noRun = "no-run"
    /// Ends in an error; the notebook goes on.
    case error
    /// Takes long; `check` runs it like any other.
    case slow
  }

  /// A cell of the file, with the output that is written under it.
  package struct Cell: Equatable, Sendable {
    package var code: String
    /// 1-based line of the file on which the code begins.
    package var firstLine: Int
    package var attributes: Set<Attribute>
    /// The text of the `out` fences that follow; nil where there is none.
    package var expected: String?
    /// Lines of the file, 0-based, that the `out` fences take; empty at the place where one would stand.
    var expectedLines: Range<Int>
    /// The line that would close the cell's fence, where none does.
    var missingFence: String?
  }

  /// A piece of the file, in order.
  package enum Part: Equatable, Sendable {
    case prose(String)
    case cell(Cell)
  }

  package var name: String
  package var parts: [Part]
  private let lines: [String]

  /// Reads a notebook. A fence that is not closed ends with the file.
  ///
  /// - Throws: `Diagnostic` for an unknown word behind `ranklab`.
  package init(_ text: String, name: String) throws {
    self.name = name
    // By scalars: as a character, a return and the line feed behind it are one, which is no line feed.
    lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let end = line.lastIndex { $0 != "\r" }.map(line.index(after:)) ?? line.startIndex
      return String(line[..<end])
    }
    parts = []
    var prose: [String] = []
    var i = 0
    while i < lines.count {
      guard let fence = Fence(lines[i]), fence.words.first == "ranklab" else {
        // Another fence is prose as a whole: a line in it is no fence of ours.
        let end = Fence(lines[i]).map { _ in MarkdownNotebook.end(of: i, lines) } ?? i
        prose += lines[i...min(end, lines.count - 1)]
        i = end + 1
        continue
      }
      if !prose.allSatisfy(\.isEmpty) { parts.append(.prose(prose.joined(separator: "\n"))) }
      prose = []
      let end = MarkdownNotebook.end(of: i, lines)
      var cell = Cell(
        code: lines[min(i + 1, lines.count)..<min(end, lines.count)].joined(separator: "\n"),
        firstLine: i + 2,
        attributes: try MarkdownNotebook.attributes(fence, line: i + 1, name: name, text: text),
        expected: nil, expectedLines: min(end + 1, lines.count)..<min(end + 1, lines.count),
        missingFence: end < lines.count ? nil : fence.closing)
      i = end + 1
      // Several `out` fences in a row are the output of the cell above them: none may be left to another one.
      var next = i
      while true {
        while next < lines.count && lines[next].isEmpty { next += 1 }
        guard next < lines.count, let out = Fence(lines[next]), out.words.first == "out" else { break }
        let close = MarkdownNotebook.end(of: next, lines)
        let text = lines[min(next + 1, lines.count)..<min(close, lines.count)].joined(separator: "\n")
        cell.expected = cell.expected.map { $0 + "\n" + text } ?? text
        let start = cell.expectedLines.isEmpty ? next : cell.expectedLines.lowerBound
        cell.expectedLines = start..<min(close + 1, lines.count)
        i = close + 1
        next = i
      }
      parts.append(.cell(cell))
    }
    if !prose.allSatisfy(\.isEmpty) { parts.append(.prose(prose.joined(separator: "\n"))) }
  }

  /// The cells alone, in order.
  package var cells: [Cell] {
    parts.compactMap { if case .cell(let cell) = $0 { cell } else { nil } }
  }

  /// The file with these outputs in the place of the expected ones; nil for a cell that has none, whose fence goes.
  package func text(withOutputs outputs: [String?]) -> String {
    var result = lines
    for (cell, output) in zip(cells, outputs).reversed() {
      var block: [String] = []
      if let output, !output.isEmpty {
        let fence = Fence.marks(around: output)
        block =
          [fence + "out"] + output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
          + [fence]
        if cell.expectedLines.isEmpty { block.insert("", at: 0) }
        if let missing = cell.missingFence { block.insert(missing, at: 0) }
      }
      result.replaceSubrange(cell.expectedLines, with: block)
    }
    return result.joined(separator: "\n")
  }

  /// The line of the fence that closes the one on line `start`; the number of lines where none does.
  private static func end(of start: Int, _ lines: [String]) -> Int {
    guard let fence = Fence(lines[start]) else { return start }
    return (start + 1..<max(start + 1, lines.count)).first { Fence(lines[$0])?.closes(fence) == true }
      ?? lines.count
  }

  /// The words behind `ranklab` on the fence's line. Throws a `Diagnostic` for one that is not known.
  private static func attributes(_ fence: Fence, line: Int, name: String, text: String) throws -> Set<
    Attribute
  > {
    var result: Set<Attribute> = []
    for word in fence.words.dropFirst() {
      guard let attribute = Attribute(rawValue: word) else {
        throw Diagnostic(
          "\(name):\(line): a cell cannot be `\(word)`",
          body: "Behind `ranklab` may stand: \(Attribute.allCases.map(\.rawValue).joined(separator: ", ")).")
      }
      result.insert(attribute)
    }
    return result
  }
}

/// A line that opens or closes a fence: three or more backticks or tildes, and the words behind them.
private struct Fence {
  private let mark: Character
  private let length: Int
  let words: [String]

  init?(_ line: String) {
    guard let mark = line.first, mark == "`" || mark == "~" else { return nil }
    length = line.prefix { $0 == mark }.count
    guard length >= 3 else { return nil }
    self.mark = mark
    words = line.dropFirst(length).split(separator: " ").map(String.init)
  }

  var closing: String { String(repeating: mark, count: length) }

  /// A fence ends at a line of the same marks, at least as many, and nothing else.
  func closes(_ other: Fence) -> Bool { words.isEmpty && mark == other.mark && length >= other.length }

  /// Backticks that no line of the text closes.
  static func marks(around text: String) -> String {
    let lines: [Substring] = text.split(separator: "\n")
    let longest = lines.map { $0.prefix { $0 == "`" }.count }.max() ?? 0
    return String(repeating: "`", count: max(3, longest + 1))
  }
}
