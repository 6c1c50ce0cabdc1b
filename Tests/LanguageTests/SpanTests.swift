// The places of statements and expressions: the text of a span is the same program again.
import Language
import Testing

@Suite struct SpanTests {
  private static func programs() throws -> [String] {
    try ExpectationFile.paths(in: "Grammar").flatMap { try ExpectationFile($0).examples.map(\.program) }
  }

  private static func text(_ span: Span, of program: String) -> String {
    String(decoding: Array(program.utf8)[span.start..<span.end], as: UTF8.self)
  }

  /// In brackets, where line breaks mean nothing and names are values.
  @Test func expressions() throws {
    var count = 0
    for program in try SpanTests.programs() where !program.contains("?") {
      for value in TreeDump.expressions(try Parser.statements(program, commands: sampleCommands)) {
        if case .call(let call) = value.kind, call.form != .parentheses { continue }
        let again = "(" + SpanTests.text(value.span, of: program) + ")"
        let dump = TreeDump.text(try Parser.statements(again, commands: sampleCommands))
        #expect(dump == "(group \(TreeDump.text(value)))", "\(program)")
        count += 1
      }
    }
    #expect(count > 300)
  }

  @Test func statements() throws {
    for program in try SpanTests.programs() where !program.contains("?") && !program.contains(" as ") {
      for statement in try Parser.statements(program, commands: sampleCommands) {
        if case .importNames = statement.kind { continue }
        let again = SpanTests.text(statement.span, of: program)
        let dump = TreeDump.text(try Parser.statements(again, commands: sampleCommands))
        #expect(dump == TreeDump.text([statement]), "\(program)")
      }
    }
  }

  /// Names, labels and arguments.
  @Test func names() throws {
    let program = "a, b = f(c, d = 1)\nfor x in y { def g(h, i=2) { return x.j } }"
    let statements = try Parser.statements(program, commands: [])
    guard case .assignment(let names, let value) = statements[0].kind, case .call(let call) = value.kind,
      case .forLoop(let variables, _, let body) = statements[1].kind,
      case .function(let function) = body[0].kind, case .result(let result?) = function.body[0].kind,
      case .field(_, let field) = result.kind
    else {
      Issue.record("another tree")
      return
    }
    let spans =
      names.map(\.span) + call.arguments.map(\.span) + call.arguments.compactMap(\.label?.span)
      + variables.map(\.span) + [function.name.span] + function.parameters.map(\.name.span) + [field.span]
    #expect(
      spans.map { SpanTests.text($0, of: program) } == ["a", "b", "c", "d = 1", "d", "x", "g", "h", "i", "j"])
  }
}
