// The sessions of the README run, and show what stands under them.
import Display
import Foundation
import Interpreter
import Language
import Notebook
import TestSupport
import Testing
import Workbench

@Suite struct ReadmeTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private static func readme() throws -> String {
    try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
  }

  /// The indented blocks, without their indentation.
  private static func blocks() throws -> [[String]] {
    try readme().split(separator: "\n", omittingEmptySubsequences: false).split { !$0.hasPrefix("    ") }
      .map { lines in lines.map { String($0.dropFirst(4)) } }
  }

  static func sessions() throws -> [[String]] {
    try blocks().filter { $0[0].hasPrefix("> ") }
  }

  @Test func thereAreSessions() throws {
    #expect(try Self.sessions().count >= 2)
    #expect(try Self.blocks().contains { $0.contains { $0.hasPrefix("scripts/test") } })
  }

  /// Each cell runs as it stands, with all its steps. What a block shows under its cells is what comes; a block of cells
  /// alone leaves out what they show.
  @Test(arguments: try sessions()) func runsAsItStands(lines: [String]) throws {
    let cache = try TemporaryFolder()
    let session = Session(
      environment: Environment(
        cacheFolder: cache.path, threads: ProcessInfo.processInfo.activeProcessorCount,
        workingFolder: cache.path))
    var shown: [String] = []
    for cell in lines.filter({ $0.hasPrefix("> ") }) {
      shown.append(cell)
      let result = session.execute(Source(String(cell.dropFirst(2)))) { event in
        guard let text = text(of: event, RenderOptions(width: 80, unicode: true)) else { return }
        shown += text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      }
      #expect(result.diagnostic == nil, "\(cell)\n\(result.diagnostic?.rendered(unicode: false) ?? "")")
    }
    #expect(!shown.isEmpty)
    if lines.contains(where: { !$0.hasPrefix("> ") }) { #expect(shown == lines) }
  }

  /// Files that it links to, and those in its commands, are there.
  @Test func whatItNamesIsThere() throws {
    let text = try Self.readme()
    let links = text.matches(of: /\]\(([^)#:]+)\)/).map { String($0.1) }
    let words = text.matches(of: /\b(?:scripts|tutorials|docs)\/[A-Za-z0-9_.\/-]*[A-Za-z0-9_]/)
    #expect(links.count >= 4 && words.count > links.count)
    for path in links + words.map({ String($0.0) }) {
      #expect(FileManager.default.fileExists(atPath: Self.root.appendingPathComponent(path).path), "\(path)")
    }
  }
}
