// What can be wrong with the bytes of a safetensors file.
package import Fields

/// Why bytes are not a safetensors file. `at` counts bytes from the start of the file; `begin`, `end` and
/// `expected` count bytes from the start of the data, as the header does.
package enum FormatFlaw: Error, Equatable, Sendable {
  /// What the header's JSON should have at a place.
  package typealias Wanted = JSONFlaw.Wanted

  package enum TextProblem: Sendable { case unterminated, controlCharacter, escape, surrogate }

  package enum NumberProblem: Sendable { case malformed, negative, fraction, tooLarge }

  case tooShort(length: Int)
  case headerEmpty
  case headerTooLong(length: UInt64, limit: Int)
  case headerPastEnd(length: Int, available: Int)
  case notUTF8(at: Int)

  /// `found` is nil at the end of the header.
  case unexpected(at: Int, wanted: Wanted, found: UInt8?)
  case badText(at: Int, TextProblem)
  case badNumber(at: Int, NumberProblem)
  case tooDeep(at: Int, limit: Int)
  case duplicateKey(at: Int, key: String)

  case missingField(tensor: String, field: String)
  case unknownType(tensor: String, type: String)
  case tooManyDimensions(tensor: String, count: Int, limit: Int)
  case offsetCount(tensor: String, count: Int)
  case backwards(tensor: String, begin: Int, end: Int)
  case hole(tensor: String, begin: Int, expected: Int)
  case overlap(tensor: String, begin: Int, expected: Int)
  case tooLarge(tensor: String, type: ElementType, shape: [Int])
  case splitByte(tensor: String, type: ElementType, shape: [Int])
  case wrongLength(tensor: String, type: ElementType, shape: [Int], needed: Int, given: Int)

  /// The header describes `declared` bytes of data and the file holds `present`.
  case dataLength(declared: Int, present: Int)
}
