// The same script gives the same bytes, whatever the number of threads and wherever it runs.
import TestSupport
import Testing

@Suite struct DeterminismTests {
  /// Losses are printed to the last bit.
  private let script = """
    def bits(xs) { for x in xs { show(x * 2**50 // 1, x * 2**50 % 1 * 2**30) } }
    base = transformer(layers=2, width=32, heads=2, context=32, seed=0)
    first = pretrain(base, language(1), steps=80)
    bits(first.loss[70:])
    m = attach(base, lora(r=8, alpha="2*r", dropout=0.1, targets="all-linear"))
    run = train(m, language(1, shift=0.4), steps=30, eval_every=10, clip=1)
    run
    bits(run.loss + run.grad_norm + run.eval_loss)
    net = mlp([64, 64, 64], activation=gelu, seed=1)
    drift = teacher(net, shift=0.1, noise=0.05, tail=0.5)
    c = compare(net, drift, [lora(r=4), lora(r=64, alpha="r", scaling=rslora, dropout=0.2)], seeds=3, steps=60, lr=2, optimizer=sgd, schedule=ramp)
    c
    for losses in c.final_losses { bits(losses) }
    show(c.bad_steps)
    plot run, y=log
    wide = attach(linear(96, 80), lora(r=16, init=gaussian))
    bits(train(wide, teacher(linear(96, 80)), steps=5, batch=300).loss)
    """

  @Test func threadsAndPromptChangeNoBit() throws {
    let one = try Bench().run(script: script, environment: ["RANKLAB_THREADS": "1"])
    #expect(one.exit == .code(0), "\(one.errors)")
    #expect(one.output.lines.count > 100)
    let two = try Bench().run(script: script, environment: ["RANKLAB_THREADS": "2"])
    #expect(one.output == two.output)
    let three = try Bench().run(script: "threads 3\n" + script)
    #expect("3\n" + one.output == three.output)

    let bench = try Bench()
    let terminal = try bench.prompt(environment: ["NO_COLOR": "1"])
    for cell in script.lines { try terminal.run(cell) }
    #expect(firstMissing(one.output.lines.flatMap { $0.rows(columns: 80) }, in: terminal.lines) == nil)
  }

  @Test func theSeedChangesTheRun() throws {
    let first = try Bench().run(script: script)
    let second = try Bench().run(script: script.replacing("steps=30,", with: "steps=30, seed=1,"))
    #expect(second.exit == .code(0))
    #expect(first.output != second.output)
  }
}
