// Each file in Programs/Python is Python of PEFT's users as it is pasted; UPDATE_EXPECTATIONS=1 rewrites them.
import Foundation
import Language
import Testing
import Workbench

/// One after the other: the first pretrains the stand-in, the others find it in the cache.
@Suite(.serialized) struct PythonProgramTests {
  static let folder = ProgramTests.folder.appending(path: "Python")
  private static let cache = FileManager.default.temporaryDirectory.appending(
    path: "ranklab-python-\(ProcessInfo.processInfo.processIdentifier)")

  static func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path()).filter { $0.hasSuffix(".txt") }
      .sorted()
  }

  private static func session() throws -> Session {
    try FileManager.default.createDirectory(at: cache, withIntermediateDirectories: true)
    return Session(environment: Environment(cacheFolder: cache.path))
  }

  @Test(arguments: try names())
  func showsWhatIsExpected(_ name: String) throws {
    let file = Self.folder.appending(path: name)
    let expected = try String(contentsOf: file, encoding: .utf8)
    let actual = Transcript(expected).executed(in: try Self.session())
    if ProcessInfo.processInfo.environment["UPDATE_EXPECTATIONS"] == "1" {
      try actual.write(to: file, atomically: true, encoding: .utf8)
    } else {
      #expect(!expected.isEmpty && actual == expected)
    }
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
    let session = try Self.session()
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
