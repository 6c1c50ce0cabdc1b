// `run.settings` is one line that repeats a run exactly.
import TestSupport
import Testing

@Suite struct SettingsTests {
  /// Prints numbers below 8 to the last bit.
  private static let bits =
    "def bits(xs) { for x in xs { show(x * 2**50 // 1, x * 2**50 % 1 * 2**30) } }\n"
  private static let transformer = """
    base = transformer(layers=1, width=16, heads=2, context=8, vocab=16, seed=3)
    task = language(1, shift=0.4, vocab=16)

    """
  private static let pretrained = transformer + "pretrain base, language(1, vocab=16), steps=20\n"
  private static let mlp = "net = mlp([16, 16, 16], activation=gelu_tanh, seed=4)\n"

  /// Scripts that leave a run in `run`.
  private static let scripts: [(name: String, script: String)] = [
    (
      "teacher and sgd",
      mlp + """
        m = attach(net, lora(r=2, alpha="2*r"))
        d = teacher(net, shift=0.1 + 0.2, noise=1/7, tail=0.5, seed=3)
        run = train(m, d, steps=9, lr=1/3, optimizer=sgd, momentum=0.5, schedule=ramp, clip=1, seed=5)
        """
    ),
    (
      "follows the mode",
      pretrained + """
        scaling rslora
        m = attach(base, lora(r=4, dropout=0.1))
        run = train(m, task, steps=9, warmup=3, schedule=cosine)
        scaling lora
        """
    ),
    (
      "follows a power",
      pretrained + "scaling power(0.3)\nm = attach(base, lora(r=4))\nrun = train(m, task, steps=5)"
    ),
    (
      "resumed",
      pretrained + """
        m = attach(base, lora(r=4, dropout=0.1))
        a = train(m, task, steps=9, lr=1e-2)
        run = train(m, task, steps=5, resume=True, schedule=linear)
        """
    ),
    (
      "resumed after the mode changed",
      pretrained + """
        m = attach(base, lora(r=4))
        a = train(m, task, steps=9)
        scaling rslora
        run = train(m, task, steps=5, resume=True)
        """
    ),
    ("pretraining", transformer + "run = pretrain(base, task, steps=12, lr=1e-3, seed=2)"),
    (
      "second pretraining",
      pretrained + "pretrain base, task, steps=5, seed=2\nrun = train(attach(base, lora(r=4)), task, steps=5)"
    ),
    (
      "attached before the pretraining",
      transformer + "m = attach(base, lora(r=4))\npretrain base, task, steps=5\nrun = train(m, task, steps=5)"
    ),
    (
      "on a merged model",
      pretrained + """
        scaling rslora
        m = attach(base, lora(r=4))
        a = train(m, task, steps=5)
        n = attach(merge(m), lora(r=2, targets=["k_proj"]))
        scaling lora
        run = train(n, task, steps=5)
        """
    ),
    (
      "from a trained adapter",
      pretrained + """
        m = attach(base, lora(r=4))
        a = train(m, task, steps=5)
        n = attach(base, a.adapter)
        run = train(n, task, steps=5)
        """
    ),
    (
      "from an adapter of other weights",
      transformer + """
        m = attach(base, lora(r=4))
        a = train(m, task, steps=5)
        pretrain base, task, steps=5
        run = train(attach(base, a.adapter), task, steps=5)
        """
    ),
    (
      "towards another model",
      mlp + """
        pretrain net, teacher(net, shift=0.3), steps=20
        run = train(attach(net, lora(r=2)), teacher(mlp([16, 16, 16], seed=9)), steps=5)
        """
    ),
    (
      "towards a pretrained model",
      mlp + """
        pretrain net, teacher(net, shift=0.3), steps=20
        run = train(attach(net, lora(r=2)), teacher(net), steps=5)
        """
    ),
    (
      "patterns",
      pretrained + """
        a = lora(r=2, init=gaussian, targets=".*\\\\.(q|k)_proj", rank_pattern={"q_proj": 3}, alpha_pattern={"k_proj": 5})
        run = train(attach(base, a), task, steps=5)
        """
    ),
    (
      "of a comparison",
      mlp + """
        c = compare(net, teacher(net), [lora(r=2), lora(r=3, alpha="r", scaling=rslora)], steps=9, lr=[0.1, 0.2], seeds=[7])
        run = c.runs[3][0]
        """
    ),
    (
      "cut",
      // Steps of a millisecond, so that a busy machine makes some and an idle one not too many.
      "net = mlp([256, 256, 256])\n"
        + "run = train(attach(net, lora(r=2)), teacher(net), batch=64, steps=1000000, seconds=1)"
    ),
    (
      "diverged",
      mlp + "run = train(attach(net, lora(r=2)), teacher(net), steps=900, lr=300, optimizer=sgd)"
    ),
  ]

  @Test(arguments: scripts.map(\.name))
  func theLineRepeatsTheRun(name: String) throws {
    let script = try #require(Self.scripts.first { $0.name == name }?.script)
    try repeats(script)
  }

  @Test(arguments: ["plain.txt", "it's.txt", "a \"b\".txt"])
  func theLineRepeatsARunOnAText(name: String) throws {
    let quoted = "\"" + name.replacing("\"", with: "\\\"") + "\""
    try repeats(
      """
      base = transformer(layers=1, width=16, heads=2, context=8, vocab=40)
      run = train(attach(base, lora(r=4)), text(\(quoted), level=character, held_out=0.2), steps=5)
      """, file: name)
  }

  private func repeats(_ script: String, file: String? = nil) throws {
    func bench() throws -> Bench {
      let bench = try Bench()
      if let file {
        try bench.write(String(repeating: "What is seen twice is learnt. ", count: 60), to: file)
      }
      return bench
    }
    let shown = "\nshow(run.settings)\nbits(run.loss + run.eval_loss)\nshow(run.multipliers, run.verdict)"
    let first = try bench().run(script: Self.bits + script + shown)
    #expect(first.exit == .code(0), "\(first.errors)")
    let settings = try #require(first.output.lines.first { $0.contains("steps=") && $0.contains("batch=") })
    let wanted = first.output.lines.drop { $0 != settings }.dropFirst()
    #expect(wanted.count >= 4)
    let again = try bench().run(
      script: Self.bits + settings
        + "\nrun = _\nbits(run.loss + run.eval_loss)\nshow(run.multipliers, run.verdict)")
    #expect(again.exit == .code(0), "\(settings)\n\(again.errors)")
    #expect(again.output.lines.suffix(wanted.count) == wanted, "\(settings)")
  }
}
