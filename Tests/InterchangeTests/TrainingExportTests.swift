// Runs as training scripts: their text, the rows beside them, what they replace, and what is refused.
import Adapters
import Foundation
import Interchange
import Kernels
import Models
import Storage
import TensorFile
import TestSupport
import Testing
import Training

@Suite struct TrainingExportTests {
  private static let shape = TransformerShape(
    layers: 1, width: 16, heads: 2, keyHeads: 1, feedForward: 24, context: 6, vocabulary: 12)
  private static let language = MarkovLanguage(seed: 1, shift: 0, vocabulary: 12)
  private static let warm = TrainingSettings(
    steps: 3, learningRate: 2e-3, batch: 2, schedule: .linear, warmup: 1, clip: 1, seed: 4)

  private static func model(
    _ configuration: LoRAConfiguration = LoRAConfiguration(rank: 2), shape: TransformerShape = shape
  ) throws -> Model {
    try Model(base: BaseWeights(.transformer(shape), seed: 1), description: "t").attached(configuration)
  }

  private static func export(
    _ configuration: LoRAConfiguration = LoRAConfiguration(rank: 2), rule: ScalingRule = .lora,
    shape: TransformerShape = shape, data: any TrainingData = language, settings: TrainingSettings = warm,
    form: ExportForm = .trl, base: TrainingExport.Base = .beside, stem: String = "train"
  ) throws -> TrainingExport {
    try TrainingExport(
      model(configuration, shape: shape), rule: rule, rows: .batches(data), settings: settings, form: form,
      base: base,
      stem: stem)
  }

