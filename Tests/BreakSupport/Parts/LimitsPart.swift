// The part `limits`: the program with little of what the system gives: memory, stack, files, their length.
package import TestSupport

package final class LimitsPart: BreakPart {
  package static let name = "limits"
  package static let sentence =
    "programs under limits of memory, stack, open files and the length of files; failed: an end by a signal, a report of a crash, or an "
    + "end with an error and no words"
  package static let shortCount = 12
  package static let patience: UInt32 = 120

  private let bench: BreakBench

  package init(_ bench: BreakBench) { self.bench = bench }

  private static let programs = [
    "1 + 1",
    "net = mlp([2048, 2048]); r = pretrain(net, teacher(net), steps=2); r.loss[0] > 0",
    "net = mlp([4096, 4096, 4096]); net",
    "t = transformer(layers=4, width=512, heads=8); m = attach(t, lora(r=64)); r = train(m, language(1), steps=1)",
    "net = mlp([64, 64]); c = compare(net, teacher(net), lora(r=2), steps=20, seeds=3, file=\"grid.json\"); c",
    "net = mlp([512, 512]); save(net, \"model\"); n = load(\"model\"); n",
    "net = mlp([256, 256]); m = attach(net, lora(r=64)); save(m, \"adapter\"); load_adapter(net, \"adapter\")",
    "def f(x) { f(x + 1) }; f(0)",
    "x = 1; for i in range(300) { x = [x] }",
    "((((((((((((((((((((((((((((((((((((((((1))))))))))))))))))))))))))))))))))))))))",
    "a = [1]; for i in range(60) { a = a + [a] }; len(str(a))",
    "x = range(1000000); y = x + x + x + x; len(y)",
    "save(plot(range(100000)), \"c.svg\"); save(plot(range(100000)), \"c.csv\")",
    "merge(attach(mlp([1500, 1500]), lora(r=200)))",
    "explain(lora(), mlp([64, 64]), teacher(mlp([64, 64])), r=[2, 8], seeds=2)",
    "help; ?train; vars",
  ]

  package func input(_ random: inout SeededGenerator) -> [UInt8] {
    let limit =
      switch Int.random(in: 0..<5, using: &random) {
      case 0: "ulimit -v \(Int.random(in: 400_000..<1_200_000, using: &random))"
      case 1: "ulimit -d \(Int.random(in: 400_000..<1_200_000, using: &random))"
      case 2: "ulimit -s \(Int.random(in: 128..<8192, using: &random))"
      case 3: "ulimit -f \(Int.random(in: 0..<4000, using: &random))"
      default: "ulimit -n \(Int.random(in: 6..<40, using: &random))"
      }
    return Array("\(limit)\n\(Self.programs.randomElement(using: &random) ?? "1")".utf8)
  }

  package func attempt(_ input: [UInt8]) throws -> String {
    let parts = String(decoding: input, as: UTF8.self).split(separator: "\n", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { throw BreakFinding("an input is a limit and a program") }
    try bench.clear()
    let result = try bench.run(
      ["-c", parts[1]], limits: parts[0], environment: ["RANKLAB_THREADS": "2"], seconds: 60)
    guard let exit = result.exit else { throw BreakFinding("\(parts[0]): no end within 60 s") }
    let words = result.words
    for mark in ["Program crashed", "Fatal error", "Backtracing"] where words.contains(mark) {
      throw BreakFinding("\(parts[0]): \(mark): \(words.prefix(300))")
    }
    guard case .code(let code) = exit, [0, 1, 65, 66].contains(code) else {
      throw BreakFinding("\(parts[0]): it ended with \(exit): \(words.prefix(300))")
    }
    try BreakFinding.require(code == 0 || words.contains("error"), "\(parts[0]): code \(code) without a word")
    return "\(parts[0].split(separator: " ")[1]) \(code == 0 ? "done" : "refused")"
  }
}
