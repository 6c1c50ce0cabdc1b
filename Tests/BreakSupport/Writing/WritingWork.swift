// Everything that writes, as runs of the program: what it writes over, and what may stand there afterwards.
import Foundation

/// One kind of writing; each run of it stands for itself.
enum WritingWork: String, CaseIterable {
  case adapter, adapters, model, export, value, chart, grid, map, cache, session, check, checkpoints

  /// Microseconds after the start in which the kill falls: as long as the work takes on a machine that has other work.
  var window: Int {
    switch self {
    case .adapter, .adapters, .model, .value, .chart: 400_000
    case .export, .grid, .map, .cache, .checkpoints: 900_000
    case .session, .check: 300_000
    }
  }

  private static let nets = """
    net = mlp([8, 8], seed=0); other = mlp([8, 8], seed=1, activation=gelu)
    a = attach(net, lora(r=1, alpha=2)); b = attach(net, lora(r=1, alpha=512, scaling=rslora))
    ra = train(a, teacher(net), steps=3); rb = train(b, teacher(net), steps=4)
    """
  private static let small = """
    base = transformer(layers=1, width=16, heads=2, context=8, vocab=16); task = language(1, vocab=16)
    s = attach(base, lora(r=2)); u = attach(base, lora(r=4, alpha=64))
    x = train(s, task, steps=3); y = train(u, task, steps=5)
    """
  private static let regression = "net = mlp([8, 8], seed=0); drift = teacher(net, shift=0.1)"
  private static let comparison =
    regression
    + "\nc = compare(net, drift, [lora(r=2), lora(r=4)], seeds=6, steps=1500, file=\"out.json\"); c.ratio; c.final_losses"
  private static let stability =
    regression
    + "\nm = stability(net, drift, lora(), r=[2, 4], lr=[0.1, 1, 10], seeds=3, steps=600, optimizer=sgd, file=\"out.json\"); m.final_loss"
  private static let pretraining =
    "net = mlp([32, 32, 32], seed=0); r = pretrain(net, teacher(net), steps=400); r.loss[-1]; r.grad_norm[-1]"

  /// A run with everything that its bits depend on, and checkpoints of which few stay.
  private static func training(_ arguments: String) -> String {
    """
    base = transformer(layers=1, width=32, heads=2, context=16, vocab=16, seed=0)
    m = attach(base, lora(r=4, dropout=0.1)); task = language(1, vocab=16)
    run = train(m, task, steps=240, batch=4, schedule=cosine, warmup=20, clip=0.5, eval_every=40, probe_every=60, load_best=True, output_dir="out", save_steps=20\(arguments))
    save(run, "out.json"); save(m, "final"); run.final_loss; run.best_step; run.grad_norm[-1]
    """
  }
  /// The beginning of that run, of which nothing but a checkpoint is there.
  private static let first = training(", stop=20").split(separator: "\n").dropLast().joined(separator: "\n")
  private static let resumed = training(", save_total_limit=2, resume_from_checkpoint=True")

  private func saving(_ cells: [String], times: Int = 200) -> [String] {
    [
      "-c",
      "\(self == .export ? Self.small : Self.nets)\nfor i in range(\(times)) {\n\(cells.joined(separator: "\n"))\n}",
    ]
  }

  /// What is saved over each other; the adapters' own folders differ in both files.
  private var cells: [String] {
    switch self {
    case .adapter: ["save(a, \"out\")", "save(b, \"out\")"]
    case .adapters: ["two(a).save_pretrained(\"out\")", "two(b).save_pretrained(\"out\")"]
    case .model: ["save(net, \"out\")", "save(other, \"out\")"]
    case .export: ["export(s, \"out.py\")", "export(u, \"out.py\")"]
    case .value: ["save(ra, \"out.json\")", "save(rb, \"out.json\")"]
    case .chart: ["save(plot(ra), \"out.svg\")", "save(plot(rb), \"out.svg\")"]
    case .grid, .map, .cache, .session, .check, .checkpoints: []
    }
  }

  private static let two = "def two(m) { attach(m, lora(r=2), name=\"b\") }\n"

  /// The work that is killed.
  var arguments: [String] {
    switch self {
    case .adapter, .model, .value, .chart, .export: saving(cells)
    case .adapters: ["-c", Self.two + saving(cells)[1]]
    case .grid: ["-c", Self.comparison]
    case .map: ["-c", Self.stability]
    case .cache: ["-c", Self.pretraining]
    case .session: ["run", "cells.md"]
    case .check: ["check", "--update", "out.md"]
    case .checkpoints: ["-c", Self.resumed]
    }
  }

  /// Runs that each leave one of the states in which a kill may leave the outputs, in order: the first is the state before.
  var making: [[String]] {
    switch self {
    case .adapter, .model, .value, .chart, .export: cells.map { saving([$0], times: 1) }
    case .adapters: cells.map { ["-c", Self.two + saving([$0], times: 1)[1]] }
    case .grid, .map, .cache, .session: [arguments]
    case .check: [["-c", "1"], arguments]
    case .checkpoints:
      [["-c", Self.first], ["-c", Self.training(", save_total_limit=2")], ["-c", Self.training("")]]
    }
  }

  /// Whether there is nothing before.
  var startsWithNothing: Bool {
    switch self {
    case .adapter, .adapters, .model, .export, .value, .chart, .check, .checkpoints: false
    case .grid, .map, .cache, .session: true
    }
  }

