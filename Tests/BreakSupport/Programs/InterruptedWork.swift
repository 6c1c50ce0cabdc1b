// Kinds of work that go on for long: what Ctrl-C is tried on.

/// Cells that make what the work needs, and the cell of the work, which would not end by itself within minutes.
struct InterruptedWork {
  let name: String
  let setup: [String]
  let cell: String

  private init(_ name: String, _ cell: String) { self.init(name, [], cell) }

  private init(_ name: String, _ setup: [String], _ cell: String) {
    self.name = name
    self.setup = setup
    self.cell = cell
  }

  /// Again and again: for work that is done in a moment.
  private static func again(_ cell: String) -> String { "for i in range(1000000) { \(cell) }" }

  private static let network = ["net = mlp([256, 256, 256]); d = teacher(net)"]
  private static let large = "net = mlp([3000, 3000, 3000])"
  private static let numbers = ["x = [sqrt((i * 7919) % 1000003) for i in range(300000)]"]
  private static let shared = "a = [1]; for i in range(60) { a = a + [a] }"

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
    InterruptedWork("text of bytes", again("d = text(\"long.txt\")")),
    InterruptedWork("text of characters", again("d = text(\"long.txt\", level=character)")),
    InterruptedWork("rows", again("d = jsonl(\"long.jsonl\")")),
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
  ]

  /// Ten million characters.
  static var text: String { String(repeating: "ranks and scaling, réglage, ", count: 350_000) }

  static var rows: String {
    (0..<50_000).map { "{\"prompt\": \"what is \($0)\", \"completion\": \"a number, and a long one\"}\n" }
      .joined()
  }
}
