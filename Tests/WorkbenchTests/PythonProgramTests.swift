// Each file in Programs/Python is Python of PEFT's users as it is pasted; UPDATE_EXPECTATIONS=1 rewrites them.
import Foundation
import Interpreter
import InterpreterSupport
import Laboratory
import Language
import TestSupport
import Testing
import Training
import Workbench

@Suite struct PythonProgramTests {
  static let folder = ProgramTests.folder.appending(path: "Python")

  /// The files of a cache in which the stand-in has been pretrained, by name: made once, and laid into a cache of each
  /// test's own.
  private static let pretrained = Result {
    let folder = try TemporaryFolder()
    Session(environment: Environment(cacheFolder: folder.path)).execute(
      Source("AutoModelForCausalLM.from_pretrained(\"meta-llama/Llama-2-7b-hf\")")
    ) { _ in }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    return try names.map { ($0, Array(try Data(contentsOf: folder.url.appending(path: $0)))) }
  }

  static func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path()).filter { $0.hasSuffix(".txt") }
      .sorted()
  }

  private static func session(_ cache: TemporaryFolder) throws -> Session {
    for (name, bytes) in try pretrained.get() { try cache.write(bytes: bytes, to: name) }
    return Session(environment: Environment(cacheFolder: cache.path, workingFolder: cache.path))
  }

  @Test func theCacheHoldsTheStandIn() throws {
    #expect(try Self.pretrained.get().count == 1)
  }

  @Test(arguments: try names())
  func showsWhatIsExpected(_ name: String) throws {
    let file = Self.folder.appending(path: name)
    let expected = try String(contentsOf: file, encoding: .utf8)
    let cache = try TemporaryFolder()
    let actual = Transcript(expected).executed(in: try Self.session(cache))
    #expect(!expected.isEmpty)
    #expect(try ExpectedText.difference(actual, from: file) == nil)
  }

  /// The first cell of a program, in a fresh session: pasted whole, it leaves these names with objects of these kinds.
  @Test(arguments: [
    ("lora.txt", ["base_model": ObjectKind.model, "lora_config": .adapter, "model": .model]),
    ("rslora.txt", ["base_model": .model, "lora_config": .adapter, "model": .model]),
    (
      "unsloth.txt",
      ["model": .model, "tokenizer": .tokenizer, "training_args": .trainingArguments, "trainer": .trainer]
    ),
    ("mistakes.txt", ["lora_config": .adapter]),
  ])
  func oneBlockGivesLiveObjects(_ name: String, _ kinds: [String: ObjectKind]) throws {
    let program = try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
    let cell = try #require(Transcript(program).cells.first)
    let cache = try TemporaryFolder()
    let session = try Self.session(cache)
    let result = session.execute(Source(cell.text)) { _ in }
    #expect(result.diagnostic == nil)
    for (name, kind) in kinds { #expect(Self.object(session.scope.value(name))?.kind == kind, "\(name)") }
    guard name == "unsloth.txt" else { return }
    let run = try #require(Self.object(result.value) as? RunObject)
    #expect(run.run.losses.count == 300 && run.run.finalLoss < run.run.initialLoss)
    #expect(session.scope.value("dataset") == nil)
  }

  private static func object(_ value: Value?) -> (any LabObject)? {
    if case .object(let object)? = value { object } else { nil }
  }
}
