// How the turns of a conversation become text. Jinja templates are not evaluated: these are the formats that are known.

package enum ChatFormat: String, Sendable, CaseIterable {
  /// `role:`, a new line, the content, a new line.
  case plain
  /// `<|im_start|>role`, a new line, the content, `<|im_end|>`, a new line.
  case chatml
  /// `<|start_header_id|>role<|end_header_id|>`, two new lines, the content, `<|eot_id|>`.
  case llama3

  /// The format whose tokens the tokenizer has.
  package static func standard(for tokenizer: Tokenizer?) -> ChatFormat {
    [.chatml, .llama3].first { format in
      format.tokens.allSatisfy { tokenizer?.id(of: $0) != nil }
    } ?? .plain
  }

  private var tokens: [String] {
    switch self {
    case .plain: []
    case .chatml: ["<|im_start|>", "<|im_end|>"]
    case .llama3: ["<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]
    }
  }

  struct Turn: Equatable {
    var role: String
    var content: String
    /// Whether the loss is on its content.
    var isLearnt: Bool

    /// An assistant's turn is learnt unless it is said otherwise.
    init(role: String, content: String) {
      self.role = role
      self.content = content
      isLearnt = role == "assistant"
    }
  }

  /// Text of a conversation, cut where learning begins and ends.
  struct Span: Equatable {
    var text: String
    var isLearnt: Bool
  }

  /// The conversation as text. Of the turns that are learnt it is the content and what ends it. The text is cut where
  /// a model that answers would begin, so that its tokens are those that it meets then.
  ///
  /// - Parameter end: ends an assistant's turn of the plain format, where the tokenizer has such a token.
  func spans(_ turns: [Turn], end: String?) -> [Span] {
    var spans: [Span] = []
    func add(_ text: String, _ isLearnt: Bool) {
      if text.isEmpty { return }
      if let last = spans.last, last.isLearnt == isLearnt {
        spans[spans.count - 1].text += text
      } else {
        spans.append(Span(text: text, isLearnt: isLearnt))
      }
    }
    if self == .llama3 { add("<|begin_of_text|>", false) }
    for turn in turns {
      let isLearnt = turn.isLearnt
      switch self {
      case .plain:
        add("\(turn.role):\n", false)
        add(turn.content + (turn.role == "assistant" ? end ?? "" : "") + "\n", isLearnt)
      case .chatml:
        add("<|im_start|>\(turn.role)\n", false)
        add("\(turn.content)<|im_end|>", isLearnt)
        add("\n", false)
      case .llama3:
        add("<|start_header_id|>\(turn.role)<|end_header_id|>\n\n", false)
        add("\(turn.content)<|eot_id|>", isLearnt)
      }
    }
    return spans
  }
}
