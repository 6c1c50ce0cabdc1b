// What programs are written from: the table of commands, and what objects answer to.
import Fields
import Interpreter
import Language
import Workbench

/// The nouns of the language: commands as the table declares them, and the fields and methods of one object of each kind.
struct ProgramWords {
  /// The commands that a program may call by the table.
  let commands: [Command]
  /// For each kind of object, by name: its fields, and its methods.
  private(set) var fields: [String: [String]] = [:]
  private(set) var methods: [String: [Command]] = [:]

  /// A value of each kind, each in a name: what programs begin with, in part. The last ones take a hundred times as long as
  /// the first.
  static let beginnings: [(name: String, kind: String, cell: String)] = [
    ("net", "model", "net = mlp([4, 5, 3], seed=0)"),
    ("task", "data", "task = teacher(net, seed=0)"),
    ("m", "model", "m = attach(net, lora(r=2, alpha=4))"),
    ("result", "run", "result = train(m, task, steps=2, batch=2, probe_every=1)"),
    ("ad", "adapter", "ad = lora(r=2, alpha=\"2*r\", scaling=rslora)"),
    ("small", "model", "small = transformer(layers=1, width=8, heads=2, context=4, vocab=8)"),
    ("words", "data", "words = language(1, vocab=8)"),
    ("why", "explanation", "why = explain(lora(r=1), net, task, r=[1, 2], seeds=1)"),
    ("rule", "rule", "rule = power(0.75)"),
    ("picture", "chart", "picture = plot([1, 2, 4], y=log)"),
    ("faults", "report", "faults = lint(lora(r=64, alpha=1), lr=1)"),
    ("scores", "tensor", "scores = logits(net, task, batch=2)"),
    (
      "settings", "training arguments",
      "settings = TrainingArguments(max_steps=1, per_device_train_batch_size=2)"
    ),
    (
      "trainer", "trainer", "trainer = Trainer(attach(small, lora(r=1)), settings, train_dataset=words)"
    ),
    (
      "grid", "comparison",
      "grid = compare(net, task, [lora(r=1), lora(r=2, dora=True)], steps=1, seeds=2, batch=2)"
    ),
    (
      "area", "map",
      "area = stability(net, task, lora(), r=[1, 2], lr=[0.1, 1], seeds=1, steps=1, batch=2)"
    ),
    ("border", "frontier", "border = stability(net, task, lora(), r=[1, 2], seeds=1, steps=1, batch=2)"),
    (
      "tuned", "tuning",
      "tuned = tune(net, task, lora(r=1), attempts=2, steps=1, seeds=1, batch=2)"
    ),
  ]

  /// What would run other programs, ask for names of users' folders, or compute for minutes.
  private static let leftOut: Set = ["example", "threads", "quit", "exit"]

  init() {
    commands = CommandTable.standard.all.filter { command in
      !Self.leftOut.contains(command.name) && !command.name.hasSuffix("from_pretrained")
        && command.constant == nil
    }
    let session = Session(environment: Environment())
    for beginning in Self.beginnings {
      session.execute(Source(beginning.cell)) { _ in }
      guard case .object(let object)? = session.scope.value(beginning.name) else { continue }
      let kind = object.kind.name
      fields[kind] = object.fields.map { $0.name }
      methods[kind] = (object as? any MethodProvider)?.methods ?? []
    }
  }
}
