// How values show themselves in 60, 80 and 200 columns, by the way that the prompt takes.
import Display
import Foundation
import Interpreter
import Language
import Notebook
import TestSupport
import Testing
import Text
import Workbench

@Suite struct ValueDisplayTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Values")

  static let setup = """
    net = mlp([16, 16, 16], activation=relu, seed=1)
    drift = teacher(net, shift=0.1, noise=0.05, tail=0.5)
    base = transformer(layers=2, width=32, heads=4, context=16, seed=0)
    m = attach(net, lora(r=4, alpha=8))
    crash = train(m, drift, steps=60, lr=30, optimizer=sgd, schedule=ramp)
    run = train(m, drift, steps=60, lr=2e-3)
    pairs = [lora(r=16, alpha="r", scaling=rslora, init=gaussian), lora(r=16, alpha=8, scaling=rslora, init=gaussian), lora(r=16, alpha=32, scaling=lora, init=gaussian)]
    """

  /// The name of each snapshot, and the cell that shows it.
  static let cells: [(name: String, code: String)] = [
    ("model", "base"),
    ("adapted-model", "attach(base, lora(r=8, alpha=16, targets=[\"q_proj\", \"v_proj\", \"down_proj\"]))"),
    ("adapter", "lora(r=64, alpha=128, targets=[\"q_proj\", \"v_proj\"], scaling=rslora, dropout=0.05)"),
    ("trained-adapter", "run.adapter"),
    ("run", "run"), ("diverged-run", "crash"), ("runs", "[run, crash]"),
    ("comparison", "compare(net, drift, pairs, lr=[0.01, 0.1], seeds=3, steps=30)"),
    ("frontier", "stability(net, drift, pairs, r=[2, 8, 32], seeds=2, steps=20, optimizer=sgd)"),
    (
      "map",
      "stability(net, drift, pairs[2], r=[2, 8, 32], lr=[0.1, 1, 10], seeds=2, steps=20, optimizer=sgd)"
    ),
    (
      "tuning",
      "tune(net, drift, pairs[0], lr=100, factor=10, seeds=2, steps=20, optimizer=sgd, transfer=[2])"
    ),
    ("plot", "plot run, crash, y=log"), ("histogram", "histogram(run.loss)"),
    ("histogram-crash", "histogram(crash.loss)"),
    (
      "plot-rates",
      "plot compare(net, drift, pairs, lr=[1e-3, 0.01, 0.1, 1], seeds=3, steps=30, optimizer=sgd)"
    ),
    (
      "plot-ranks",
      "plot compare(net, drift, [lora(r=r, alpha=8, scaling=lora) for r in [2, 8, 16]], lr=0.01, seeds=3, steps=30)"
    ),
    (
      "plot-tuning",
      "plot tune(net, drift, pairs[0], lr=10, factor=10, seeds=2, steps=20, optimizer=sgd, until=best)"
    ),
    ("vars", "vars"),
  ]

  @Test(arguments: [60, 80, 200])
  func snapshots(_ width: Int) throws {
    let session = Session()
    let ready = session.execute(Source(Self.setup)) { _ in }
    #expect(ready.diagnostic == nil)
    for (name, code) in Self.cells {
      var events: [Event] = []
      let result = session.execute(Source(code)) { events.append($0) }
      #expect(result.diagnostic == nil, "\(name)")
      for unicode in [true, false] {
        let options = RenderOptions(width: width, unicode: unicode)
        let shown = events.compactMap { text(of: $0, options) }.joined(separator: "\n")
        try expect(shown, is: "\(name)-\(width)-\(unicode ? "unicode" : "ascii")")
        // Lists are echoed as code, which is never broken.
        for line in shown.split(separator: "\n") where name != "runs" {
          #expect(line.displayWidth <= width, "\(name), \(width) columns:\n\(line)")
        }
        #expect(unicode || shown.allSatisfy(\.isASCII), "\(name)")
        #expect(name == "map" || !shown.contains("?"), "\(name)")
      }
    }
  }

  /// What tells rows apart is whole at every width: no two adapters of a comparison look the same.
  @Test(arguments: [40, 50, 60, 80, 200])
  func adaptersAreToldApart(_ width: Int) throws {
    let session = Session()
    var events: [Event] = []
    session.execute(Source(Self.setup + "\ncompare(net, drift, pairs, seeds=2, steps=5)")) {
      events.append($0)
    }
    let options = RenderOptions(width: width, unicode: true)
    let shown = events.compactMap { text(of: $0, options) }.joined(separator: "\n")
    for word in ["alpha=r", "alpha=8", "alpha=32"] { #expect(shown.contains(word), "\(shown)") }
    for line in shown.split(separator: "\n") { #expect(line.displayWidth <= width, "\(line)") }
  }

  /// Compares with Values/`name`.txt; UPDATE_EXPECTATIONS=1 rewrites it.
  private func expect(_ text: String, is name: String) throws {
    let file = Self.folder.appending(path: name + ".txt")
    #expect(try ExpectedText.difference(text + "\n", from: file) == nil)
  }
}
