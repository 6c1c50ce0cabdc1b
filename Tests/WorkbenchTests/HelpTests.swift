// Help for every entry, at every width, and the reference page that is made from the same table.
import Display
import Foundation
import Language
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

  /// Words and paragraphs fit; code stands as it is.
  @Test(arguments: table.all.map(\.name)) func helpFits(_ name: String) throws {
    let command = try #require(Self.table.named(name))
    let code = command.example.split(separator: "\n").map { "  " + $0 }
    for width in [60, 80, 200] {
      let lines = Self.shown("help \"\(name)\"", width: width).split(separator: "\n")
      #expect(!lines.isEmpty)
      for line in lines where !code.contains(String(line)) && !Self.isOneWord(line) {
        #expect(line.count <= width, "\(line)")
      }
    }
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
    if ProcessInfo.processInfo.environment["UPDATE_EXPECTATIONS"] == "1" {
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
