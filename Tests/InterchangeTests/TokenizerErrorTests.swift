// Files that are no tokenizers, or ask for what is not supported: each is refused by name.
import Foundation
import Interchange
import Testing

struct TokenizerErrorTests {
  /// A small file that is read; each case changes one part of it.
  private static let sound =
    #"{"version":"1.0","truncation":null,"padding":null,"added_tokens":[],"normalizer":null,"#
    + #""pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true},"#
    + #""post_processor":null,"decoder":{"type":"ByteLevel"},"#
    + #""model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2},"merges":["a b"]}}"#

  private static let refusals: [(from: String, to: String, message: String)] = [
    (#""ab":2}"#, #""ab":2,"a":3}"#, "the token `a` is in `model.vocab` twice"),
    (#""ab":2}"#, #""ab":1}"#, "`b` and `ab` both have the id 1"),
    (#""ab":2}"#, #""ab":-2}"#, "a whole number from 0 to 2147483647 is expected, not `-`"),
    (#""ab":2}"#, #""ab":4294967296}"#, "a whole number from 0 to 2147483647 is expected, not `4`"),
    (#""ab":2}"#, #""ab":2.5}"#, "a whole number from 0 to 2147483647 is expected, not `2`"),
    (
      #""ab":2}"#, #""ab":2097152}"#,
      "the token `ab` has the id 2097152, and 2097151 is the largest that is read"
    ),
    (
      #""post_processor":null"#,
      #""post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>"}},{"Sequence":{"id":"A"}}],"#
        + #""special_tokens":{"<s>":{"ids":[7]}}}"#,
      "the template's token `<s>` has the id 7, which no token has"
    ),
    (
      #""post_processor":null"#,
      #""post_processor":{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A"}},{"Sequence":{"id":"A"}}]}"#,
      "`post_processor` is `a template with the text 2 times`, which is not supported"
    ),
    (#""ab":2}"#, #""\ud800":2}"#, "a text has half of a surrogate pair"),
    (#""ab":2}"#, #""\ud83d\u0041":2}"#, "a text has half of a surrogate pair"),
    (#"["a b"]"#, #"["a c"]"#, "merge 1 of `model.merges` needs the token `c`"),
    (#"["a b"]"#, #"["b a"]"#, "merge 1 of `model.merges` needs the token `ba`"),
    (#"["a b"]"#, #"["a  b"]"#, "merge 1 of `model.merges` is not a pair of tokens"),
    (#"["a b"]"#, #"[["a","b","a"]]"#, "merge 1 of `model.merges` is not a pair of tokens"),
    (#""type":"BPE""#, #""type":"Unigram""#, "`model.type` is `Unigram`, which is not supported"),
    (#""type":"BPE""#, #""dropout":0.1"#, "`model.dropout` is a dropout, which is not supported"),
    (#""type":"BPE""#, #""byte_fallback":true"#, "`model.byte_fallback` is true, which is not supported"),
    (#""type":"BPE""#, #""unk_token":"?""#, "`model.unk_token` is `?`, which is no token"),
    (#""type":"BPE""#, #""speed":1"#, "the field `model.speed` is not known"),
    (
      #""normalizer":null"#, #""normalizer":{"type":"Lowercase"}"#,
      "`normalizer` is `Lowercase`, which is not supported"
    ),
    (
      #"{"type":"ByteLevel","add"#, #"{"type":"Metaspace","add"#,
      "`pre_tokenizer` is `Metaspace`, which is not supported"
    ),
    (
      #"{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}"#,
      #"{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"\\d+"},"#
        + #""behavior":"Isolated","invert":false},{"type":"ByteLevel","add_prefix_space":false}]}"#,
      #"`pre_tokenizer.pretokenizers[0].pattern.Regex` is the expression `\d+`, which is not supported"#
    ),
    (
      #""added_tokens":[]"#,
      #""added_tokens":[{"id":9,"content":"<s>","single_word":false,"lstrip":false,"rstrip":false,"#
        + #""normalized":false,"special":true}]"#,
      "the added token `<s>` states the id 9 and has the id 3"
    ),
    (#""version":"1.0""#, #""version":"2.0""#, "`version` is `2.0`, which is not supported"),
    (#""version":"1.0""#, #""decoder":null"#, "the key `decoder` is there for the second time"),
    (#""merges":["a b"]}}"#, #""merges":["a b"]}"#, "`,` or `}` is expected, not the end"),
    (#""merges":["a b"]"#, #""merges":["a b",]"#, "a text in double quotes is expected, not `]`"),
  ]

  @Test func `The sound file is read`() throws {
    let tokenizer = try readTokenizer(Array(TokenizerErrorTests.sound.utf8))
    #expect(try tokenizer.encode("abba") == [2, 1, 0])
    #expect(tokenizer.decode([2, 7, 1]) == "abb")
    // A byte without a token is left out, as in the reference.
    #expect(try tokenizer.encode("acb") == [2])
  }

  @Test(arguments: refusals.indices)
  func `What is wrong or not supported is named`(_ index: Int) throws {
    let (from, to, message) = TokenizerErrorTests.refusals[index]
    let text = TokenizerErrorTests.sound.replacingOccurrences(of: from, with: to)
    #expect(text != TokenizerErrorTests.sound)
    let error = #expect(throws: TokenizerError.self) { try readTokenizer(Array(text.utf8)) }
    #expect(error?.title.contains(message) == true, "\(error?.title ?? "")")
  }

  /// Every cut and every byte put out of order: an answer or an error, never the end of the program.
  @Test func `Damaged files give errors`() throws {
    let bytes = Array(TokenizerErrorTests.sound.utf8)
    for end in bytes.indices {
      #expect(throws: TokenizerError.self) { try readTokenizer(Array(bytes[..<end])) }
      for byte in [UInt8(ascii: "\""), 0x5C, 0xFF, UInt8(ascii: "9"), UInt8(ascii: "[")] {
        var damaged = bytes
        damaged[end] = byte
        do {
          _ = try readTokenizer(damaged).encode("ab ba")
        } catch let error as TokenizerError {
          #expect(!error.title.isEmpty)
        }
      }
    }
    let deep = Array(String(repeating: "[", count: 100_000).utf8)
    #expect(throws: TokenizerError.self) { try readTokenizer(Array("{\"decoder\":".utf8) + deep) }
  }

  /// A word of one letter is merged in time that grows as n·log n; quadratic, this would take minutes.
  @Test func `A word of a million letters`() throws {
    let tokenizer = try readTokenizer(
      Array(
        TokenizerErrorTests.sound
          .replacingOccurrences(of: #""ab":2"#, with: #""aa":2,"aaaa":3"#)
          .replacingOccurrences(of: #"["a b"]"#, with: #"["a a","aa aa"]"#).utf8))
    let ids = try tokenizer.encode(String(repeating: "a", count: 1_000_003))
    #expect(ids == Array(repeating: 3, count: 250_000) + [2, 0])
  }
}