  /// The run after the kill.
  var following: [String] {
    switch self {
    case .adapter, .adapters, .model, .export, .value, .chart: making[0]
    case .grid, .map, .cache, .session, .check, .checkpoints: arguments
    }
  }

  /// Files and folders that it writes.
  var outputs: [String] {
    switch self {
    case .adapter, .adapters, .model: ["out"]
    case .export: ["out.py", "out_data.jsonl", "out_adapter", "out_base"]
    case .value, .grid, .map: ["out.json"]
    case .chart: ["out.svg"]
    case .cache: ["cache"]
    case .session: ["out.rank"]
    case .check: ["out.md"]
    case .checkpoints: ["out", "out.json", "final"]
    }
  }

  var usersFiles: [String: String] {
    switch self {
    case .adapter, .adapters, .model:
      [
        "out/README.md": "mine", "out/tokenizer.json": "{}", "out/checkpoint-5/x": "of step 5",
        "out/checkpoint-5/deep/y": "deep",
      ]
    case .checkpoints: ["out/README.md": "mine", "out/checkpoint-7/x": "of step 7"]
    case .export, .value, .chart, .grid, .map, .cache, .session, .check: [:]
    }
  }

  /// What the work reads.
  var setup: [String: String] {
    switch self {
    case .session:
      [
        "cells.md": (0..<60).map {
          "```ranklab\nx\($0) = \($0)\n```\n\n```ranklab\nsave session, \"out.rank\"\n```\n"
        }
        .joined(separator: "\n")
      ]
    case .check:
      ["out.md": (0..<40).map { "```ranklab\n6 * \($0)\n```\n\n```out\n?\n```\n" }.joined(separator: "\n")]
    case .adapter, .adapters, .model, .export, .value, .chart, .grid, .map, .cache, .checkpoints: [:]
    }
  }

  /// One writing over the first state, for which a disk may have no room.
  var once: [String] {
    switch self {
    case .adapter, .adapters, .model, .export, .value, .chart: making[1]
    case .grid, .map, .cache, .session, .check, .checkpoints: arguments
    }
  }

  /// Throws where the files are none of the states. Of what grows, it must be a whole part of it: the run that follows tells
  /// by what it reads.
  func judge(_ found: [String: Data], among states: [[String: Data]]) throws {
    var found = found
    for (name, text) in usersFiles {
      try BreakFinding.require(
        found[name] == Data(text.utf8), "`\(name)` is the user's and is gone or another")
      found[name] = nil
    }
    switch self {
    case .adapter, .adapters, .model, .value, .chart, .check:
      // A run's own times are no part of what it is.
      let seen = self == .value ? found.mapValues(Self.withoutTimes) : found
      let allowed = self == .value ? states.map { $0.mapValues(Self.withoutTimes) } : states
      if allowed.contains(seen) { return }
      let torn = seen.filter { file in !allowed.contains { $0[file.key] == file.value } }
      throw BreakFinding(
        torn.isEmpty
          ? "old and new are mixed: \(seen.keys.sorted().joined(separator: ", "))"
          : "neither old nor new: \(torn.keys.sorted().joined(separator: ", "))")
    case .export:
      // Its parts are put in place one after the other; the files of each part belong together.
      for part in outputs {
        func own(_ files: [String: Data]) -> [String: Data] {
          files.filter { $0.key == part || $0.key.hasPrefix(part + "/") }
        }
        try BreakFinding.require(states.map(own).contains(own(found)), "`\(part)` is neither old nor new")
      }
    case .grid, .map:
      for (name, data) in found {
        let isWhole = (try? JSONSerialization.jsonObject(with: data)) != nil
        try BreakFinding.require(isWhole, "`\(name)` is no JSON")
      }
    case .session:
      let whole = states.last?["out.rank"] ?? Data()
      guard let data = found["out.rank"] else { return }
      try BreakFinding.require(
        whole.starts(with: data) && data.last == UInt8(ascii: "\n"), "`out.rank` is no part of the session")
    case .cache: break
    case .checkpoints: try judgeCheckpoints(found, among: states)
    }
  }

  /// Every checkpoint is one that the run without a break wrote, whole; what the run leaves at its end is the same to the
  /// byte. Only how many checkpoints stay is its own.
  private func judgeCheckpoints(_ found: [String: Data], among states: [[String: Data]]) throws {
    let folders = Dictionary(grouping: found.keys) { name in
      name.split(separator: "/").prefix(name.hasPrefix("out/") ? 2 : 1).joined(separator: "/")
    }
    // What is not finished has another name.
    for (folder, names) in folders where !folder.hasPrefix("out/.") {
      func own(_ files: [String: Data]) -> [String: Data] {
        files.filter {
          ($0.key == folder || $0.key.hasPrefix(folder + "/")) && !$0.key.hasSuffix("/training_args.json")
        }
      }
      let isWhole = !folder.hasPrefix("out/") || names.contains("\(folder)/training_args.json")
      try BreakFinding.require(
        isWhole && states.map(own).contains(own(found)),
        "`\(folder)` is not as the run without a break wrote it")
    }
  }

  private static func withoutTimes(_ data: Data) -> Data {
    guard let value = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else { return data }
    let kept = value.filter { $0.key != "step_seconds" && $0.key != "times" }
    return (try? JSONSerialization.data(withJSONObject: kept, options: .sortedKeys)) ?? data
  }
}
