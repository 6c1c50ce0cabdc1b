// Swift source without its comments and the contents of its texts, so that rules can be looked for in what is code.
import Foundation

/// A source file of the package.
struct SourceFile {
  /// From the package's folder: `Sources/Storage/Buffer.swift`.
  var path: String
  /// The code: comments are gone, text literals are empty but for the expressions in them; line breaks stay.
  var code: String
  /// All that stands in the file.
  var text: String

  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  init(path: String) throws {
    self.path = path
    text = try String(contentsOf: Self.root.appendingPathComponent(path), encoding: .utf8)
    code = CodeScanner.code(of: text)
  }

  /// The folder below Sources.
  var module: String { String(path.split(separator: "/")[1]) }

  /// Every Swift file below Sources, read once.
  static func all() throws -> [SourceFile] { try sources.get() }

  private static let sources = Result { try files(below: "Sources") }

  /// Every Swift file below Tests.
  static func tests() throws -> [SourceFile] { try files(below: "Tests") }

  private static func files(below folder: String) throws -> [SourceFile] {
    let names = FileManager.default.enumerator(atPath: root.appendingPathComponent(folder).path)?.allObjects
    return try (names ?? []).compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.sorted()
      .map { try SourceFile(path: "\(folder)/" + $0) }
  }

  /// The folders below Sources.
  static func modules() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent("Sources").path).sorted()
  }

  /// The modules that the file imports.
  var imports: [String] {
    let kinds = "struct|class|enum|protocol|func|var|let|typealias"
    let pattern = "^\\s*(?:@\\w+(?:\\([^)]*\\))?\\s+)*(?:\\w+\\s+)?import\\s+(?:(?:\(kinds))\\s+)?(\\w+)"
    return matches(pattern).map { $0[1] }
  }

  /// Lines in which a pattern is found, as `path:line: text`.
  func places(of pattern: String) -> [String] {
    code.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { number, line in
      line.range(of: pattern, options: .regularExpression) == nil
        ? nil : "\(path):\(number + 1): \(line.trimmingCharacters(in: .whitespaces))"
    }
  }

  private func matches(_ pattern: String) -> [[String]] {
    code.split(separator: "\n").compactMap { line in
      guard let expression = try? NSRegularExpression(pattern: pattern) else { return nil }
      let line = String(line)
      guard let match = expression.firstMatch(in: line, range: NSRange(line.startIndex..., in: line)) else {
        return nil
      }
      return (0..<match.numberOfRanges).map { group in
        Range(match.range(at: group), in: line).map { String(line[$0]) } ?? ""
      }
    }
  }
}

/// Walks through a source once.
struct CodeScanner {
  private var rest: Substring
  private var result = ""

  static func code(of text: String) -> String {
    var scanner = CodeScanner(rest: text[...])
    scanner.readCode(until: nil)
    return scanner.result
  }

  private init(rest: Substring) {
    self.rest = rest
  }

  /// Reads code to the bracket that closes an interpolation, or to the end.
  private mutating func readCode(until closing: Character?) {
    var depth = 0
    while let character = rest.first {
      if rest.hasPrefix("//") {
        rest = rest.drop { !$0.isNewline }
      } else if rest.hasPrefix("/*") {
        skipComment()
      } else if character == "\"" || character == "#", let hashes = openingHashes() {
        readText(hashes)
      } else {
        if character == "(" { depth += 1 }
        if character == ")" {
          if depth == 0, closing != nil { return }
          depth -= 1
        }
        result.append(character)
        rest = rest.dropFirst()
      }
    }
  }

  private mutating func skipComment() {
    var depth = 0
    while !rest.isEmpty {
      if rest.hasPrefix("/*") {
        depth += 1
        rest = rest.dropFirst(2)
      } else if rest.hasPrefix("*/") {
        depth -= 1
        rest = rest.dropFirst(2)
        if depth == 0 { return }
      } else {
        if rest.first?.isNewline == true { result.append("\n") }
        rest = rest.dropFirst()
      }
    }
  }

  /// How many `#` stand before the quotation mark that begins a text here; nil where none begins.
  private func openingHashes() -> Int? {
    let hashes = rest.prefix { $0 == "#" }.count
    return rest.dropFirst(hashes).first == "\"" ? hashes : nil
  }

  private mutating func readText(_ hashes: Int) {
    let mark = String(repeating: "#", count: hashes)
    rest = rest.dropFirst(hashes)
    let quotes = rest.hasPrefix("\"\"\"") ? "\"\"\"" : "\""
    rest = rest.dropFirst(quotes.count)
    result += quotes
    while let character = rest.first {
      if rest.hasPrefix(quotes + mark) {
        rest = rest.dropFirst(quotes.count + hashes)
        result += quotes
        return
      }
      if rest.hasPrefix("\\" + mark + "(") {
        rest = rest.dropFirst(2 + hashes)
        result.append("(")
        readCode(until: ")")
        rest = rest.dropFirst()
        result.append(")")
      } else if rest.hasPrefix("\\" + mark) {
        rest = rest.dropFirst(1 + hashes)
        if rest.first?.isNewline == true { result.append("\n") }
        rest = rest.dropFirst()
      } else {
        if character.isNewline { result.append("\n") }
        rest = rest.dropFirst()
      }
    }
  }
}
