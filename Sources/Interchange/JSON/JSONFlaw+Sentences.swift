// What is wrong with JSON text, in words.
import Fields
import TensorFile
import Text

extension JSONFlaw: CustomStringConvertible {
  /// One clause, lower case, no full stop: "line 3, column 7: `,` or `}` is expected, not `]`".
  package var description: String { "line \(line), column \(column): \(sentence)" }

  /// The clause without the place.
  package var sentence: String {
    switch problem {
    case .notUTF8: "the bytes are not UTF-8"
    case .unexpected(let wanted, let found):
      "\(wanted.words) is expected, not \(found.map(spelled) ?? "the end")"
    case .unterminatedText: "a text has no closing quote"
    case .controlCharacter: "a text has a control character that is not escaped"
    case .unknownEscape: "a text has an escape that JSON does not know"
    case .loneSurrogate: "a text has half of a surrogate pair"
    case .malformedNumber: "a number is malformed"
    case .numberTooLarge: "a number is larger than double precision holds"
    case .tooDeep(let limit): "brackets are nested deeper than \(limit) levels"
    case .duplicateKey(let key): "the key \(inBackquotes(key)) is there for the second time"
    case .tooManyValues(let limit): "there are more than \(limit) values"
    case .tooLong(let limit): "there are more than \(limit) bytes"
    }
  }
}

extension JSONFlaw.Wanted {
  fileprivate var words: String {
    switch self {
    case .object: "`{`"
    case .list: "`[`"
    case .text: "a text in double quotes"
    case .wholeNumber: "a whole number from 0 to \(Int32.max)"
    case .key: "a key in double quotes"
    case .colon: "`:`"
    case .commaOrBrace: "`,` or `}`"
    case .commaOrBracket: "`,` or `]`"
    case .value: "a JSON value"
    case .end: "the end"
    }
  }
}

private func spelled(_ byte: UInt8) -> String {
  (0x21...0x7E).contains(byte) ? "`\(Character(Unicode.Scalar(byte)))`" : "byte \(byte)"
}
