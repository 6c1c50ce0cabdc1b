// Every configuration that `save` writes is one that PEFT takes: `lint` finds no error in it, and it is read back.
import Foundation
import Interpreter
import Language
import TestSupport
import Testing
import Workbench

@Suite struct SavedConfigurationTests {
  private static let targets = [
    "", "targets=[\"q_proj\", \"down_proj\"]", "targets=\".*(q|v)_proj\"", "targets=\"all-linear\"",
    "targets=[\"model.layers.0.self_attn.q_proj\", \"v_proj\"]", "targets=[\"lm_head\", \"q_proj\"]",
  ]
  private static let choices = [
    "", "layers_to_transform=[1]", "layers_to_transform=0, exclude_modules=[\"up_proj\"]",
    "exclude_modules=\".*layers.1.*\"", "modules_to_save=[\"norm\"]",
  ]
  private static let kinds = [
    "r=4", "r=4, alpha=\"2*r\", scaling=rslora, rank_pattern={\"q_proj\": 2}",
    "r=4, scaling=power(0.75), alpha_pattern={\"q_proj\": 3}", "r=2, dora=True, init=gaussian, dropout=0.1",
    "r=2, init=pissa, scaling=rslora", "r=2, init=olora", "r=2, init=False, bias=\"all\"",
  ]

  /// For `portable` too, which writes names where other loaders read no text.
  @Test(arguments: targets)
  func lintFindsNoError(_ target: String) throws {
    let files = try TemporaryFolder()
    let session = Session(environment: Environment(workingFolder: files.path))
    run("base = transformer(layers=2, width=16, heads=2, context=8, vocab=20, seed=1)", session)
    var count = 0
    for choice in Self.choices {
      for kind in Self.kinds {
        let fields = [kind, target, choice].filter { !$0.isEmpty }.joined(separator: ", ")
        for portable in ["False", "True"] {
          count += 1
          run(
            "m = attach(base, lora(\(fields))); save(m, \"a\(count)\", portable=\(portable)); "
              + "report = lint(\"a\(count)\", model=base); errors = report.errors; "
              + "same = load_adapter(base, \"a\(count)\").modules == m.modules", session)
          #expect(text(session, "errors") == "0", "\(fields): \(text(session, "report"))")
        }
        run(
          "read = load_adapter(base, \"a\(count - 1)\"); "
            + "same = read.multipliers == m.multipliers and read.trainable == m.trainable", session)
        #expect(text(session, "same") == "True", "\(fields)")
      }
    }
    #expect(count == 2 * Self.choices.count * Self.kinds.count)
  }

  private func run(_ program: String, _ session: Session) {
    let result = session.execute(Source(program)) { _ in }
    #expect(result.diagnostic == nil, "\(program): \(result.diagnostic.map(\.title) ?? "")")
  }

  private func text(_ session: Session, _ name: String) -> String {
    session.scope.value(name)?.code ?? "none"
  }
}
