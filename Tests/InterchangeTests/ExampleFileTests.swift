// Rows of examples: what is learnt of each, and what is said of bad ones.
import Interchange
import Testing
import Training

struct ExampleFileTests {
  private func rows(_ text: String) throws -> [TrainingRow] {
    try ExampleFile(text, path: "x.jsonl", tokenizer: nil, format: .plain).rows
  }

  /// The learnt part of a row of bytes, the rest as dots.
  private func learnt(_ row: TrainingRow) -> String {
    let bytes = zip(row.tokens, row.isLearnt).map { $1 ? UInt8($0) : UInt8(ascii: ".") }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func `Completions and the assistant's turns are learnt`() throws {
    let rows = try rows(
      """
      {"prompt": "2+2=", "completion": "4"}

      {"text": "abc", "source": "x"}
      {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "yes"}, \
      {"role": "user", "content": "so"}, {"role": "assistant", "content": "no"}]}
      """)
    #expect(
      rows.map(learnt) == ["....4", "abc", "....................yes\n....................no\n"])
  }

  @Test func `Known formats write their marks`() throws {
    let text = #"{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}"#
    let row = try ExampleFile(text, path: "", tokenizer: nil, format: .chatml).rows[0]
    #expect(
      String(decoding: row.tokens.map { UInt8($0) }, as: UTF8.self)
        == "<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\nb<|im_end|>\n")
    #expect(learnt(row).drop { $0 == "." } == "b<|im_end|>.")
  }

  @Test(arguments: [
    (#"{"prompt": "a"}"#, "line 2 of `x.jsonl` has no `completion`"),
    (
      #"{"prompt": "a", "completion": 4}"#,
      "line 2 of `x.jsonl` has a number as `completion` in place of a text"
    ),
    (#"{"question": "a"}"#, "line 2 of `x.jsonl` has no `prompt`, `messages` or `text`; it has `question`"),
    (#"[1]"#, "line 2 of `x.jsonl` is a list, not an object"),
    (#"{"text": "a""#, "line 2 of `x.jsonl` is not JSON: at column 13, `,` or `}` is expected, not the end"),
    (
      #"{"text": "\ud800"}"#,
      "line 2 of `x.jsonl` is not JSON: at column 11, a text has half of a surrogate pair"
    ),
    (#"{"messages": [{"role": "user"}]}"#, "line 2 of `x.jsonl` has no `messages[0].content`"),
    (
      #"{"messages": [{"role": "user", "content": "a"}]}"#,
      "line 2 of `x.jsonl` has no turn of the role `assistant`, so nothing would be learnt from it"
    ),
  ])
  func `A bad row is named with its line`(_ row: String, _ message: String) {
    let error = #expect(throws: ExampleFileError.self) { try rows("{\"text\": \"a\"}\n\(row)\n") }
    #expect(error?.title == message)
  }
}
