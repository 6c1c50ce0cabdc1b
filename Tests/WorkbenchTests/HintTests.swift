// Sentences name what there is: every call in backquotes, anywhere in the sources, is one of the table or a method.
import Foundation
import Interpreter
import Language
import Testing
import Workbench

@Suite struct HintTests {
  private static let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "../../Sources"
  ).standardizedFileURL

  /// Names that stand for anything of the user's, what Python or a library calls so, and the programs of a shell.
  private static let others: Set<String> = [
    "f", "from_pretrained", "def", "load_state_dict", "merge_and_unload", "save_pretrained",
    "save_pretrained_merged",
    "power", "transfer", "resize_token_embeddings", "merge_adapter",
  ]

  @Test func functionsInSentencesExist() throws {
    let table = CommandTable.standard
    var known = Set(table.all.flatMap { [$0.name, String($0.name.split(separator: ".").last ?? "")] })
    for program in [
      "attach(linear(4, 4), lora(r=2))",
      "net = linear(4, 4); compare(net, teacher(net), [lora(r=1)], seeds=1, steps=1)",
      "Trainer(attach(transformer(layers=1, width=32, heads=2), lora()), train_dataset=language(1))",
    ] {
      let value = Session().execute(Source(program)) { _ in }.value
      if case .object(let object as any MethodProvider) = value {
        known.formUnion(object.methods.map(\.name))
      }
    }
    var seen = 0
    for file in try FileManager.default.subpathsOfDirectory(atPath: Self.sources.path()).sorted()
    where file.hasSuffix(".swift") && !file.hasPrefix("CEditLine") {
      let text = try String(contentsOf: Self.sources.appending(path: file), encoding: .utf8)
      for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
      where !line.drop(while: { $0 == " " }).hasPrefix("//") && line.contains("\"") && line.contains("`") {
        for quoted in line.matches(of: /`([^`]*)`/) {
          // What a program's text is put into is not known here.
          let code = String(quoted.1).replacing(/\\\([^)]*\)/, with: "")
          // The end of one text and the beginning of the next.
          if code.contains(/" ?[+\]]/) || code.hasPrefix(".") { continue }
          for call in code.matches(of: /([A-Za-z_][A-Za-z_0-9.]*)\(/) {
            seen += 1
            let name = String(call.1)
            let last = String(name.split(separator: ".").last ?? "")
            #expect(
              known.contains(name) || known.contains(last) || Self.others.contains(last),
              "\(file):\(number + 1): `\(code)`")
          }
        }
      }
    }
    #expect(seen > 40)
  }

  /// The hints for Python's own functions: what they offer runs on names of the kind that they mean.
  @Test func hintsForPythonRun() throws {
    for (name, label) in PythonHints.labels {
      #expect(CommandTable.standard.named(name) == nil, "\(name) is here")
      for quoted in label.matches(of: /`([^`]*)`/) {
        let code = String(quoted.1)
        guard !code.contains("…"), !code.contains("if ") else { continue }
        let session = Session()
        session.execute(
          Source("xs = [1, 2]; x = 2; a = 1; b = 2; n = 3; d = {\"a\": 1}; def f(x) { return x }")
        ) { _ in }
        session.execute(Source(code.hasSuffix("x.name") ? "x" : code)) { event in
          if case .diagnostic(let diagnostic) = event {
            Issue.record("\(name): `\(code)`: \(diagnostic.title)")
          }
        }
      }
    }
  }
}
