// The readers of adapters' and models' folders, and of Python files, as targets.
import Adapters
import Foundation
import Interpreter
import Laboratory
import Language
import Workbench

extension FuzzTarget {
  private static let folderWords =
    jsonWords + [
      "\"r\": 3", "\"lora_alpha\": 1e308", "\"use_dora\": true", "\"use_rslora\": true", "\"bias\": \"all\"",
      "\"init_lora_weights\": \"pissa\"", "\"rank_pattern\": {\"layers.0\": 3}",
      "\"target_modules\": [\"layers.1\"]",
      "lora_A.weight", "lora_B.weight", "lora_magnitude_vector", "base_model.model.", "\"F32\"", "\"BF16\"",
      "\"F16\"",
      "\"F64\"", "[2,4]", "[4,2]", "\"data_offsets\":[0,32]", "__metadata__", "\"widths\": [4, 4]",
      "layers.0.weight",
      "\"model_type\": \"ranklab_linear\"",
    ]

  /// What both kinds of folders are made from.
  private static let base = """
    net = mlp([4, 5, 3], seed=0)
    task = teacher(net, seed=0)
    small = transformer(layers=1, width=8, heads=2, context=4, vocab=8)
    """

  /// An adapter_config.json with its weights: loaded on a model, examined, asked for logits, and saved again.
  package static let adapterFolder = FuzzTarget(
    name: "adapter-folder",
    seeds: saved(
      [
        "attach(net, lora(r=2, alpha=4))", "attach(net, lora(r=1, alpha=\"2*r\", scaling=rslora, dora=True))",
        "attach(net, lora(r=2, init=pissa))", "attach(small, lora(r=2, targets=[\"q_proj\", \"down_proj\"]))",
        "attach(net, lora(r=2, rank_pattern={\"layers.1\": 1}, modules_to_save=[\"layers.0\"], targets=[\"layers.1\"]))",
      ], ["adapter_config.json", "adapter_model.safetensors"]),
    words: folderWords
  ) { bytes in
    try loaded(bytes, ["adapter_config.json", "adapter_model.safetensors"]) { session in
      for model in ["net", "small"] {
        guard try shown("doctor(\"in\", \(model)); a = load_adapter(\(model), \"in\"); a", in: session) == nil
        else { continue }
        _ = try shown("a.multipliers", in: session)
        let failure = try shown("save(a, \"out\")", in: session)
        try BreakFinding.require(failure == nil, "what was loaded is not saved: \(failure ?? "")")
        let other = try shown("b = load_adapter(\(model), \"out\")", in: session)
        try BreakFinding.require(other == nil, "what was saved is not loaded: \(other ?? "")")
        return .accepted
      }
      return .refused
    }
  }

  /// A config.json with its weights: loaded, asked for its parts, saved and loaded again.
  package static let modelFolder = FuzzTarget(
    name: "model-folder",
    seeds: saved(
      ["net", "small", "linear(3, 2)", "mlp([3, 3, 2], activation=gelu)"],
      ["config.json", "model.safetensors"]),
    words: folderWords
  ) { bytes in
    try loaded(bytes, ["config.json", "model.safetensors"]) { session in
      guard try shown("a = load(\"in\"); a; a.parameters", in: session) == nil else { return .refused }
      let failure = try shown("save(a, \"out\"); load(\"out\")", in: session)
      try BreakFinding.require(failure == nil, "what was loaded is not saved and loaded: \(failure ?? "")")
      return .accepted
    }
  }

