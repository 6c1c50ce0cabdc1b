// Help for every entry, at every width, and the reference page that is made from the same table.
import Display
import Foundation
import Interpreter
import InterpreterSupport
import Language
import TestSupport
import Testing
import Workbench

@Suite struct HelpTests {
  static let table = CommandTable.standard

  private static func shown(_ cell: String, width: Int, in session: Session = Session()) -> String {
    var texts: [String] = []
    session.execute(Source(cell)) { event in
      if case .page(let page) = event {
        texts.append(page.rendered(RenderOptions(width: width)))
      } else {
        texts.append(Transcript.text(event) ?? "")
      }
    }
    return texts.joined(separator: "\n")
  }

  /// `help` is one screen where a prompt stands above and below it.
  @Test(arguments: [(80, 22), (60, 20)]) func overviewIsOneScreen(width: Int, rows: Int) {
    let lines = Self.shown("help", width: width).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count <= rows)
    #expect(lines.allSatisfy { $0.count <= width })
  }

  /// Words, paragraphs and examples fit, and an example that is broken can still be typed.
  @Test(arguments: table.all.map(\.name)) func helpFits(_ name: String) throws {
    let command = try #require(Self.table.named(name))
    for width in [60, 80, 200] {
      let lines = Self.shown("help \"\(name)\"", width: width).split(separator: "\n")
      #expect(!lines.isEmpty)
      for line in lines where !Self.isOneWord(line) { #expect(line.count <= width, "\(line)") }
      let code = Page([.code(command.example)]).rendered(RenderOptions(width: width))
      #expect(throws: Never.self) { try Parser.parse(Source(code), commands: Self.table.names) }
    }
  }

  /// Every topic that the help screen names, and every group by its word and by its title, shows its commands.
  @Test func topicsOfTheScreenLead() throws {
    let screen = Self.shown("help", width: 200)
    let named = screen.matches(of: /help ("[^"]*"|[a-z]+)/).map { String($0.1) }
    #expect(named.count > 4)
    for topic in named { #expect(Self.shown("help \(topic)", width: 80).count > 100, "\(topic)") }
    for group in Self.table.groups {
      let commands = Self.table.all.filter { $0.group == group }
      for word in ["\"\(group.title.lowercased())\"", group.word] {
        // A word that is a command's shows that.
        if Self.table.named(word) != nil { continue }
        let shown = Self.shown("help \(word)", width: 80)
        for command in commands { #expect(shown.contains("  \(command.name)"), "\(word): \(command.name)") }
      }
    }
  }

  /// Words that people look for, and an entry that must be found by each.
  @Test(arguments: [
    ("learning rate", "train"), ("weight decay", "train"), ("sweep", "compare"), ("sweep", "stability"),
    ("diverged", "compare"), ("exit", "quit"), ("leave", "exit"), ("fit", "train"), ("memory", "vars"),
    ("timeit", "time"), ("who", "vars"), ("delete", "forget"), ("draw", "plot"),
    ("several adapters", "attach"),
  ])
  func aproposFinds(_ words: String, _ entry: String) {
    #expect(Self.shown("apropos \(words)", width: 80).contains("  \(entry) "), "\(words)")
    #expect(Self.shown("apropos \"\(words)\"", width: 80).contains("  \(entry) "), "\(words)")
  }

  /// What there is not is said.
  @Test func aproposSaysWhatThereIsNot() {
    #expect(Self.shown("apropos undo", width: 80).contains("Nothing is undone."))
    #expect(Self.shown("apropos notebook", width: 80).contains("ranklab run FILE"))
    #expect(Self.shown("apropos GPU", width: 80).contains("computed on the CPU"))
    #expect(
      Self.shown("apropos zzz", width: 80)
        == "No command's help has `zzz`; `help` lists all by what they are for.")
  }

  /// A name that no line can hold stands alone.
  private static func isOneWord(_ line: Substring) -> Bool {
    !line.drop { $0 == " " }.contains(" ")
  }

  /// Each form asks for the same.
  @Test(arguments: ["?train", "train?", "help train", "help \"train\"", "help(train)", "? train"])
  func forms(_ cell: String) {
    #expect(Self.shown(cell, width: 80) == Self.shown("help train", width: 80))
    #expect(Self.shown(cell, width: 80).contains("see also: "))
  }

  @Test func everyRelatedEntryExists() {
    for command in Self.table.all {
      for name in command.seeAlso { #expect(Self.table.named(name) != nil, "\(command.name): \(name)") }
      #expect(!Self.table.related(to: command).contains(command.name))
    }
  }

  /// A parameter and a choice say where they belong; apropos finds a command by its parameter.
  @Test func wordsOfTheTable() {
    #expect(Self.shown("help lora_alpha", width: 80).contains("`lora_alpha` is a parameter of"))
    #expect(Self.shown("help rslora", width: 80).contains("`rslora` is a choice of"))
    #expect(Self.shown("apropos lora_alpha", width: 80).contains("  lora "))
    #expect(Self.shown("help tarin", width: 80).contains("did you mean `train`?"))
  }

  @Test func languageSamplesRun() {
    let session = Session()
    for section in LanguagePage.sections {
      let result = session.execute(Source(section.sample)) { _ in }
      #expect(result.diagnostic == nil, "\(section.title): \(result.diagnostic?.title ?? "")")
    }
  }

  /// docs/reference.md is what the table says now; UPDATE_EXPECTATIONS=1 writes it.
  @Test func referencePageIsFresh() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "docs/reference.md")
    let page = Self.table.referencePage() + "\n"
    if ExpectedText.isUpdating {
      try page.write(to: file, atomically: true, encoding: .utf8)
    } else {
      #expect(
        try String(contentsOf: file, encoding: .utf8) == page,
        "stale: run scripts/test --update and read the difference")
    }
  }

  /// Links lead to headings of the page.
  @Test func referenceLinksLead() {
    let page = Self.table.referencePage()
    let headings =
      page.split(separator: "\n").filter { $0.hasPrefix("#") }.map { line in
        line.drop { $0 == "#" || $0 == " " }.lowercased().filter {
          $0.isLetter || $0.isNumber || " -_".contains($0)
        }.replacing(" ", with: "-")
      }
    #expect(Set(headings).count == headings.count, "a forge numbers headings that are the same")
    let links = page.split(separator: "](#").dropFirst().map { $0.prefix { $0 != ")" } }
    #expect(links.count > Self.table.all.count)
    for link in links { #expect(headings.contains(String(link)), "\(link)") }
  }
}
