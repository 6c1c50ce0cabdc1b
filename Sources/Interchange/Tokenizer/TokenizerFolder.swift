// A tokenizer with what the files beside it say.
import Fields
import Foundation

package struct TokenizerFolder: Sendable {
  package let tokenizer: Tokenizer
  /// The folder or file that it was read from, as the user wrote it.
  package let path: String
  /// The token that ends a text, from tokenizer_config.json; nil where nothing says it.
  package let endToken: String?
  /// Whether the folder has a chat template; Jinja templates are not evaluated.
  package let hasChatTemplate: Bool

  /// Reads `tokenizer.json`, and `tokenizer_config.json` where it stands beside it.
  ///
  /// - Parameters:
  ///   - path: a folder or a file, as the user wrote it.
  ///   - full: where that is.
  /// - Throws: `TokenizerError`.
  package init(path: String, at full: String) throws(TokenizerError) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: full, isDirectory: &isFolder) else {
      throw .noFile(path: path)
    }
    let file = isFolder.boolValue ? full + "/tokenizer.json" : full
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
    guard FileManager.default.fileExists(atPath: file) else { throw .noFile(path: path) }
    self.path = path
    tokenizer = try readTokenizer(try TokenizerFolder.bytes(file))
    var settings: Literal?
    let settingsFile = folder + "/tokenizer_config.json"
    if FileManager.default.fileExists(atPath: settingsFile) {
      let bytes = try TokenizerFolder.bytes(settingsFile)
      do {
        settings = try Literal(json: bytes)
      } catch {
        throw .malformedSettings(path: settingsFile, error)
      }
    }
    let end = settings?["eos_token"]
    endToken = (end?.text ?? end?["content"]?.text).flatMap { [tokenizer] in
      tokenizer.id(of: $0) == nil ? nil : $0
    }
    hasChatTemplate =
      settings?["chat_template"].map { $0 != .absent } ?? false
      || FileManager.default.fileExists(atPath: folder + "/chat_template.jinja")
  }

  private static func bytes(_ path: String) throws(TokenizerError) -> [UInt8] {
    do {
      return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw .unreadable(path: path, reason: error.localizedDescription)
    }
  }
}