  /// A Python text as `lint` reads it: every text is taken.
  package static let pythonFile = FuzzTarget(
    name: "python",
    seeds: [
      """
      from peft import LoraConfig, get_peft_model
      base = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-2-7b-hf")
      config = LoraConfig(r=64, lora_alpha=16, target_modules=["q_proj", "v_proj"], use_rslora=False)
      model = get_peft_model(base, config)
      args = TrainingArguments(output_dir="out", learning_rate=2e-4, max_steps=10)
      Trainer(model=model, args=args, train_dataset=d).train()
      """,
      """
      def config(r: int = 8, **more) -> "LoraConfig":
          '''A configuration.'''
          return LoraConfig(r=r, lora_alpha=2 * r, **more)  # twice
      for r in (4, 16):
          for a in [r, r * 2]: runs.append(config(r=r, lora_alpha=a, target_modules=f"{a}_proj"))
      """,
      "ranks = {'q': 8, \"v\": 16}\nx = LoraConfig(rank_pattern=ranks, lora_alpha=ranks['q'] ** 2 if True else 1)\n",
    ].map { Array($0.utf8) },
    words: [
      "LoraConfig(", "SFTConfig(", "r=", "lora_alpha=", "use_rslora=True", ")", "(", "[", "]", "{", "}", ",",
      "=", ":", "\n",
      "\n    ", "\t", "\\\n", "'''", "\"\"\"", "f\"{", "}\"", "#", "def f(", "class A:", "lambda x:", "if ",
      "else:", "for x in ",
      "return ", "import ", "from ", " as ", "**", "*", "//", "1e999", "0x1F", "1_000", "1j", "None", "True",
      "learning_rate=",
      "é", "漢", "\0", "\r", "\u{FEFF}", "\u{1B}[31m", "@", "->", ":=", "...", "not ", "%", "b'", "r\"", ";",
      "LoraConfig",
    ]
  ) { bytes in
    guard let text = String(validating: bytes, as: UTF8.self) else { return .refused }
    let reports = (0..<2).map { _ in LintFile.report(python: text, title: "a.py").text() }
    try BreakFinding.require(reports[0] == reports[1], "read twice, the reports differ")
    try BreakFinding.require(reports[0].utf8.count <= 4000 * (bytes.count + 10), "a report without end")
    return .accepted
  }

  // MARK: Folders of two files

  /// Two files in one input: how long the first is, a line break, both.
  private static func joined(_ files: [[UInt8]]) -> [UInt8] {
    Array("\(files[0].count)\n".utf8) + files[0] + files[1]
  }

  private static func saved(_ values: [String], _ names: [String]) -> [[UInt8]] {
    let folder = "\(NSTemporaryDirectory())/ranklab-break-\(UUID().uuidString)"
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let session = Session(environment: Environment(workingFolder: folder))
    session.execute(Source(base)) { _ in }
    return values.enumerated().compactMap { number, value in
      session.execute(Source("save(\(value), \"f\(number)\")")) { _ in }
      let files = names.compactMap { FileManager.default.contents(atPath: "\(folder)/f\(number)/\($0)") }
      return files.count == 2 ? joined(files.map { Array($0) }) : nil
    }
  }

  /// Writes a file and does not wait for the disk, as Foundation would.
  private static func write(_ bytes: [UInt8], to path: String) throws {
    guard let file = fopen(path, "w") else { throw CocoaError(.fileWriteUnknown) }
    let count = fwrite(bytes, 1, bytes.count, file)
    guard fclose(file) == 0, count == bytes.count else { throw CocoaError(.fileWriteUnknown) }
  }

  /// Writes the two files of an input into the folder `in`, and runs `body` with a session beside it.
  private static func loaded(
    _ bytes: [UInt8], _ names: [String], _ body: (Session) throws -> Outcome
  ) throws -> Outcome {
    let parts = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let length = Int(String(decoding: parts[0], as: UTF8.self)),
      (0...parts[1].count).contains(length)
    else { return .refused }
    let folder =
      "\(NSTemporaryDirectory())/ranklab-break-\(ProcessInfo.processInfo.processIdentifier)-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder + "/in", withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (name, content) in zip(names, [parts[1].prefix(length), parts[1].dropFirst(length)]) {
      try write(Array(content), to: "\(folder)/in/\(name)")
    }
    let session = Session(environment: Environment(memory: 128e6, workingFolder: folder))
    session.execute(Source(base)) { _ in }
    return try body(session)
  }
}
