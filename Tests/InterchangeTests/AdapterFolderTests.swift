// Adapter folders that PEFT wrote, against its logits and whole runs; and folders of ours, read back.
import Adapters
import Foundation
import Interchange
import Kernels
import Models
import ReferenceSupport
import Signals
import Storage
import TensorFile
import Testing
import Training

/// The batches of the fixture, cycled.
private struct CycledData: TrainingData {
  var items: [Batch]
  var description: String { "fixture" }
  var details: [(name: String, value: String)] { [] }
  var floor: Double? { nil }
  var vocabulary: Int? { nil }
  var bytes: Int { 0 }

  func check(_ architecture: Architecture) throws {}
  func positions(_ architecture: Architecture) -> Int { 12 }
  func batches(seed: UInt64, shape: BatchShape, stop: StopSignal) -> any BatchSource {
    Source(items)
  }
  func evaluation(shape: BatchShape, stop: StopSignal) -> EvaluationSet {
    EvaluationSet(batches: [items[0]], rows: shape.rows)
  }

  private final class Source: BatchSource {
    private let items: [Batch]
    init(_ items: [Batch]) { self.items = items }
    func batch(step: Int) -> Batch { items[step % items.count] }
  }
}

@Suite struct AdapterFolderTests {
  static let kinds = [
    "lora", "rslora", "mixed", "dora", "dora-rslora-gpt2", "regex", "all-linear", "bias-all", "bias-lora",
    "saved",
    "saved-tied", "saved-gpt2", "random", "pissa", "pissa-gpt2", "olora", "excluded",
    "all-linear-qwen2", "bias-all-qwen2",
  ]
  private static let shape = BatchShape(sequences: 4, positions: 12)
  private let fixture: Fixture

  init() throws {
    fixture = try Fixture("adapters")
  }

  private static func path(_ kind: String) -> String {
    Fixture.folder.appendingPathComponent("adapters/\(kind)").path
  }

  private func entry(_ kind: String) throws -> [String: Any] {
    try #require(fixture.json[kind] as? [String: Any])
  }

  private func base(_ kind: String) throws -> Model {
    let name = try #require(try entry(kind)["base"] as? String)
    let loaded = try ModelFolderTests.load(name)
    return Model(base: loaded.base, description: name, source: loaded.source)
  }

  private func adapted(_ kind: String) throws -> Model {
    try AdapterFolder(kind, at: Self.path(kind)).attached(to: try base(kind))
  }

  private func batches() throws -> [Batch] {
    let tokens = try fixture.integers("tokens")
    return (0..<8).map { item in
      let buffer = TokenBuffer(rows: 48)
      for row in 0..<4 {
        for t in 0..<12 {
          let place = (item * 4 + row) * 13 + t
          buffer.tokens[row * 12 + t] = Int32(tokens[place])
          buffer.targets[row * 12 + t] = Int32(tokens[place + 1])
        }
      }
      return Batch(tokens: buffer, countedRows: 48)
    }
  }

  private func logits(_ model: Model, _ batch: Batch) throws -> [Float] {
    let adapter = try #require(model.adapter)
    let plan = Plan(
      model: model, rule: adapter.layout.configuration.rule(mode: .lora), trainable: .nothing,
      shape: Self.shape)
    try plan.prepare(parameters: adapter.parameters)
    return try plan.outputs(parameters: adapter.parameters, batch: batch)
  }

  @Test(arguments: kinds)
  func logits(_ kind: String) throws {
    let expected = try fixture.floats("\(kind).logits")
    let actual = try logits(try adapted(kind), try batches()[0])
    let difference = zip(actual, expected).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
    print("\(kind): largest difference of logits \(difference)")
    #expect(actual.count == expected.count && difference < 2e-5)
  }

