// Kinds of work that go on for long: what Ctrl-C is tried on.
import Foundation
import TestSupport

/// Cells that make what the work needs, and the cell of the work, which would not end by itself within minutes.
struct InterruptedWork {
  /// A file that work reads, with what makes its content.
  enum Input: String {
    case text = "long.txt"
    case longText = "longer.txt"
    case rows = "long.jsonl"
    case tokenizer = "tokenizer.json"
  }

  /// Where the work is done.
  enum Place {
    case prompt
    /// In a notebook that is run, or checked.
    case run, check
  }

  let name: String
  let place: Place
  let inputs: [Input]
  let setup: [String]
  let cell: String

  private init(_ name: String, _ cell: String, _ inputs: Input...) { self.init(name, [], cell, inputs) }

  private init(
    _ name: String, _ setup: [String], _ cell: String, _ inputs: [Input] = [], in place: Place = .prompt
  ) {
    self.name = name
    self.setup = setup
    self.cell = cell
    self.inputs = inputs
    self.place = place
  }

  /// Writes the files that it reads, where they are not there.
  func prepare(_ bench: BreakBench) throws {
    for input in inputs
    where !FileManager.default.fileExists(atPath: "\(bench.folder.path)/\(input.rawValue)") {
      try bench.folder.write(bytes: input.content, to: input.rawValue)
    }
  }

  /// As a notebook whose last cell is the work, behind a sentence that it begins.
  func notebook(beginning: String) -> String {
    (setup + [beginning + "; " + cell]).map { "```ranklab\n\($0)\n```\n" }.joined(separator: "\n")
  }

  /// Again and again: for work that is done in a moment.
  private static func again(_ cell: String) -> String { "for i in range(1000000) { \(cell) }" }

  private static let network = ["net = mlp([256, 256, 256]); d = teacher(net)"]
  private static let large = "net = mlp([3000, 3000, 3000])"
  private static let numbers = ["x = [sqrt((i * 7919) % 1000003) for i in range(300000)]"]
  private static let shared = "a = [1]; for i in range(60) { a = a + [a] }"
  private static let small = "net = transformer(layers=2, width=64, heads=2, context=32, vocab=256)"

