// What `lint` found in a thing or a file, and how it is shown.
package import Analysis
import Display
package import Interpreter

package struct LintReport: Sendable {
  /// What was looked at: `lora(r=64, …)`, `train.py`.
  package var title: String
  /// One for each configuration, in the order of the file: adapters first, then what trains them.
  package var parts: [LintPart]
  /// On what the findings were measured; empty where they were not.
  package var protocolText = ""

  package init(title: String, parts: [LintPart]) {
    self.title = title
    self.parts = parts
  }

  /// Of all parts, the gravest first.
  package var findings: [LintFinding] { sorted(parts.flatMap(\.findings)) }

  /// What was not read, of all parts.
  package var unread: [LintUnread] { parts.flatMap(\.unread) }

  package func count(_ severity: LintSeverity) -> Int { findings.count { $0.severity == severity } }

  /// Whether there is more than notes.
  package var hasFaults: Bool { findings.contains { $0.severity != .note } }

  /// "1 error, 2 warnings, 1 note"; "no fault found" where all that matters was read, else "no fault in what was read;
  /// not read: r, lora_alpha".
  package var summary: String {
    if parts.allSatisfy({ $0.table == nil && $0.unread.isEmpty }), findings.map(\.id) == ["nothing-to-check"]
    {
      return "nothing to check"
    }
    var words = LintSeverity.allCases.map { ($0.rawValue, count($0)) }.filter { $0.1 > 0 }
      .map { "\($0.1) \($0.0)\($0.1 == 1 ? "" : "s")" }
    if !hasFaults { words.insert(unread.isEmpty ? "no fault found" : "no fault in what was read", at: 0) }
    var text = words.joined(separator: ", ")
    let changed = distinct(parts.flatMap(\.followed).filter { $0.changer != nil }.map(\.field))
    if !changed.isEmpty { text += "; read as defaults: \(changed.joined(separator: ", "))" }
    let missing = distinct(unread.map(\.field))
    if !missing.isEmpty { text += "; not read: \(missing.joined(separator: ", "))" }
    return text
  }

  private func distinct(_ words: [String]) -> [String] {
    words.enumerated().filter { words.firstIndex(of: $1) == $0 }.map(\.element)
  }

  // MARK: - Shown

  /// For each part its table, what was followed and not read, and its findings; the summary last.
  package var events: [Event] {
    var events: [Event] = []
    var said: Set<String> = []
    for part in parts {
      if let table = part.table {
        events.append(.table(table.shown(table.sentences.filter { said.insert($0).inserted })))
      }
      let blocks = part.blocks
      if !blocks.isEmpty {
        events.append(.page(Page((part.table == nil ? [] : [.paragraph("")]) + blocks + [.paragraph("")])))
      } else if part.table != nil {
        events.append(.text(""))
      }
    }
    var end: [Page.Block] = [.indented("\(title): \(summary)")]
    if findings.contains(where: \.advisesRate), !parts.contains(where: { $0.table?.hasRates == true }) {
      end.append(.paragraph(AdamRate.caveat))
    }
    if !protocolText.isEmpty { end += [.paragraph(""), .paragraph(protocolText)] }
    return events + [.page(Page(end))]
  }

  /// The same as plain text.
  ///
  /// - Parameter width: columns of a line.
  package func text(width: Int = 80) -> String {
    let options = RenderOptions(width: width, unicode: true)
    return events.compactMap { event in
      switch event {
      case .text(let text): text
      case .table(let table): table.rendered(options)
      case .page(let page): page.rendered(options)
      case .chart, .heatMap, .note, .status, .progress, .diagnostic: nil
      }
    }.joined(separator: "\n")
  }
}

/// What is said of one configuration.
package struct LintPart: Sendable {
  /// `train.py:12`; empty where there is one place only.
  package var place: String
  /// `LoraConfig`, `SFTConfig`; empty where the title of the report says it.
  package var name: String
  /// Nil for what configures no adapter.
  package var table: LintTable?
  /// What a training states, as text.
  package var read: [String]
  package var followed: [LintFollowed]
  package var unread: [LintUnread]
  package var findings: [LintFinding]

  package init(
    place: String = "", name: String = "", read: [String] = [], followed: [LintFollowed] = [],
    unread: [LintUnread] = [], findings: [LintFinding] = []
  ) {
    self.place = place
    self.name = name
    self.read = read
    self.followed = followed
    self.unread = unread
    self.findings = findings
  }

  /// What is said of an adapter.
  package init(
    _ subject: LintSubject, place: String = "", name: String = "",
    about themes: [LintTheme] = LintTheme.allCases
  ) {
    self.init(
      place: place, name: name, followed: subject.followed, unread: subject.unread,
      findings: lint(subject, place: place, about: themes))
    table = LintTable(subject, title: place.isEmpty ? "" : "\(place): \(name)")
  }

  /// Everything but the table.
  var blocks: [Page.Block] {
    var blocks: [Page.Block] = []
    let start = place.isEmpty ? "" : "\(place): "
    if !read.isEmpty { blocks.append(.indented("\(start)\(name): \(read.joined(separator: ", "))")) }
    blocks += followed.map { .indented("\(start)followed: \($0.text)") }
    blocks += unread.map { .indented("\(start)not read: \($0.text)") }
    for finding in findings {
      if !blocks.isEmpty { blocks.append(.paragraph("")) }
      blocks += finding.blocks
    }
    return blocks
  }
}

extension LintFinding {
  /// The message, and below it why, what to do, what was measured and the source.
  var blocks: [Page.Block] {
    [.indented(head)]
      + details.map { word, text in
        .hanging("  \(word)" + String(repeating: " ", count: 8 - word.count), text)
      }
  }

  /// The same as plain text.
  package func text(width: Int = 80) -> String {
    Page(blocks).rendered(RenderOptions(width: width, unicode: true))
  }
}
