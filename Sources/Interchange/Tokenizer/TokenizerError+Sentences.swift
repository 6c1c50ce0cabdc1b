// The sentences for every error of a tokenizer.
import Text

extension TokenizerError: CustomStringConvertible {
  /// Title and advice in one line.
  package var description: String { "\(title); \(advice)" }

  /// What is wrong, and where: one line, lower case, no full stop.
  package var title: String {
    switch self {
    case .noFile(let path): "there is no tokenizer at `\(path)`"
    case .unreadable(let path, _): "`\(path)` cannot be read"
    case .malformed(let flaw): "the tokenizer is not JSON: \(flaw.description)"
    case .malformedSettings(let path, let flaw): "`\(path)` is not JSON: \(flaw.description)"
    case .missing(let place): "the tokenizer has no `\(place)`"
    case .wrongKind(let place, let wanted, let found): "`\(place)` must be \(wanted), not \(found)"
    case .unsupported(let place, let found, _): "`\(place)` is \(found), which is not supported"
    case .unknownField(let place, _): "the field `\(place)` is not known"
    case .sameToken(let text): "the token \(inBackquotes(text)) is in `model.vocab` twice"
    case .sameID(let id, let text, let other):
      "\(inBackquotes(other)) and \(inBackquotes(text)) both have the id \(id)"
    case .malformedMerge(let number): "merge \(number) of `model.merges` is not a pair of tokens"
    case .mergeOutOfVocabulary(let number, let token):
      "merge \(number) of `model.merges` needs the token \(inBackquotes(token)), which `model.vocab` does not have"
    case .unknownTokenMissing(let token): "`model.unk_token` is \(inBackquotes(token)), which is no token"
    case .otherID(let token, let id, let expected):
      "the added token \(inBackquotes(token)) states the id \(id) and has the id \(expected)"
    case .specialTokenMissing(let token, let place):
      "`\(place)` uses \(inBackquotes(token)), which its `special_tokens` do not define"
    case .specialTokenID(let id, let token):
      "the template's token \(inBackquotes(token)) has the id \(id), which no token has"
    case .idTooLarge(let token, let id, let limit):
      "the token \(inBackquotes(token)) has the id \(id), and \(limit) is the largest that is read"
    }
  }

  /// What to do: full sentences.
  package var advice: String {
    switch self {
    case .noFile: "Name a folder that holds tokenizer.json, or the file."
    case .unreadable(_, let reason): reason
    case .malformed, .malformedSettings, .sameToken, .sameID, .malformedMerge, .mergeOutOfVocabulary,
      .unknownTokenMissing, .specialTokenMissing, .specialTokenID, .idTooLarge:
      "The file is damaged or its writer is at fault: fetch or save it again."
    case .missing, .wrongKind: "Check that it is a tokenizer.json of Hugging Face's tokenizers."
    case .unsupported(_, _, let known), .unknownField(_, let known):
      known.isEmpty
        ? "Byte-level BPE as in GPT-2 and Llama 3 is." : "Known are: \(known.joined(separator: "; "))."
    case .otherID:
      "Ids of added tokens follow from the vocabulary; the tokenizers library warns and uses the latter."
    }
  }
}