  static let all = [
    InterruptedWork("loop", again("x = i * i")),
    InterruptedWork("comprehension", again("x = [k * k for k in range(100000)]")),
    InterruptedWork("recursion", ["def f(n) { if n < 1 { 0 } else { f(n - 1) } }"], again("f(100)")),
    InterruptedWork("sorted", numbers, again("y = sorted(x)")),
    InterruptedWork("sorted by a function", numbers + ["def f(v) { -v }"], again("y = sorted(x, key=f)")),
    InterruptedWork("text that grows", again("s = \"\"; for k in range(100000) { s = s + \"ab\" }")),
    InterruptedWork("characters", ["s = \"ab\"; for k in range(21) { s = s + s }"], again("c = s[1000]")),
    InterruptedWork(
      "text in text", ["s = \"a\"; for k in range(21) { s = s + s }", "t = s[0:1000000] + \"b\""],
      again("t in s")),
    InterruptedWork(
      "shared values", [shared, "b = a; \(shared)"], again("c = a == b; d = str(a); e = [a]; vars")),
    InterruptedWork("zip", numbers, again("y = zip(x, x, x); y = enumerate(x)")),
    InterruptedWork("shown lists", numbers, again("show({\"x\": x, \"y\": x})")),
    InterruptedWork("scaling table", again("scaling_table(r=range(1, 1000000))")),
    InterruptedWork("table", numbers, again("table(zip(x, x))")),
    InterruptedWork("chart", numbers, again("show(plot(x))")),
    InterruptedWork("histogram", numbers, again("show(histogram(x))")),
    InterruptedWork("chart as files", numbers, again("save(plot(x), \"c.svg\"); save(plot(x), \"c.csv\")")),
    InterruptedWork("language", again("d = language(i, vocab=100000)")),
    InterruptedWork("text of bytes", again("d = text(\"long.txt\")"), .text),
    InterruptedWork("text of characters", again("d = text(\"long.txt\", level=character)"), .text),
    InterruptedWork("long text", again("d = text(\"longer.txt\")"), .longText),
    InterruptedWork(
      "text of a tokenizer", ["t = load_tokenizer(\"tokenizer.json\")"],
      again("d = text(\"long.txt\", tokenizer=t)"), [.text, .tokenizer]),
    InterruptedWork(
      "encode",
      ["t = load_tokenizer(\"tokenizer.json\")", "s = \"ranks, \"; for k in range(18) { s = s + s }"],
      again("e = encode(t, s)"), [.tokenizer]),
    InterruptedWork(
      "decode", ["t = load_tokenizer(\"tokenizer.json\")", "e = [(i * 7) % 300 for i in range(300000)]"],
      again("s = decode(t, e)"), [.tokenizer]),
    InterruptedWork("load a tokenizer", again("t = load_tokenizer(\"tokenizer.json\")"), .tokenizer),
    InterruptedWork("rows", again("d = jsonl(\"long.jsonl\")"), .rows),
    InterruptedWork(
      "rows of a tokenizer", ["t = load_tokenizer(\"tokenizer.json\")"],
      again("d = jsonl(\"long.jsonl\", tokenizer=t)"), [.rows, .tokenizer]),
    InterruptedWork(
      "pretrain on a long text", ["net = transformer(layers=1, width=8, heads=1, context=8, vocab=256)"],
      again("r = pretrain(net, text(\"longer.txt\"), steps=1)"), [.longText]),
    InterruptedWork(
      "train on rows", [small, "m = attach(net, lora(r=2)); d = jsonl(\"long.jsonl\")"],
      again("r = train(m, d, steps=1)"), [.rows]),
    InterruptedWork("weights drawn", again(large)),
    InterruptedWork(
      "many layers", again("m = attach(transformer(layers=3000, width=16, heads=1), lora(r=1)); m")),
    InterruptedWork("pretrain", network, again("r = pretrain(net, d, steps=1000000)")),
    InterruptedWork(
      "train", network + ["m = attach(net, lora(r=8))"], again("r = train(m, d, steps=1000000)")),
    InterruptedWork(
      "train with probes", network + ["m = attach(net, lora(r=8))"],
      again("r = train(m, d, steps=1000000, probe_every=1)")),
    InterruptedWork(
      "train a transformer",
      ["m = attach(transformer(layers=4, width=256, heads=4, context=128), lora(r=8)); d = language(1)"],
      again("r = train(m, d, steps=1000000)")),
    InterruptedWork(
      "compare", network, again("c = compare(net, d, [lora(r=4), lora(r=8)], seeds=1000, steps=200)")),
    InterruptedWork(
      "compare into a file", network,
      again("c = compare(net, d, [lora(r=4), lora(r=8)], seeds=1000, steps=200, file=\"grid.json\")")),
    InterruptedWork("stability", network, again("s = stability(net, d, lora(alpha=8), steps=400, seeds=20)")),
    InterruptedWork("tune", network, again("t = tune(net, d, lora(r=4), steps=2000)")),
    InterruptedWork("PiSSA's start", [large], again("m = attach(net, lora(r=16, init=pissa))")),
    InterruptedWork("OLoRA's start", [large], again("m = attach(net, lora(r=16, init=olora))")),
    InterruptedWork("DoRA's start", [large], again("m = attach(net, lora(r=16, use_dora=True))")),
    InterruptedWork("merge", [large, "m = attach(net, lora(r=64))"], again("n = merge(m)")),
    InterruptedWork("save a model", [large], again("save(net, \"model\", overwrite=True)")),
    InterruptedWork(
      "load a model", [large, "save(net, \"model\", overwrite=True)"], again("n = load(\"model\")")),
    InterruptedWork(
      "save an adapter", [large, "m = attach(net, lora(r=512))"],
      again("save(m, \"adapter\", overwrite=True)")),
    InterruptedWork(
      "load an adapter", [large, "m = attach(net, lora(r=512)); save(m, \"adapter\", overwrite=True)"],
      again("n = load_adapter(net, \"adapter\")")),
    InterruptedWork(
      "doctor", [large, "m = attach(net, lora(r=512)); save(m, \"adapter\", overwrite=True)"],
      again("doctor(\"adapter\", net)")),
    InterruptedWork(
      "export", [small, "m = attach(net, lora(r=8)); d = language(1, vocab=256)"],
      again("export(m, \"train.py\", data=d, steps=2000, overwrite=True)")),
    InterruptedWork(
      "export of rows", [small, "m = attach(net, lora(r=8)); d = jsonl(\"long.jsonl\")"],
      again("export(m, \"train.py\", data=d, steps=20, overwrite=True)"), [.rows]),
    InterruptedWork(
      "save a run",
      network + ["m = attach(net, lora(r=1))", "r = train(m, d, steps=3000, batch=1, eval_every=10)"],
      again("save(r, \"run.json\", overwrite=True)")),
    InterruptedWork(
      "load a run",
      network + [
        "m = attach(net, lora(r=1))", "r = train(m, d, steps=3000, batch=1, eval_every=10)",
        "save(r, \"run.json\")",
      ],
      again("n = load(\"run.json\")")),
    InterruptedWork(
      "lint", network + ["m = attach(net, lora(r=64))"], again("lint(m, data=d, lr=1)")),
    InterruptedWork(
      "explain", network, again("e = explain(lora(r=1), net, d, r=[1, 2, 4, 8], seeds=20)")),
    InterruptedWork(
      "advise", network, again("a = advise(net, d, steps=100000)")),
    InterruptedWork(
      "a notebook's cell", network + ["m = attach(net, lora(r=8))"], again("r = train(m, d, steps=1000000)"),
      in: .run),
    InterruptedWork("a loop in a notebook", [], again("x = i * i"), in: .run),
    InterruptedWork(
      "a notebook that is checked", network + ["m = attach(net, lora(r=8))"],
      again("r = train(m, d, steps=1000000)"), in: .check),
  ]
}

extension InterruptedWork.Input {
  fileprivate var content: [UInt8] {
    switch self {
    case .text: Array(Self.words(350_000).utf8)
    case .longText: Array(Self.words(2_000_000).utf8)
    case .rows:
      Array(
        (0..<50_000).map { "{\"prompt\": \"what is \($0)\", \"completion\": \"a number, and a long one\"}\n" }
          .joined().utf8)
    case .tokenizer: FuzzFixture.file("tokenizers/gpt2.json")
    }
  }

  /// Thirty bytes for each.
  private static func words(_ count: Int) -> String {
    String(repeating: "ranks and scaling, réglage, ", count: count)
  }
}
