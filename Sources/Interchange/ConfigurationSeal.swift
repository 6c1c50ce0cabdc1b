// What ties weights to the configuration that was written beside them.
import Storage
import TensorFile

/// In the metadata of the weights stands a fingerprint of the configuration's text. Where the text is another one, it was
/// edited by hand, or the two files come from different folders: both is worth a note, neither is an error. Files of other
/// programs have none.
enum ConfigurationSeal {
  private static let key = "ranklab.configuration"

  static func metadata(of text: String) -> TensorFile.Metadata {
    [(key: key, value: seal(Array(text.utf8)))]
  }

  /// Whether the metadata name another configuration than this one.
  static func isBroken(_ metadata: TensorFile.Metadata, configuration: [UInt8]) -> Bool {
    metadata.first { $0.key == key }.map { $0.value != seal(configuration) } ?? false
  }

  private static func seal(_ bytes: [UInt8]) -> String { hexadecimal(fingerprint(bytes)) }
}

/// Sixteen digits.
func hexadecimal(_ x: UInt64) -> String {
  let text = String(x, radix: 16)
  return String(repeating: "0", count: 16 - text.count) + text
}
