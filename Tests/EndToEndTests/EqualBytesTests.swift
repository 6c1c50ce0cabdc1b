// Equal runs are equal bytes: files that two processes wrote are compared as they are.
import Foundation
import TestSupport
import Testing

@Suite struct EqualBytesTests {
  private static let script = """
    net = mlp([8, 8, 8])
    drift = teacher(net, shift=0.3)
    m = attach(net, lora(r=2))
    run = train(m, drift, steps=30, probe_every=10)
    c = compare(net, drift, [lora(r=1), lora(r=4)], seeds=2, steps=20, file="grid.json")
    s = stability(net, drift, lora(), r=[2, 4], lr=[0.1, 1], seeds=2, steps=10, file="map.json")
    t = tune(net, drift, lora(r=2), seeds=1, steps=20)
    save(run, "run.json"); save(run, "run.csv"); save(c, "c.json"); save(c, "c.csv"); save(s, "s.json"); save(t, "t.json")
    save(plot(run), "run.svg"); save(plot(s), "s.txt"); save(m, "adapter"); save(net, "model")
    r = load("run.json")
    show(r.step_ms, r.tokens_per_s, run.step_ms > 0, run.tokens_per_s > 0)
    """

  @Test func filesOfEqualRunsAreEqual() throws {
    let (first, second) = (try Bench(), try Bench())
    for (bench, threads) in [(first, "1"), (second, "3")] {
      let result = try bench.run(script: Self.script, environment: ["RANKLAB_THREADS": threads])
      #expect(result.exit == .code(0), "\(result.errors)")
      #expect(result.output.lines.last == "None None True True")
    }
    let names = try FileManager.default.subpathsOfDirectory(atPath: first.folder.path)
      .filter {
        $0.hasSuffix(".json") || $0.contains(".csv") || $0.contains(".svg") || $0.contains(".txt")
          || $0.hasSuffix("safetensors")
      }
    #expect(names.count > 12, "\(names)")
    for name in names {
      let files = try [first, second].map { try Data(contentsOf: $0.folder.appendingPathComponent(name)) }
      #expect(files[0] == files[1], "\(name)")
    }
  }

  /// A grid that was stopped and went on is the grid that was made at once.
  @Test func aGridThatWentOnIsTheSameFile() throws {
    let bench = try Bench()
    func grid(_ steps: String, _ file: String) -> String {
      """
      net = mlp([8, 8]); drift = teacher(net, shift=0.3)
      c = compare(net, drift, [lora(r=1), lora(r=4)], seeds=4, steps=40\(steps), file="\(file)")
      """
    }
    #expect(try bench.run(script: grid("", "whole.json")).exit == .code(0))
    #expect(try bench.run(script: grid(", seconds=0.001", "cut.json")).exit == .code(0))
    #expect(try bench.run(script: grid("", "cut.json")).exit == .code(0))
    #expect(try bench.read("cut.json") == bench.read("whole.json"))
  }

  /// What was measured is there, and the shell learns that the file is not whole.
  @Test func aGridWhoseFileIsNotWholeEndsWithCodeOne() throws {
    let bench = try Bench()
    let script = """
      net = mlp([8, 8]); drift = teacher(net)
      c = compare(net, drift, [lora(r=1), lora(r=2), lora(r=4)], seeds=8, steps=40, file="grid.json")
      show(len(c.arms) > 0)
      """
    try bench.write(script, to: "x.rank")
    let terminal = try bench.shell(
      "trap '' XFSZ; ulimit -f 16; $RANKLAB run x.rank; echo code $?", columns: 200)
    #expect(try terminal.waitForExit() == .code(0))
    let text = terminal.screen.text
    #expect(
      text.contains("the comparison is not in the file. Make room or choose another folder."), "\(text)")
    #expect(text.hasSuffix("code 1"), "\(text)")
  }
}
