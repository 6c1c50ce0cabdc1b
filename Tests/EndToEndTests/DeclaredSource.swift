// The declarations of a source file, with whether a doc comment stands above each.
import Foundation

/// A type or function of a source file.
struct Declaration: Equatable {
  enum Kind: Equatable {
    case type, function, initializer
    /// A function or initialiser that a protocol asks for.
    case requirement
  }

  var kind: Kind
  /// Its first line, from 1.
  var line: Int
  /// `draw(_:into:stop:)`; of a type its name.
  var name: String
  /// Whether it, or a type around it, is private to the file.
  var isPrivate: Bool
  var isDocumented: Bool
  /// Whether an initialiser may give nil, or throws.
  var canFail: Bool
}

extension SourceFile {
  /// Types, functions and initialisers at the top of the file or within types, in order; what is local to a function is
  /// left out. They are found by the text alone: the formatter indents members by two columns.
  var declarations: [Declaration] {
    SourceFile.declarations(code: code, text: text)
  }

  static func declarations(code: String, text: String) -> [Declaration] {
    var scopes: [(indent: Int, isPrivate: Bool, isProtocol: Bool)] = []
    var result: [Declaration] = []
    let codeLines = code.split(separator: "\n", omittingEmptySubsequences: false)
    let textLines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for (number, line) in codeLines.enumerated() {
      let indent = line.prefix { $0 == " " }.count
      if let scope = scopes.last, indent == scope.indent, line.dropFirst(indent).first == "}" {
        scopes.removeLast()
        continue
      }
      guard indent == scopes.last.map({ $0.indent + 2 }) ?? 0,
        let head = DeclarationHead(line.dropFirst(indent))
      else { continue }
      let isPrivate = head.isPrivate || scopes.last?.isPrivate == true
      let isProtocol = scopes.last?.isProtocol == true
      if let kind = head.kind {
        let parameters = Parameters(codeLines[number...].prefix(24).joined(separator: "\n"))
        result.append(
          Declaration(
            kind: isProtocol ? .requirement : kind, line: number + 1,
            name: head.name + (kind == .type ? "" : parameters.labels), isPrivate: isPrivate,
            isDocumented: isDocumented(number, textLines),
            canFail: head.name == "init?" || parameters.throws))
      }
      if head.opensScope, line.last != "}" {
        scopes.append((indent, isPrivate, head.keyword == "protocol"))
      }
    }
    return result
  }

  /// Whether the line above, or above its attributes, is a doc comment.
  private static func isDocumented(_ number: Int, _ lines: [Substring]) -> Bool {
    let above = lines[..<number].last { !$0.drop { $0 == " " }.hasPrefix("@") }
    return above?.drop { $0 == " " }.hasPrefix("///") ?? false
  }
}

/// The words that a declaration begins with.
private struct DeclarationHead {
  var keyword: String
  /// `draw`, `==`, `init?`.
  var name: String
  var isPrivate: Bool

  private static let modifiers: Set<Substring> = [
    "package", "private", "fileprivate", "static", "final", "mutating", "convenience", "indirect",
  ]
  private static let keywords = ["struct", "class", "enum", "protocol", "extension", "func"]

  init?(_ line: Substring) {
    let words = line.split(separator: " ")
    let start = words.firstIndex { !$0.hasPrefix("@") && !Self.modifiers.contains($0) }
    guard let start else { return nil }
    isPrivate = words[..<start].contains { $0.hasSuffix("private") }
    let word = words[start].prefix { $0 != "(" && $0 != "<" }
    if ["init", "init?", "subscript"].contains(word) {
      keyword = word == "init?" ? "init" : String(word)
      name = String(word)
      return
    }
    guard start + 1 < words.count, Self.keywords.contains(String(word)) else { return nil }
    keyword = String(word)
    let following = words[start + 1]
    name = String(following.prefix { $0.isLetter || $0.isNumber || $0 == "_" })
    if name.isEmpty { name = String(following.prefix { $0 != "(" }) }
  }

  var opensScope: Bool { !["func", "init", "subscript"].contains(keyword) }

  /// nil of an extension, which declares nothing by itself.
  var kind: Declaration.Kind? {
    switch keyword {
    case "extension": nil
    case "func", "subscript": .function
    case "init": .initializer
    default: .type
    }
  }
}

/// The parameters of a function.
private struct Parameters {
  /// `(_:into:)`.
  private(set) var labels = ""
  /// Whether the function throws; what its parameters throw does not count.
  private(set) var `throws` = false

  /// - Parameter code: from the first line of the function on.
  init(_ code: String) {
    var depth = 0
    // Of each parameter the first word counts.
    var isInLabel = true
    for (place, character) in zip(code.indices, code) {
      if "([{".contains(character) { depth += 1 }
      if ")]}".contains(character) { depth -= 1 }
      if depth == 0, character == ")" {
        labels = "(\(labels))"
        // Behind the brackets, perhaps in the next line, as far as the body.
        let rest = code[place...].prefix { $0 != "{" }.split(separator: "\n").prefix(2)
        `throws` = rest.contains { $0.contains(" throws") }
        return
      }
      guard depth == 1 else { continue }
      if character == "," {
        isInLabel = true
      } else if isInLabel, character.isLetter || character.isNumber || character == "_" {
        labels.append(character)
      } else if isInLabel, let last = labels.last, last != ":" {
        labels.append(":")
        isInLabel = false
      }
    }
  }
}
