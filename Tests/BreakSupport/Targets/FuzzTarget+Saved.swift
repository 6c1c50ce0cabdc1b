// The reader of saved runs, comparisons, maps, frontiers and tunings as a target.

import Display
import Foundation
import Interpreter
import Language
import Workbench

extension FuzzTarget {
  /// A saved value: loaded at a prompt, shown, asked for its settings and saved again.
  package static let savedValue = FuzzTarget(
    name: "saved", seeds: savedSeeds(),
    words: jsonWords + [
      "\"format\":", "ranklab run 1", "ranklab comparison 1", "ranklab map 1", "ranklab frontier 1",
      "ranklab tuning 1", "ranklab run 2", "ranklab comparison 2", "ranklab map 2", "ranklab frontier 2",
      "ranklab tuning 2", "ranklab run 3", "ranklab comparison 3", "ranklab tuning 3", "\"settings\":",
      "\"betas\":", "\"optimizer\": \"adamw\"",
      "\"nan\"", "\"inf\"", "\"-inf\"", "1e308", "-1", "\"steps\":", "\"batch\":", "\"seeds\":", "\"ranks\":",
      "\"loss\":", "\"evaluations\":", "\"probes\":", "\"kind\": \"diverged\"", "\"exponent\":", "\"edges\":",
      "\"outcomes\": \"01.\"", "[]", "{}", "\"power\"", "\"2*r\"", "\"sgd\"", "\"momentum\":",
      "\"attempts\":",
    ]
  ) { bytes in
    guard !bytes.isEmpty else { return .refused }
    return try withScratchFile(bytes) { path in
      let session = Session()
      let failure = try shown("x = load(\"\(path)\"); x", in: session)
      guard failure == nil else { return .refused }
      // A tuning has no such field.
      _ = try shown("x.settings", in: session)
      for cell in ["save(x, \"\(path).json\")", "load(\"\(path).json\")"] {
        let failure = try shown(cell, in: session)
        try BreakFinding.require(failure == nil, "\(cell): \(failure ?? "")")
      }
      try FileManager.default.removeItem(atPath: path + ".json")
      return .accepted
    }
  }

  /// Runs a cell and draws what it shows; gives the title of its error, which must be one that has words.
  static func shown(_ cell: String, in session: Session) throws -> String? {
    let options = RenderOptions(width: 80, unicode: false)
    let result = session.execute(Source(cell)) { event in
      switch event {
      case .table(let table): _ = table.rendered(options)
      case .page(let page): _ = page.rendered(options)
      case .chart(let chart): _ = chart.rendered(options)
      case .heatMap(let map): _ = map.rendered(options)
      case .text, .note, .status, .progress, .diagnostic: break
      }
    }
    guard let title = result.diagnostic?.title else { return nil }
    try BreakFinding.require(!title.hasPrefix("unexpected error"), title)
    return title
  }

  /// One small value of each kind.
  private static func savedSeeds() -> [[UInt8]] {
    let folder = "\(NSTemporaryDirectory())/ranklab-fuzz-\(UUID().uuidString)"
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let session = Session(environment: Environment(workingFolder: folder))
    let cells = [
      "net = mlp([4, 4], seed=0); drift = teacher(net, shift=0.1, seed=0)",
      "m = attach(net, lora(r=2, alpha=\"2*r\", scaling=power(0.75)))",
      "save(train(m, drift, steps=3, lr=1, optimizer=sgd, probe_every=2, clip=0.5), \"a.json\")",
      "save(compare(net, drift, [lora(r=2), lora(alpha=\"r\")], seeds=2, steps=2), \"b.json\")",
      "save(stability(net, drift, lora(), r=[2, 4], lr=[1, 2], seeds=2, steps=2), \"c.json\")",
      "save(stability(net, drift, lora(), r=[2, 4], seeds=1, steps=2), \"d.json\")",
      "save(tune(net, drift, lora(r=2), seeds=1, steps=2), \"e.json\")",
    ]
    for cell in cells { session.execute(Source(cell)) { _ in } }
    return ["a", "b", "c", "d", "e"].compactMap { name in
      FileManager.default.contents(atPath: "\(folder)/\(name).json").map { Array($0) }
    }
  }
}
