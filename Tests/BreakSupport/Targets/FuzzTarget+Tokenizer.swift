// The readers of tokenizer.json and of examples as targets.

import Interchange
import Training

extension FuzzTarget {
  private static let tokenizerWords =
    jsonWords + [
      "\"model\":{", "\"type\":\"BPE\"", "\"vocab\":{", "\"merges\":[", "\"a b\"", "[\"a\",\"b\"]",
      "\"ab\":3",
      "\"unk_token\":\"a\"", "\"fuse_unk\":true", "\"ignore_merges\":true", "\"byte_fallback\":false",
      "\"added_tokens\":[", "\"pre_tokenizer\":", "\"post_processor\":", "\"normalizer\":{\"type\":\"NFC\"}",
      "\"decoder\":null", "\"type\":\"Sequence\"", "\"pretokenizers\":[", "\"processors\":[",
      "{\"type\":\"Digits\",\"individual_digits\":true},",
      "{\"type\":\"ByteLevel\",\"add_prefix_space\":true,\"use_regex\":false}",
      "{\"Sequence\":{\"id\":\"A\",\"type_id\":0}},", "{\"SpecialToken\":{\"id\":\"<s>\",\"type_id\":0}},",
      "\"special_tokens\":{", "\"single\":[", "\"ids\":[", "\"lstrip\":true", "\"rstrip\":true",
      "\"single_word\":true",
      "\"normalized\":true", "\"special\":false", "Ġ", "\"Ġ\":7,", "\"Ġ a\",", "\"\":8,", "#version",
      "\"truncation\":{}",
    ]

  /// Small tokenizers in which every part of the format occurs.
  private static let smallTokenizers: [[UInt8]] = [
    #"{"version":"1.0","added_tokens":[{"id":5,"content":"<s>","single_word":false,"lstrip":true,"rstrip":true,"#
      + #""normalized":false,"special":true},{"id":6,"content":"é","single_word":true,"lstrip":false,"rstrip":false,"#
      + #""normalized":true,"special":false}],"normalizer":{"type":"NFC"},"pre_tokenizer":{"type":"ByteLevel","#
      + #""add_prefix_space":true,"trim_offsets":true,"use_regex":true},"post_processor":{"type":"TemplateProcessing","#
      + #""single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[],"#
      + #""special_tokens":{"<s>":{"id":"<s>","ids":[5],"tokens":["<s>"]}}},"decoder":{"type":"ByteLevel"},"#
      + #""model":{"type":"BPE","dropout":null,"unk_token":null,"fuse_unk":false,"ignore_merges":false,"#
      + #""vocab":{"a":0,"b":1,"ab":2,"Ġ":3,"Ġab":4},"merges":["a b","Ġ ab"]}}"#,
    #"{"added_tokens":[],"normalizer":null,"pre_tokenizer":{"type":"Sequence","pretokenizers":["#
      + #"{"type":"Digits","individual_digits":false},{"type":"ByteLevel","add_prefix_space":false,"use_regex":true}]},"#
      + #""post_processor":{"type":"Sequence","processors":[{"type":"ByteLevel"}]},"decoder":null,"#
      + #""model":{"unk_token":"a","fuse_unk":true,"ignore_merges":true,"vocab":{"a":0,"b":10,"ab":2,"1":3},"#
      + #""merges":[["a","b"]]}}"#,
  ].map { Array($0.utf8) }

  private static let texts = [
    "", "a", "abab ab  ab12 é<s>  b", "e\u{301}\u{0}\n\r\n 'll '\u{17F} \u{1F600}\u{FFFD}x",
    "   \t<s> <s>é é",
    String(repeating: "ab ", count: 40), String(repeating: "a", count: 90),
  ]

  /// A tokenizer.json: read, then used on some texts.
  package static let tokenizer = FuzzTarget(
    name: "tokenizer",
    seeds: smallTokenizers + smallTokenizers + smallTokenizers
      + [FuzzFixture.file("tokenizers/gpt2.json"), FuzzFixture.file("tokenizers/llama3.json")],
    words: tokenizerWords
  ) { bytes in
    let read = try accepted(
      TokenizerError.self, words: \.description, { () throws(TokenizerError) in try readTokenizer(bytes) })
    guard let tokenizer = read else { return .refused }
    let size = tokenizer.vocabularySize
    try BreakFinding.require(tokenizer.vocabulary.count == size, "the vocabulary has another size")
    var encoder = TokenEncoder(tokenizer)
    for text in texts {
      let ids = try encoder.encode(text)
      try BreakFinding.require(
        ids.count <= 3 * text.utf8.count + 2 + bytes.count, "\(ids.count) tokens of a short text")
      for id in ids {
        try BreakFinding.require(
          id >= 0 && id < size && tokenizer.text(of: id) != nil, "there is no token \(id)")
      }
      try BreakFinding.require(ids == tokenizer.encode(text), "encoded again, the ids differ")
      let longest = tokenizer.decode(ids).utf8.count
      try BreakFinding.require(
        tokenizer.decode(ids, skipSpecialTokens: true).utf8.count <= longest, "left out, tokens add text")
    }
    _ = tokenizer.decode([-1, .max, .min, 0])
    return .accepted
  }

  /// Rows of examples.
  package static let examples = FuzzTarget(
    name: "examples",
    seeds: [
      FuzzFixture.file("examples.jsonl"),
      Array(
        (#"{"prompt":"1 + 1 = ","completion":"2","x":1}"# + "\n\n"
          + #"{"messages":[{"role":"user","content":"hé"},{"role":"assistant","content":"\ud83d\ude00"}]}"#
          + "\r\n")
          .utf8),
      Array(#"{"text":"a\u0000b"}"#.utf8),
    ],
    words: jsonWords + [
      "\n", "\r\n", "\"prompt\":\"", "\"completion\":\"", "\"text\":\"", "\"messages\":[",
      "\"role\":\"assistant\"",
      "\"content\":\"x\"", "{\"text\":\"a\"}\n", "<|im_end|>",
    ]
  ) { bytes in
    guard let text = String(validating: bytes, as: UTF8.self) else { return .refused }
    var outcome = Outcome.refused
    for format in ChatFormat.allCases {
      let read = try accepted(ExampleFileError.self, words: { $0.title + $0.advice }) {
        () throws(ExampleFileError) in
        do {
          return try ExampleFile(text, path: "f", tokenizer: nil, format: format)
        } catch let error as ExampleFileError {
          throw error
        } catch {
          preconditionFailure("nobody asks it to stop: \(error)")
        }
      }
      guard let read else { continue }
      outcome = .accepted
      for row in read.rows {
        try BreakFinding.require(row.tokens.count == row.isLearnt.count, "marks and tokens do not match")
        try BreakFinding.require(row.tokens.allSatisfy { (0..<256).contains($0) }, "a token is no byte")
      }
      let bound = 16 * bytes.count + 64
      let count = read.rows.reduce(0) { $0 + $1.tokens.count }
      try BreakFinding.require(count <= bound, "\(count) tokens of \(bytes.count) bytes")
    }
    return outcome
  }
}