  /// AdamW, linear warm-up and decay, clipping at 1: the losses of every step beside PEFT's.
  @Test(arguments: kinds)
  func training(_ kind: String) throws {
    let entry = try entry(kind)
    let steps = try #require(entry["steps"] as? Int)
    let settings = TrainingSettings(
      steps: steps, learningRate: 5e-3, batch: 4, schedule: .linear, warmup: 10, clip: 1)
    let task = try TrainingTask(
      model: try adapted(kind), mode: .lora, data: CycledData(items: try batches()), settings: settings)
    let run = task.run(TrainingEnvironment(pool: nil, clock: { 0 }, stop: .never)).run
    let losses = largestRelativeDifference(run.losses, try #require(entry["losses"] as? [Double]))
    let norms = largestRelativeDifference(run.gradientNorms, try #require(entry["norms"] as? [Double]))
    print(
      "\(kind), \(steps) steps: largest relative difference of losses \(losses), of gradient norms \(norms)")
    #expect(run.losses.count == steps && losses < 1e-4 && norms < 1e-3)
  }

  /// What was read and is written again has the same tensors, byte by byte, and the same configuration.
  @Test(arguments: kinds)
  func roundTrip(_ kind: String) throws {
    let model = try adapted(kind)
    let adapter = try #require(model.adapter)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("adapter-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try AdapterFolder.save(
      adapter.layout, parameters: adapter.parameters, rule: adapter.layout.configuration.rule(mode: .lora),
      architecture: model.architecture,
      baseModel: "models/\(try #require(try entry(kind)["base"] as? String))",
      to: "a", at: folder.path)
    let name = AdapterFolder.tensorsName
    let written = try TensorFile.read(path: folder.appendingPathComponent(name).path)
    #expect(written.metadata.map(\.key) == ["format", "ranklab.configuration"])
    // But for what ties it to its configuration, the file is PEFT's.
    let bytes = try TensorFile.serialized(
      written.tensors.map { TensorData($0.name, type: $0.type, shape: $0.shape, bytes: Array($0.bytes)) },
      metadata: [written.metadata[0]])
    #expect(bytes == Array(try Data(contentsOf: URL(fileURLWithPath: "\(Self.path(kind))/\(name)"))))
    #expect(
      try !AdapterFolder("a", at: folder.path).isMixed && !AdapterFolder(kind, at: Self.path(kind)).isMixed)
    let ours = try configuration(folder.path)
    var theirs = try configuration(Self.path(kind))
    // PEFT resolves the text to a list where it saves; we keep what stands in the file.
    if kind.hasPrefix("all-linear") { theirs["target_modules"] = ours["target_modules"] }
    #expect(NSDictionary(dictionary: ours) == NSDictionary(dictionary: theirs))
  }

