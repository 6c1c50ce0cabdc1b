// The part `threads`: the same program on other threads, in other languages and zones of time gives the same bytes.
package import TestSupport

package final class ThreadsPart: BreakPart {
  package static let name = "threads"
  package static let sentence =
    "programs on 1, 2, 3 and 7 threads, as a file, a text and standard input, in other locales and time zones; failed: one byte of standard "
    + "output that differs"
  package static let shortCount = 4
  package static let patience: UInt32 = 200

  private let bench: BreakBench

  package init(_ bench: BreakBench) { self.bench = bench }

  /// `R`, `S`, `L` and `N` stand for a rank, a seed, a learning rate and a number of steps.
  private static let programs = [
    "net = mlp([48, 48, 48]); m = attach(net, lora(r=R)); train(m, teacher(net), steps=N, lr=L, seed=S)",
    "net = mlp([64, 64]); m = attach(net, lora(r=R, use_dora=True)); r = train(m, teacher(net), steps=N, lr=L); r.loss",
    "net = mlp([64, 64]); m = attach(net, lora(r=R, lora_dropout=0.1)); r = train(m, teacher(net), steps=N, seed=S); r.loss",
    "net = mlp([64, 64]); m = attach(net, lora(r=R, init=pissa)); r = train(m, teacher(net), steps=N); r.loss",
    "net = mlp([64, 64]); m = attach(net, lora(r=R, init=olora)); r = train(m, teacher(net), steps=N); r.loss",
    "net = mlp([64, 64], seed=S); r = pretrain(net, teacher(net), steps=N); r.loss",
    "t = transformer(layers=1, width=32, heads=2, context=16, seed=S); r = pretrain(t, language(1), steps=N); r.loss",
    "t = transformer(layers=2, width=64, heads=4); m = attach(t, lora(r=R)); r = train(m, language(S), steps=N); r.loss",
    "t = transformer(layers=1, width=64, heads=4); m = attach(t, lora(r=R)); r = train(m, language(1), steps=N, probe_every=5); r.probes",
    "t = transformer(layers=1, width=64, heads=4); m = attach(t, lora(r=R, alpha=512)); plot(train(m, language(1), steps=N, optimizer=sgd, lr=1))",
    "net = mlp([32, 32]); compare(net, teacher(net), [lora(r=R), lora(r=4)], steps=N, lr=L, seeds=4)",
    "net = mlp([32, 32]); c = compare(net, teacher(net), lora(r=R), steps=N, lr=[L, 0.1], seeds=2); plot(c)",
    "net = mlp([32, 32]); s = stability(net, teacher(net), lora(alpha=8), r=[2, R], lr=logspace(0.01, 1, 4), steps=N, seeds=2); plot(s)",
    "net = mlp([32, 32]); tune(net, teacher(net), lora(r=R), steps=N, attempts=4)",
    "net = mlp([48, 48]); explain(lora(), net, teacher(net), r=[2, R], seeds=2)",
    "net = mlp([48, 48], seed=S); m = attach(net, lora(r=R)); r = train(m, teacher(net), steps=N); n = merge(m); histogram(n)",
    "d = language(S, shift=0.4, vocab=500); d; d.floor",
    "t = transformer(layers=1, width=32, heads=2); logits(t, language(S, vocab=64))",
    "scaling_table(r=[1, R, 3 * R], alpha=S); for r in [1, 2, R] { show(r, multiplier(scaling=rslora, r=r, alpha=16)) }",
    "net = mlp([64, 64]); m = attach(net, lora(r=R)); r = train(m, teacher(net), steps=N, lr=L); slope(range(1, N), r.loss[1:N])",
    "net = mlp([64, 64], seed=S); m = attach(net, lora(r=R)); r = train(m, teacher(net), steps=N); q = train(m, teacher(net), steps=N, resume=True); q.loss",
    "[round(sqrt(i) * S, 3) for i in range(R)]; sorted([str(i) for i in range(40)]); 1e300 * S",
    "net = mlp([64, 64]); m = attach(net, lora(r=R)); save(m, \"a\", overwrite=True); n = load_adapter(net, \"a\"); train(n, teacher(net), steps=N)",
    "net = mlp([300, 300]); save(net, \"n\", overwrite=True); k = load(\"n\"); r = train(attach(k, lora(r=R)), teacher(k), steps=N); r.loss",
    "net = mlp([64, 64]); r = train(attach(net, lora(r=R)), teacher(net, tail=0.5, noise=0.1), steps=N, schedule=cosine, warmup=3); r.loss",
    "net = mlp([64, 64]); r = train(attach(net, lora(r=R)), teacher(net), steps=N, batch=24, clip=0.5); r.loss",
    "net = mlp([64, 64]); r = train(attach(net, lora(r=R, bias=all)), teacher(net), steps=N, optimizer=sgd, momentum=0.9, lr=0.05); r.loss",
    "t = transformer(layers=1, width=64, heads=4, context=64); r = train(attach(t, lora(r=R)), language(1), steps=N, batch=16); r.loss",
    "m = attach(linear(64, 64), lora(r=R)); train(m, teacher(linear(64, 64)), steps=N)",
    "net = mlp([32, 32]); print(0.1 + 0.2, 1 / 3, 12345.678); table([[0.5, 1234567], [R, S]], [\"a\", \"b\"])",
  ]

  package func input(_ random: inout SeededGenerator) -> [UInt8] {
    let program = (Self.programs.randomElement(using: &random) ?? "1")
      .replacing(#/\b[RSLN]\b/#) { match in
        switch match.output {
        case "R": "\([1, 2, 4, 8, 16, 31].randomElement(using: &random) ?? 1)"
        case "S": "\(Int.random(in: 0..<100, using: &random))"
        case "L": ["0.001", "0.01", "0.1"].randomElement(using: &random) ?? "0.01"
        default: "\(Int.random(in: 5..<60, using: &random))"
        }
      }
    return Array(program.utf8)
  }

  /// A way to run a program that must not show in what it gives.
  private struct Way {
    var threads: Int
    var locale: String
    var zone: String
    var isInput: Bool
  }

  private static let ways = [
    Way(threads: 1, locale: "C.UTF-8", zone: "UTC", isInput: false),
    Way(threads: 2, locale: "de_DE.UTF-8", zone: "UTC", isInput: true),
    Way(threads: 3, locale: "tr_TR.UTF-8", zone: "Asia/Kathmandu", isInput: false),
    Way(threads: 7, locale: "en_US.UTF-8", zone: "Pacific/Chatham", isInput: true),
  ]

  package func attempt(_ input: [UInt8]) throws -> String {
    var first: BreakBench.Result?
    for way in Self.ways {
      try bench.clear()
      let environment = ["RANKLAB_THREADS": "\(way.threads)", "LC_ALL": way.locale, "TZ": way.zone]
      let program = String(decoding: input, as: UTF8.self)
      let result = try bench.run(
        way.isInput ? [] : ["-c", program], input: way.isInput ? input : nil, environment: environment,
        seconds: 90)
      guard result.exit != nil else { throw BreakFinding("no end within 90 s on \(way.threads) threads") }
      if let first {
        try BreakFinding.require(
          first.output == result.output && first.exit == result.exit,
          "\(way.threads) threads, \(way.locale): other output, or another end: \(result.words.suffix(300))")
      } else {
        first = result
      }
    }
    return first?.exit == .code(0) ? "equal" : "refused alike"
  }
}
