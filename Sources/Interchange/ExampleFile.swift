// Examples in JSON Lines: texts, prompts with completions, and conversations.
package import Fields
package import Signals
package import Training

/// What is wrong with a file of examples. Lines count from 1.
package enum ExampleFileError: Error, Equatable, Sendable {
  package enum Flaw: Equatable, Sendable {
    case json(JSONFlaw)
    case notAnObject(found: String)
    /// The fields that are there.
    case noExample(fields: [String])
    case missing(field: String)
    case wrongKind(field: String, wanted: String, found: String)
    case nothingLearnt
  }

  case line(path: String, Int, Flaw)
  case noRows(path: String)
}

/// The rows of a file, and what was found on the way.
package struct ExampleFile: Sendable {
  package private(set) var rows: [TrainingRow] = []
  /// Fields that no row used, in the order of their names; those of a turn as `messages.name`.
  package private(set) var unusedFields: [String] = []
  /// Rows in which a token reaches from the prompt into the completion; it counts as the prompt's.
  package private(set) var straddlingRows = 0
  /// Whether a row was a conversation.
  package private(set) var hasTurns = false
  /// Turns of an assistant whose `weight` is 0: they are not learnt.
  package private(set) var unlearntTurns = 0

  /// Reads a line at a time; empty lines are passed over.
  ///
  /// - Parameters:
  ///   - path: for messages.
  ///   - tokenizer: nil takes the bytes of UTF-8 as tokens.
  ///   - stop: looked at between lines, and within long ones.
  /// - Throws: `ExampleFileError`; `Interruption`.
  package init(
    _ text: String, path: String, tokenizer: TokenizerFolder?, format: ChatFormat, stop: StopSignal = .never
  ) throws {
    var encoder = ExampleEncoder(tokenizer, format: format, stop: stop)
    var unused: Set<String> = []
    var rest = Array(text.utf8)[...]
    var number = 0
    while !rest.isEmpty {
      let line = rest.prefix { $0 != UInt8(ascii: "\n") }
      rest = rest[line.endIndex...].dropFirst()
      number += 1
      if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
      try stop.check()
      let example: Example
      do {
        example = try Example(line: Array(line))
      } catch {
        throw ExampleFileError.line(path: path, number, error)
      }
      unused.formUnion(example.unusedFields)
      if case .turns(let turns) = example.content {
        hasTurns = true
        unlearntTurns += turns.count { $0.role == "assistant" && !$0.isLearnt }
      }
      rows.append(try encoder.row(example.content))
    }
    guard !rows.isEmpty else { throw ExampleFileError.noRows(path: path) }
    unusedFields = unused.sorted()
    straddlingRows = encoder.straddlingRows
  }
}

extension ExampleFileError.Flaw: Error {}

/// One line, understood.
private struct Example {
  enum Content {
    case text(String)
    case completion(prompt: String, String)
    case turns([ChatFormat.Turn])
  }

  let content: Content
  let unusedFields: [String]

  init(line: [UInt8]) throws(ExampleFileError.Flaw) {
    let value: Literal
    do {
      value = try Literal(json: line)
    } catch {
      throw .json(error)
    }
    guard case .dictionary(let members) = value else { throw .notAnObject(found: value.kind) }
    let fields = members.map(\.key)
    let used: [String]
    var unusedInTurns: Set<String> = []
    if let messages = value["messages"] {
      used = ["messages"]
      content = .turns(try Example.turns(messages, &unusedInTurns))
    } else if fields.contains("prompt") || fields.contains("completion") {
      used = ["prompt", "completion"]
      content = .completion(
        prompt: try Example.text("prompt", in: value), try Example.text("completion", in: value))
    } else if fields.contains("text") {
      used = ["text"]
      content = .text(try Example.text("text", in: value))
    } else {
      throw .noExample(fields: fields)
    }
    unusedFields = fields.filter { !used.contains($0) } + unusedInTurns.map { "messages.\($0)" }
  }

  private static func text(
    _ field: String, in value: Literal, place: String = ""
  ) throws(ExampleFileError.Flaw) -> String {
    guard let found = value[field] else { throw .missing(field: place + field) }
    guard let text = found.text else {
      throw .wrongKind(field: place + field, wanted: "a text", found: found.kind)
    }
    return text
  }

  /// - Parameter unused: receives the names of fields within turns that are not used.
  private static func turns(
    _ messages: Literal, _ unused: inout Set<String>
  ) throws(ExampleFileError.Flaw) -> [ChatFormat.Turn] {
    guard case .list(let items) = messages else {
      throw .wrongKind(field: "messages", wanted: "a list", found: messages.kind)
    }
    var turns: [ChatFormat.Turn] = []
    for (index, item) in items.enumerated() {
      let place = "messages[\(index)]"
      guard case .dictionary(let members) = item else {
        throw .wrongKind(field: place, wanted: "an object", found: item.kind)
      }
      var turn = ChatFormat.Turn(
        role: try text("role", in: item, place: place + "."),
        content: try text("content", in: item, place: place + "."))
      if turn.role == "assistant", let weight = item["weight"], weight != .absent {
        guard weight == .number(0) || weight == .number(1) else {
          throw .wrongKind(field: place + ".weight", wanted: "0 or 1", found: weight.spelling)
        }
        turn.isLearnt = weight == .number(1)
      }
      // A weight of other roles changes nothing: they are not learnt.
      for member in members where !["role", "content", "weight"].contains(member.key) {
        unused.insert(member.key)
      }
      turns.append(turn)
    }
    guard turns.contains(where: { $0.role == "assistant" }) else { throw .nothingLearnt }
    return turns
  }
}

/// Makes tokens of examples, and marks what is learnt.
private struct ExampleEncoder {
  private var encoder: TokenEncoder?
  private let end: String?
  private let format: ChatFormat
  private let stop: StopSignal
  private(set) var straddlingRows = 0

  init(_ tokenizer: TokenizerFolder?, format: ChatFormat, stop: StopSignal) {
    encoder = tokenizer.map { TokenEncoder($0.tokenizer) }
    end = tokenizer?.endToken
    self.format = format
    self.stop = stop
  }

  mutating func row(_ content: Example.Content) throws(Interruption) -> TrainingRow {
    switch content {
    case .text(let text): return learnt(try encode(ended(text)), from: 0)
    case .completion(let prompt, let completion):
      // As TRL: prompt and completion are one text, and the prompt's own length says where learning begins.
      let beginning = try encode(prompt)
      let tokens = try encode(prompt + ended(completion))
      if !tokens.starts(with: beginning) { straddlingRows += 1 }
      return learnt(tokens, from: beginning.count)
    case .turns(let turns):
      var row = TrainingRow(tokens: [], isLearnt: [])
      for (index, span) in format.spans(turns, end: end).enumerated() {
        let tokens = try encode(span.text, addSpecialTokens: index == 0 && format == .plain)
        row.tokens += tokens
        row.isLearnt += tokens.map { _ in span.isLearnt }
      }
      return row
    }
  }

  private func learnt(_ tokens: [Int32], from first: Int) -> TrainingRow {
    TrainingRow(tokens: tokens, isLearnt: tokens.indices.map { $0 >= first })
  }

  private func ended(_ text: String) -> String {
    guard let end, !text.hasSuffix(end) else { return text }
    return text + end
  }

  private mutating func encode(
    _ text: String, addSpecialTokens: Bool = true
  ) throws(Interruption) -> [Int32] {
    try encoder?.encode(text, addSpecialTokens: addSpecialTokens, stop: stop)
      ?? text.utf8.map { Int32($0) }
  }
}