  private static func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
  }

  private static func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
  }

  // MARK: The text

  @Test func theScriptForTRL() throws {
    let script = try Self.export(rule: .rslora)
    #expect(try ExpectedText.difference(script.text, from: "train-trl.py") == nil)
  }

  @Test func theScriptForUnsloth() throws {
    var configuration = LoRAConfiguration(
      rank: 4, alpha: .fixed(2.5), targets: .pattern(".*proj"), dropout: 0.05,
      rankPattern: [("v_proj", 2)])
    configuration.savedModules = ["lm_head"]
    var settings = Self.warm
    settings.optimizer = .sgd(momentum: 0.9, weightDecay: 0.1)
    (settings.schedule, settings.warmup, settings.clip, settings.stop) = (.constant, 2, nil, 1)
    let script = try Self.export(
      configuration, rule: .power(0.75), settings: settings, form: .unsloth,
      base: .folder("/models/a \"b\"\\", hasTokenizer: true))
    #expect(try ExpectedText.difference(script.text, from: "train-unsloth.py") == nil)
  }

  /// What a user of Unsloth gave stands in the script of the base that was named; nothing of the small model does.
  private static func asked(_ form: ExportForm, rows: TrainingExport.Rows) throws -> TrainingExport {
    var configuration = LoRAConfiguration(
      rank: 64, alpha: .fixed(64), targets: .names(["q_proj", "v_proj"]), scaling: .own(.rslora),
      dropout: 0.05)
    configuration.layers = [0]
    let model = try model(configuration)
    model.request = ModelRequest(
      hubName: "unsloth/llama-2-7b", isUnsloth: true,
      loading: [
        ("max_seq_length", "2048"), ("dtype", "None"), ("load_in_4bit", "True"), ("device_map", "\"auto\""),
        ("fix_tokenizer", "True"),
      ].map { PythonArgument(name: $0.0, text: $0.1) },
      adapting: [PythonArgument(name: "use_gradient_checkpointing", text: "\"unsloth\"")])
    var settings = warm
    (settings.batch, settings.accumulation, settings.steps) = (4, 4, 300)
    settings.checkpointing = .unsloth
    let request = TrainingRequest(
      data: language, settings: settings, epochs: 3, shares: ["warmup": 0.03],
      arguments: [
        ("output_dir", "\"./output\""), ("num_train_epochs", "3"), ("per_device_train_batch_size", "4"),
        ("gradient_accumulation_steps", "4"), ("optim", "\"paged_adamw_8bit\""), ("save_steps", "100"),
        ("fp16", "True"), ("evaluation_strategy", "\"steps\""), ("group_by_length", "True"),
      ].map { PythonArgument(name: $0.0, text: $0.1) })
    return try TrainingExport(
      model, rule: .rslora, rows: rows, settings: settings, form: form, base: .named("unsloth/llama-2-7b"),
      stem: "train", request: request)
  }

  @Test func theScriptOfANamedBaseForTRL() throws {
    let script = try Self.asked(.trl, rows: .file("/data/talks.jsonl", .conversations))
    #expect(try ExpectedText.difference(script.text, from: "train-named-trl.py") == nil)
  }

  @Test func theScriptOfANamedBaseForUnsloth() throws {
    let script = try Self.asked(.unsloth, rows: .missing(Self.language.description))
    #expect(try ExpectedText.difference(script.text, from: "train-named-unsloth.py") == nil)
  }

  /// The batches of a run that accumulates are taken in its parts, and the user's own arguments stand beside.
  @Test func theScriptOfATrainer() throws {
    var settings = Self.warm
    (settings.batch, settings.accumulation, settings.checkpointing) = (2, 2, .full)
    let request = TrainingRequest(
      data: Self.language, settings: settings, epochs: 1,
      arguments: [
        PythonArgument(name: "gradient_checkpointing", text: "True"),
        PythonArgument(name: "packing", text: "True"), PythonArgument(name: "save_steps", text: "2"),
        PythonArgument(name: "optim", text: "\"adamw_8bit\""),
      ])
    let script = try TrainingExport(
      Self.model(), rule: .lora, rows: .batches(Self.language), settings: settings, form: .trl, base: .beside,
      stem: "train", request: request)
    #expect(try ExpectedText.difference(script.text, from: "train-trainer.py") == nil)
  }

  /// Before any run, of a model without a tokenizer: its rows are still to come.
  @Test func theScriptBeforeARun() throws {
    let script = try TrainingExport(
      Self.model(), rule: .lora, rows: .missing(""), settings: Self.warm, form: .trl, base: .beside,
      stem: "train", hasRun: false)
    #expect(try ExpectedText.difference(script.text, from: "train-before.py") == nil)
    try Self.inFolder { folder in
      try script.write(in: "\(folder)/new/place")
      let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/new/place").sorted()
      #expect(names == ["train.py", "train_adapter", "train_base"])
    }
  }

  // MARK: Files

  /// The rows are the batches, in their order, with the targets one place later.
  @Test func theRowsAreTheBatches() throws {
    let script = try Self.export()
    let shape = BatchShape(sequences: 2, positions: 6)
    let source = Self.language.batches(seed: 4, shape: shape)
    try Self.inFolder { folder in
      try script.write(in: folder)
      let lines = try Self.text("\(folder)/train_data.jsonl").split(separator: "\n")
      #expect(lines.count == 6)
      for step in 0..<3 {
        let tokens = try #require(source.batch(step: step).tokens)
        for sequence in 0..<2 {
          let line = lines[2 * step + sequence]
          let row = try #require(
            JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: [Int32]])
          let inputs = (0..<6).map { tokens.tokens[6 * sequence + $0] }
          let targets = (0..<6).map { tokens.targets[6 * sequence + $0] }
          #expect(row["input_ids"] == inputs + [targets[5]])
          #expect(row["labels"] == [-100] + targets)
        }
      }
    }
  }

  /// A row ends behind the last token that is learnt; what is not learnt has no label.
  @Test func rowsWithMarksKeepThem() throws {
    let row = TrainingRow(
      tokens: [5, 6, 7, 8, 9], isLearnt: [false, false, true, true, false])
    let data = RowCorpus([row, row], path: "rows", call: "rows()", vocabulary: 12, heldOut: 0.5)
    var settings = Self.warm
    (settings.steps, settings.batch) = (1, 1)
    let script = try Self.export(data: data, settings: settings)
    try Self.inFolder { folder in
      try script.write(in: folder)
      let expected = "{\"input_ids\": [5, 6, 7, 8], \"labels\": [-100, -100, 7, 8]}\n"
      #expect(try Self.text("\(folder)/train_data.jsonl") == expected)
    }
  }

  /// The adapter beside the script is the one before the first step, drawn from the seed of the run.
  @Test func theStartAndTheBaseStandBesideIt() throws {
    let script = try Self.export()
    let task = try TrainingTask(
      model: Self.model(), mode: .lora, data: Self.language, settings: Self.warm)
    try Self.inFolder { folder in
      try script.write(in: folder)
      let base = try ModelFolder.load("b", at: "\(folder)/train_base", memory: 1e9)
      let model = Model(base: base.base, description: "b")
      let read = try AdapterFolder("a", at: "\(folder)/train_adapter").attached(to: model)
      #expect(read.adapter?.parameters.array() == task.start.array())
      #expect(read.base.values.array() == task.base.values.array())
    }
  }

  @Test func onlyItsOwnFilesAreReplaced() throws {
    let script = try Self.export()
    try Self.inFolder { folder in
      let rows = "\(folder)/train_data.jsonl"
      try Data("mine".utf8).write(to: URL(fileURLWithPath: rows))
      #expect(throws: ExportError.occupied(path: "train_data.jsonl", script: "train.py")) {
        try script.write(in: folder)
      }
      #expect(try Self.text(rows) == "mine")
      try script.write(in: folder, overwrite: true)
      #expect(try Self.text(rows) != "mine")
      // Its own.
      try script.write(in: folder)
      try Data("print()".utf8).write(to: URL(fileURLWithPath: "\(folder)/train.py"))
      #expect(throws: ExportError.occupied(path: "train.py", script: "train.py")) {
        try script.write(in: folder)
      }
      #expect(try Self.text("\(folder)/train.py") == "print()")
    }
  }

  // MARK: Refusals

  @Test func whatHasNoCounterpartIsRefused() throws {
    func refusal(_ body: () throws -> TrainingExport) -> ExportError? {
      do {
        _ = try body()
        return nil
      } catch {
        return error as? ExportError
      }
    }
    var ramp = Self.warm
    ramp.schedule = .ramp
    #expect(refusal { try Self.export(settings: ramp) } == .schedule("ramp"))
    let output = LoRAConfiguration(rank: 2, targets: .names(["lm_head"]))
    #expect(refusal { try Self.export(output) } == .adaptedOutputLayer)
    #expect(refusal { try Self.export(stem: "trl") } == .hidesLibrary(name: "trl"))
    var long = Self.warm
    long.steps = 1_000_000
    #expect(refusal { try Self.export(settings: long) } == .tooMuchData(tokens: 14e6, limit: 10_000_000))
    let gpt2 = TransformerShape(
      .gpt2, layers: 1, width: 16, heads: 2, feedForward: 24, context: 6, vocabulary: 12)
    #expect(refusal { try Self.export(shape: gpt2) } == .noPlaceForTarget(positions: 6))
    var shorter = gpt2
    shorter.context = 5
    #expect(refusal { try Self.export(shape: shorter) } == nil)
    guard case .unsloth(let what, _)? = refusal({ try Self.export(shape: shorter, form: .unsloth) }) else {
      Issue.record("Unsloth takes GPT-2's form")
      return
    }
    #expect(what == "a model of GPT-2's form")
    let qwen2 = TransformerShape(
      .qwen2, layers: 1, width: 16, heads: 2, feedForward: 24, context: 6, vocabulary: 12)
    #expect(refusal { try Self.export(shape: qwen2, form: .unsloth) } == nil)
    var layered = LoRAConfiguration(rank: 2, targets: .pattern(".*q_proj"))
    layered.layers = [0]
    let named = try Self.model(layered)
    #expect(
      refusal {
        try TrainingExport(
          named, rule: .lora, rows: .missing(""), settings: Self.warm, form: .trl, base: .named("a/b"),
          stem: "train")
      } == .textWithLayers)
    let pissa = LoRAConfiguration(rank: 2, initialization: .pissa)
    for (configuration, shape) in [(LoRAConfiguration(rank: 2), shorter), (pissa, Self.shape)] {
      let error = refusal { try Self.export(configuration, shape: shape, form: .unsloth) }
      guard case .unsloth = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
  }
}
