// Folders that programs about models and adapters read: the fixtures, and adapters that were damaged.
import Foundation

enum AdapterSamples {
  private static let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  private static let fixtures = tests.appending(path: "Fixtures")

  /// Makes the fixtures readable as `Tests/Fixtures` in a folder.
  static func linkTests(in folder: URL) throws {
    try FileManager.default.createSymbolicLink(
      at: folder.appending(path: "Tests"), withDestinationURL: tests)
  }

  /// Puts into a folder: `damaged/` with one folder for each fault; `hf/tokenizer.json` and `rows.jsonl`.
  static func write(to folder: URL) throws {
    let files = FileManager.default
    try files.createDirectory(at: folder.appending(path: "hf"), withIntermediateDirectories: true)
    try files.copyItem(
      at: fixtures.appending(path: "tokenizers/gpt2.json"), to: folder.appending(path: "hf/tokenizer.json"))
    try files.copyItem(
      at: fixtures.appending(path: "examples.jsonl"), to: folder.appending(path: "rows.jsonl"))
    try damaged("swapped", folder) { _, tensors in
      try header(&tensors) {
        $0.replacing("lora_A", with: "lora_X").replacing("lora_B", with: "lora_A").replacing(
          "lora_X", with: "lora_B")
      }
    }
    try damaged("rank", folder) { text, _ in text = text.replacing("\"r\": 9", with: "\"r\": 16") }
    try damaged("no-flag", folder) { text, _ in text = text.replacing("\"use_rslora\": true,", with: "") }
    try damaged("pattern", folder) { text, _ in
      text = text.replacing("\"rank_pattern\": {}", with: "\"rank_pattern\": {\"k_prj\": 2}")
    }
    try damaged("field", folder) { text, _ in
      text = text.replacing("\"r\": 9", with: "\"r\": 9, \"use_new\": true")
    }
    try damaged("text-target", folder) { text, _ in
      text = text.replacing(
        try Regex(#""target_modules": \[[^\]]*\]"#), with: #""target_modules": ".*(q|v)_proj""#)
    }
    try damaged("cut", folder) { _, tensors in tensors = tensors.prefix(tensors.count - 64) }
    try damaged("half", folder) { _, tensors in
      try header(&tensors) {
        $0.replacing("layers.1.self_attn.q_proj.lora_B", with: "layers.1.self_attn.q_proj.lora_C")
      }
    }
  }

  /// Puts into a folder: `damaged/` with adapters that other programs would write.
  static func writeForeign(to folder: URL) throws {
    try damaged("unstated", folder) { text, _ in
      text = text.replacing("\"use_rslora\": true,", with: "")
      text = text.replacing(try Regex(#""(r|lora_alpha)": \d+,"#), with: "")
    }
    try damaged("named", folder) { _, tensors in
      try header(&tensors) {
        $0.replacing("lora_A.weight", with: "lora_A.default.weight").replacing(
          "lora_B.weight", with: "lora_B.default.weight")
      }
    }
    try damaged("bare", folder) { _, tensors in
      try header(&tensors) { $0.replacing("base_model.model.", with: "") }
    }
    try damaged("pickle", folder) { _, _ in }
    let pickle = folder.appending(path: "damaged/pickle")
    try FileManager.default.moveItem(
      at: pickle.appending(path: "adapter_model.safetensors"), to: pickle.appending(path: "adapter_model.bin")
    )
  }

  /// Puts `long.jsonl`, whose every second prompt has 100 bytes, and rows with more in their turns than roles and contents.
  static func writeRows(to folder: URL) throws {
    let long = (0..<8).map { i in
      let prompt = String(repeating: "p", count: i.isMultiple(of: 2) ? 100 : 40 + i)
      return #"{"prompt": "\#(prompt)", "completion": " and an end"}"#
    }
    let assistant = #""role": "assistant", "content": "hello""#
    let turns = [
      #"{"messages": [{"role": "user", "content": "hi", "name": "ann", "weight": 1}, {\#(assistant), "thinking": "hm", "tool_calls": [], "weight": 0}, {\#(assistant), "weight": 1}], "id": 7}"#,
      #"{"messages": [{\#(assistant), "reasoning_content": "well"}]}"#,
      #"{"messages": [{"role": "user", "content": "hi"}, {\#(assistant)}]}"#,
    ]
    let files = [
      "long.jsonl": long, "turns.jsonl": turns,
      "null.jsonl": [#"{"messages": [{"role": "assistant", "content": null, "tool_calls": [{}]}]}"#],
      "weight.jsonl": [#"{"messages": [{\#(assistant), "weight": 0.5}]}"#],
    ]
    for (name, lines) in files {
      try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: folder.appending(path: name))
    }
  }

  /// A copy of an rsLoRA adapter of rank 9 that is changed.
  private static func damaged(
    _ name: String, _ folder: URL, _ change: (inout String, inout Data) throws -> Void
  ) throws {
    let (source, target) = (
      fixtures.appending(path: "adapters/rslora"), folder.appending(path: "damaged/\(name)")
    )
    try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
    var text = try String(contentsOf: source.appending(path: "adapter_config.json"), encoding: .utf8)
    var tensors = try Data(contentsOf: source.appending(path: "adapter_model.safetensors"))
    try change(&text, &tensors)
    try Data(text.utf8).write(to: target.appending(path: "adapter_config.json"))
    try tensors.write(to: target.appending(path: "adapter_model.safetensors"))
  }

  /// Changes the header of a safetensors file, whose length stays.
  private static func header(_ data: inout Data, _ change: (String) -> String) throws {
    let count = data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let text = String(decoding: data[8..<8 + count], as: UTF8.self)
    let changed = Data(change(text).utf8)
    data.replaceSubrange(8..<8 + count, with: changed)
    for i in 0..<8 { data[i] = UInt8(truncatingIfNeeded: changed.count >> (8 * i)) }
  }
}