  /// Weights beside another configuration are noted; those of PEFT, which do not say, are not.
  @Test func weightsAreTiedToTheirConfiguration() throws {
    let model = try adapted("lora")
    let adapter = try #require(model.adapter)
    let base = FileManager.default.temporaryDirectory.appendingPathComponent("adapter-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: base) }
    func save(_ name: String, _ rule: ScalingRule) throws -> String {
      let path = base.appendingPathComponent(name).path
      try AdapterFolder.save(
        adapter.layout, parameters: adapter.parameters, rule: rule, architecture: model.architecture,
        baseModel: nil,
        to: name, at: path)
      return path
    }
    let (one, two) = (try save("one", .lora), try save("two", .rslora))
    #expect(try !AdapterFolder("one", at: one).isMixed)
    let name = AdapterFolder.configurationName
    try FileManager.default.removeItem(atPath: "\(one)/\(name)")
    try FileManager.default.copyItem(atPath: "\(two)/\(name)", toPath: "\(one)/\(name)")
    let mixed = try AdapterFolder("one", at: one)
    #expect(mixed.isMixed)
    #expect(AdapterExamination(mixed).warnings.contains(AdapterFolder.mixedNote))
    #expect(AdapterExamination(mixed).faults == [])
    _ = try save("one", .lora)
    #expect(try !AdapterFolder("one", at: one).isMixed)
  }

  private func configuration(_ path: String) throws -> [String: Any] {
    let data = try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(AdapterFolder.configurationName)"))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  /// alpha·√r without the flag gives the same logits, for rsLoRA with mixed ranks too.
  @Test(arguments: ["rslora", "mixed"])
  func portable(_ kind: String) throws {
    let model = try adapted(kind)
    let adapter = try #require(model.adapter)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("adapter-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try AdapterFolder.save(
      adapter.layout, parameters: adapter.parameters, rule: .rslora, architecture: model.architecture,
      baseModel: nil, to: "a", at: folder.path, isPortable: true)
    let folded = try AdapterFolder("a", at: folder.path)
    #expect(folded.configuration.adapter.scaling == .own(.lora))
    let batch = try batches()[0]
    let expected = try logits(model, batch)
    let actual = try logits(try folded.attached(to: try base(kind)), batch)
    let difference = zip(actual, expected).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
    #expect(difference < 1e-6)
  }

  /// A merged model computes what the adapted one does.
  @Test(arguments: kinds)
  func merging(_ kind: String) throws {
    let model = try adapted(kind)
    let merged = try model.merged(mode: .lora)
    let plan = Plan(model: merged, rule: .lora, trainable: .nothing, shape: Self.shape)
    let batch = try batches()[0]
    let expected = try logits(model, batch)
    let difference = try zip(plan.outputs(parameters: .empty, batch: batch), expected)
      .reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
    #expect(difference < 1e-5)
  }

  @Test(arguments: [
    (#"{"r": 4}"#, "`a` has no `peft_type`"),
    (#"{"peft_type": "IA3"}"#, "`a` describes an adapter of the method `IA3`"),
    (#"[1]"#, "`a` is not the JSON it should be: it is a list, not an object of fields"),
    (
      #"{"peft_type": "LORA", "r": 4, "r": 5}"#,
      "`a` is not the JSON it should be: line 1, column 31: the key `r` is there for the second time"
    ),
    (#"{"peft_type": "LORA", "r": 0}"#, "`r` in `a` must be a whole number of at least 1; it is 0"),
    (#"{"peft_type": "LORA", "r": "8"}"#, "`r` in `a` must be a number; it is \"8\""),
    (
      #"{"peft_type": "LORA", "bias": "some"}"#,
      "`bias` in `a` must be none, all or lora_only; it is \"some\""
    ),
    (
      #"{"peft_type": "LORA", "lora_bias": true}"#, "an adapter with `lora_bias` = true is not supported"
    ),
    (
      #"{"peft_type": "LORA", "use_new": {"a": 1}}"#, "an adapter with `use_new` = an object is not supported"
    ),
    (
      #"{"peft_type": "LORA", "init_lora_weights": "loftq"}"#,
      "an adapter with `init_lora_weights` = \"loftq\" is not supported"
    ),
    (
      #"{"peft_type": "LORA", "rank_pattern": {"q_proj": 2.5}}"#,
      "`rank_pattern` in `a` must be whole numbers of at least 1; it is 2.5"
    ),
  ])
  func faults(_ text: String, _ title: String) {
    do {
      _ = try PEFTConfiguration(parsing: Array(text.utf8), path: "a")
      Issue.record("\(text) was read")
    } catch {
      #expect(error.title == title)
    }
  }

  @Test func unknownFieldsAreNamed() throws {
    let text = #"{"peft_type": "LORA", "use_new": false, "init_lora_weights": "eva"}"#
    let configuration = try PEFTConfiguration(parsing: Array(text.utf8), path: "a")
    #expect(
      configuration.notes == [
        "init_lora_weights=\"eva\" decided how A and B began; they are read as they are",
        "`use_new` is not known here; it is false",
      ])
    #expect(!configuration.statesRule && configuration.adapter.scaling == .own(.lora))
  }

  @Test func tensorsThatDoNotFit() throws {
    let lora = try AdapterFolder("lora", at: Self.path("lora"))
    let other = Model(base: try ModelFolderTests.load("llama-plain").base, description: "other")
    #expect(
      throws: AdapterFolderError.wrongShape(
        folder: "lora", tensor: "base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight",
        has: [40, 4],
        needs: [24, 4])
    ) { try lora.attached(to: other) }
  }
}
