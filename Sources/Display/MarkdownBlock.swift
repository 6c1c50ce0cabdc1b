// The blocks of a Markdown text, as much of them as tutorials use.

indirect enum MarkdownBlock: Equatable {
  case heading(level: Int, text: String)
  case paragraph(String)
  /// Lines between fences, or indented by four spaces.
  case code([String])
  case quote([MarkdownBlock])
  case list([Item], isLoose: Bool)
  case table([String], alignments: [Table.Alignment], rows: [[String]])
  case rule

  struct Item: Equatable {
    /// `-` or a number with its point.
    var marker: String
    var blocks: [MarkdownBlock]
  }
}
