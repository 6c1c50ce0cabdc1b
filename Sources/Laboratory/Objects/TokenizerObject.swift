// A tokenizer as a value of the language.
import Display
package import Interchange
package import Interpreter
import Text

package final class TokenizerObject: LabObject {
  package let folder: TokenizerFolder

  package init(_ folder: TokenizerFolder) {
    self.folder = folder
  }

  private var tokenizer: Tokenizer { folder.tokenizer }

  /// The call of the language that makes it.
  package var call: String { "load_tokenizer(\(pythonQuoted(folder.path)))" }

  package var kind: ObjectKind { .tokenizer }
  package var summary: String { "\(folder.path), \(Quantity.count(tokenizer.vocabularySize)) tokens" }
  /// An estimate: text, tables and merges of a token.
  package var bytes: Int { 64 * tokenizer.vocabularySize }

  package var fields: [(name: String, meaning: String)] {
    [
      ("vocab", "number of ids: the vocab of a model for it"),
      ("vocabulary", "the tokens in the order of their ids, None where an id is free"),
      ("special", "the special tokens"),
      ("eos", "the token that ends a text, of tokenizer_config.json; None where nothing says it"),
    ]
  }

  package func field(_ name: String, in session: Session) throws -> Value? {
    switch name {
    case "vocab": .number(Double(tokenizer.vocabularySize))
    case "vocabulary": .list(tokenizer.vocabulary.map { $0.map { .text($0) } ?? Value.none })
    case "special": .list(tokenizer.specialTokens.map { .text($0) })
    case "eos": folder.endToken.map { .text($0) } ?? Value.none
    default: nil
    }
  }

  package func shown(in session: Session) -> [Event] {
    let special = tokenizer.specialTokens
    let most = 8
    var lines = [
      call,
      "  byte-level BPE  \(tokenizer.vocabularySize) tokens, \(tokenizer.mergeCount) merges",
      "  special tokens  "
        + (special.isEmpty ? "none" : special.prefix(most).joined(separator: " "))
        + (special.count > most ? " and \(special.count - most) more" : ""),
      "  ends texts by   \(folder.endToken ?? "nothing: no tokenizer_config.json says it")",
      "  conversations   \(ChatFormat.standard(for: tokenizer).rawValue)"
        + (folder.hasChatTemplate ? "; its own Jinja template is not evaluated" : ""),
    ]
    if tokenizer.hasTruncationOrPadding {
      lines.append("  not applied     truncation and padding of the file, as in transformers")
    }
    return [.text(lines.joined(separator: "\n"))]
  }
}
