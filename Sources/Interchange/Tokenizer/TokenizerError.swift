// What keeps a tokenizer from being read.
package import Fields

/// `place` names a part of the file: `model.vocab`, `pre_tokenizer.pretokenizers[1].pattern`.
package enum TokenizerError: Error, Equatable, Sendable {
  case noFile(path: String)
  case unreadable(path: String, reason: String)
  case malformed(JSONFlaw)
  /// A file beside tokenizer.json.
  case malformedSettings(path: String, JSONFlaw)
  case missing(place: String)
  case wrongKind(place: String, wanted: String, found: String)
  /// `known` are the values that are supported; empty where none can be named.
  case unsupported(place: String, found: String, known: [String])
  case unknownField(place: String, known: [String])

  case sameToken(text: String)
  case sameID(Int32, text: String, other: String)
  case malformedMerge(number: Int)
  /// A merge of tokens, or into a token, that the vocabulary does not have.
  case mergeOutOfVocabulary(number: Int, token: String)
  case unknownTokenMissing(String)
  case otherID(token: String, id: Int32, expected: Int32)
  case specialTokenMissing(String, place: String)
  /// A template uses an id that no token has.
  case specialTokenID(Int32, token: String)
  /// Ids so far apart would take memory that the file does not.
  case idTooLarge(token: String, id: Int32, limit: Int32)
}
