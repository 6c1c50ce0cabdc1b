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

  package struct Cell: Equatable, Sendable {
    package var code: String
    /// 1-based line of the file on which the code begins.
    package var firstLine: Int
    package var attributes: Set<Attribute>
    /// The text of the `out` fence that follows; nil where there is none.
    package var expected: String?
    /// Lines of the file, 0-based, that the `out` fence takes with its fences; empty at the place where one would stand.
    var expectedLines: Range<Int>
  }

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
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
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
        expected: nil, expectedLines: end + 1..<end + 1)
      i = end + 1
      var next = i
      while next < lines.count && lines[next].isEmpty { next += 1 }
      if next < lines.count, let out = Fence(lines[next]), out.words.first == "out" {
        let close = MarkdownNotebook.end(of: next, lines)
        cell.expected = lines[min(next + 1, lines.count)..<min(close, lines.count)].joined(separator: "\n")
        cell.expectedLines = next..<min(close + 1, lines.count)
        i = close + 1
      }
      parts.append(.cell(cell))
    }
    if !prose.allSatisfy(\.isEmpty) { parts.append(.prose(prose.joined(separator: "\n"))) }
  }

  package var cells: [Cell] {
    parts.compactMap { if case .cell(let cell) = $0 { cell } else { nil } }
  }

  /// The file with these outputs in the place of the expected ones; nil for a cell that has none, whose fence goes.
  package func text(withOutputs outputs: [String?]) -> String {
    var result = lines
    for (cell, output) in zip(cells, outputs).reversed() {
      var block: [String] = []
      if let output, !output.isEmpty {
        block =
          ["```out"] + output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) + [
            "```"
          ]
        if cell.expectedLines.isEmpty { block.insert("", at: 0) }
      }
      result.replaceSubrange(cell.expectedLines, with: block)
    }
    return result.joined(separator: "\n")
  }

  /// The line of the fence that closes the one on line `start`; the number of lines where none does.
  private static func end(of start: Int, _ lines: [String]) -> Int {
    (start + 1..<max(start + 1, lines.count)).first {
      lines[$0].hasPrefix("```") && Fence(lines[$0])?.words.isEmpty == true
    }
      ?? lines.count
  }

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

/// A line that opens or closes a fence, and the words behind its backticks.
private struct Fence {
  var words: [String]

  init?(_ line: String) {
    guard line.hasPrefix("```") else { return nil }
    words = line.dropFirst(3).split(separator: " ").map(String.init)
  }
}
