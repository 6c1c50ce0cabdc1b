// `run.settings` of adapters of every kind repeats the run, to the bit.
import Foundation
import Interpreter
import Laboratory
import Language
import Storage
import Testing
import Training
import Workbench

@Suite struct AdapterRepetitionTests {
  @Test(arguments: [
    "lora(r=4, dora=True)", "lora(r=4, dora=True, dropout=0.1, scaling=rslora)",
    "lora(r=4, bias=\"all\", modules_to_save=[\"lm_head\", \"norm\"])",
    "lora(r=4, init=pissa)", "lora(r=3, init=olora, dora=True)", "lora(r=4, init=False)",
    "lora(r=4, targets=\"all-linear\", exclude_modules=[\"v_proj\"], layers_to_transform=[0, 1])",
    "lora(r=2, modules_to_save=[\"embed_tokens\"], layers_to_transform=1)",
  ])
  func settingsRepeatTheRun(_ adapter: String) throws {
    let first = try Self.run(
      """
      base = transformer(layers=2, width=16, heads=2, context=8)
      m = attach(base, \(adapter))
      run = train(m, language(1), steps=3, lr=1e-2, batch=4, seed=5)
      """)
    let statements = try #require(first.settings).replacing("; train m,", with: "; run = train(m,") + ")"
    let second = try Self.run(statements)
    #expect(second.run.parameters.array() == first.run.parameters.array())
    #expect(second.run.finalLoss == first.run.finalLoss && second.settings == first.settings)
  }

  /// Several active adapters: the others are part of the base that is trained on.
  @Test func settingsOfSeveralActiveAdapters() throws {
    let first = try Self.run(
      """
      base = transformer(layers=1, width=16, heads=2, context=8)
      a = attach(base, lora(r=2, scaling=rslora))
      train(a, language(1), steps=3, lr=1e-2, batch=4)
      m = activate(attach(a, lora(r=4, dropout=0.1), name="b"), ["default", "b"])
      run = train(m, language(2), steps=3, lr=1e-2, batch=4)
      """)
    let statements = try #require(first.settings)
    let last = try #require(statements.range(of: "; train m,", options: .backwards))
    let second = try Self.run(statements.replacingCharacters(in: last, with: "; run = train(m,") + ")")
    #expect(second.run.parameters.array() == first.run.parameters.array())
  }

  private static func run(_ program: String) throws -> (run: Run, settings: String?) {
    let session = Session(environment: Environment())
    let result = session.execute(Source(program)) { _ in }
    #expect(result.diagnostic == nil)
    guard case .object(let object as RunObject)? = session.scope.value("run") else {
      throw NoRun()
    }
    let settings = try object.field("settings", in: session)
    if case .text(let text)? = settings { return (object.run, text) }
    return (object.run, nil)
  }

  private struct NoRun: Error {}
}
