// A piece of a tokenizer file, with its place for messages.
import Fields
import Text

struct TokenizerPart {
  let value: Literal
  let place: String

  var isNull: Bool { value == .absent }

  /// What the `type` field says.
  func type() throws(TokenizerError) -> String { try self["type"].text() }

  /// A field that must be there.
  subscript(_ field: String) -> TokenizerPart {
    get throws(TokenizerError) {
      guard let part = try optional(field) else { throw .missing(place: path(field)) }
      return part
    }
  }

  /// A field that may be missing.
  func optional(_ field: String) throws(TokenizerError) -> TokenizerPart? {
    guard case .dictionary = value else { throw wrongKind("an object") }
    return value[field].map { TokenizerPart(value: $0, place: path(field)) }
  }

  /// Other fields than these are refused.
  func allow(_ known: [String]) throws(TokenizerError) {
    guard case .dictionary(let members) = value else { throw wrongKind("an object") }
    if let other = members.first(where: { !known.contains($0.key) }) {
      throw .unknownField(place: path(other.key), known: known)
    }
  }

  func text() throws(TokenizerError) -> String {
    guard case .text(let text) = value else { throw wrongKind("a text") }
    return text
  }

  func bool() throws(TokenizerError) -> Bool {
    guard case .bool(let bool) = value else { throw wrongKind("true or false") }
    return bool
  }

  func id() throws(TokenizerError) -> Int32 {
    guard case .number(let number) = value, number >= 0, let id = Int32(exactly: number) else {
      throw wrongKind("a whole number from 0 to \(Int32.max)")
    }
    return id
  }

  func list() throws(TokenizerError) -> [TokenizerPart] {
    guard case .list(let items) = value else { throw wrongKind("a list") }
    return items.enumerated().map { TokenizerPart(value: $1, place: "\(place)[\($0)]") }
  }

  func wrongKind(_ wanted: String) -> TokenizerError {
    .wrongKind(place: place, wanted: wanted, found: value.kind)
  }

  func unsupported(_ found: String, known: [String]) -> TokenizerError {
    .unsupported(place: place, found: inBackquotes(found), known: known)
  }

  private func path(_ field: String) -> String { place.isEmpty ? field : "\(place).\(field)" }
}
