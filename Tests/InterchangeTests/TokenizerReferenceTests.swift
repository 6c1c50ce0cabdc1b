// Encoding and decoding against the tokenizers library: `scripts/make-fixtures` writes what it makes of the strings.
import Foundation
import Interchange
import ReferenceSupport
import Testing

/// What the reference makes of each string.
private struct Cases: Decodable {
  var ids: [[Int32]]
  var ids_without_special: [[Int32]]
  /// nil where it is the string itself.
  var decoded: [String?]
  var decoded_skipping: [String?]
  var drawn: [[Int32]]
  var drawn_decoded: [String]
}

struct TokenizerReferenceTests {
  @Test(arguments: ["gpt2", "llama3"])
  func `Every string has the ids of the reference, and every list of ids its text`(_ name: String) throws {
    let tokenizer = try readTokenizer(Array(Fixture.data("tokenizers/\(name).json")))
    let strings = try JSONDecoder().decode([String].self, from: Fixture.data("tokenizers/strings.json"))
    let cases = try JSONDecoder().decode(Cases.self, from: Fixture.data("tokenizers/\(name)-cases.json"))
    #expect(strings.count == 1000)
    #expect(cases.ids.count == strings.count && cases.decoded.count == strings.count)
    // One encoder for all: what it keeps of a word must not change the next.
    var encoder = TokenEncoder(tokenizer)
    for (i, text) in strings.enumerated() {
      #expect(try encoder.encode(text) == cases.ids[i], "string \(i): \(text.debugDescription)")
      #expect(isSame(tokenizer.decode(cases.ids[i]), cases.decoded[i] ?? text), "string \(i)")
    }
    for (i, ids) in cases.ids_without_special.enumerated() {
      #expect(try tokenizer.encode(strings[i], addSpecialTokens: false) == ids, "string \(i)")
    }
    for (i, text) in cases.decoded_skipping.enumerated() {
      let decoded = tokenizer.decode(cases.ids[i], skipSpecialTokens: true)
      #expect(isSame(decoded, text ?? strings[i]), "string \(i)")
    }
    for (ids, text) in zip(cases.drawn, cases.drawn_decoded) {
      #expect(isSame(tokenizer.decode(ids), text), "\(ids)")
    }
  }

  /// Equal to the byte: Swift takes different spellings of an accent as equal.
  private func isSame(_ a: String, _ b: String) -> Bool { Array(a.utf8) == Array(b.utf8) }
}
