// Mutated programs on small models: never a crash, and every error has a title, a place and something to do.
import Foundation
import Interpreter
import InterpreterSupport
import Language
import Signals
import TestSupport
import Testing
import Workbench

@Suite struct EvaluatorFuzzTests {
  private static let preparation = """
    net = mlp([8, 8, 8])
    task = teacher(net)
    m = attach(net, lora(r=2))
    run = train(m, task, steps=2)
    xs = [4, 16, 64]
    d = {"rank": 16, "alpha": 32}
    def half(x, by=2) { return x / by }
    """

  private static let programs = [
    "m = attach(net, lora(r=64, alpha=128, targets=[\"layers.0\"]))",
    "lora(r=16, lora_alpha=32, lora_dropout=0.05, use_rslora=True)",
    "run = train(m, task, steps=3, lr=2e-3, schedule=cosine)", "train m, task, steps=2, lr=0.1",
    "plot run, y=log", "plot(run, [1, 2, 3], title=\"loss\")", "scaling rslora", "scaling",
    "for r in xs { show(r, multiplier(scaling=rslora, r=r, alpha=16)) }",
    "if len(xs) > 2 { show(\"many\") } else { show(\"few\") }", "def f(a, b=1) { return a + b }\nf(2, b=3)",
    "[half(x) for x in xs if x > 4]", "d[\"rank\"] + xs[0] * 2 ** 2", "xs[0:2] + [128]",
    "c = compare(net, task, [lora(r=2), lora(r=4)], steps=2, seeds=2)\nc",
    "scaling_table(r=[16, 64])", "equivalent_alpha(alpha=16, r=4)", "run.loss[0] < run.loss[1]",
    "x = 3; y = x // 2 % 2; y == 1 and not x in xs", "a, b, c = xs\na * b - c / 2", "show(\"漢字\", net, run)",
    "explain(lora(r=4), net, task)", "logspace(1, 10, 3)", "max(xs) + min(3, 4) + sum(xs) + mean(xs)",
    "from peft import lora\nimport numpy as np", "?train", "help scaling", "apropos rank", "vars",
    "multiplier(scaling=power(0.25), r=16, alpha=\"2*r\")", "detach(m)", "merge(m)", "forget xs",
    "matched(r=[2, 4], rules=[lora, rslora])", "tune(net, task, lora(r=2), attempts=2, steps=2)",
  ]

  private static let words = [
    "(", ")", "[", "]", "{", "}", ",", ".", ":", "=", "==", "+", "-", "*", "/", "%", "<", " ", "\n", ";",
    "\"", "'",
    "?", "#", "0", "1", "-1", "2.5", "xs", "d", "m", "net", "task", "run", "lora", "train", "half", "None",
    "True",
    "\"a\"", "not ", " in ", " if ", " for ", "x", "zzz", "é", "漢", "\t", "\r\n", "“", "+=", "%time ",
    "lambda x: x",
    "r=", "steps=", "targets=", "nan", "_", "scaling", "rslora", "!", "->", "@", "\u{0}", "\u{FEFF}",
  ]

  /// Files, threads, cached models and numbers that take long are left out.
  private static func isHarmless(_ program: String) -> Bool {
    let forbidden = ["save", "file", "load", "text", "pretrain", "threads", "example", "transformer", "**"]
    if forbidden.contains(where: program.contains) { return false }
    var digits = 0
    var previous: Character = " "
    for character in program {
      digits = character.isNumber ? digits + 1 : 0
      if digits > 3 || (previous == "e" || previous == "E") && character.isNumber { return false }
      previous = character
    }
    return true
  }

  /// - Returns: whether the program gave an error.
  private static func check(_ program: String) -> Bool {
    let session = Session(environment: Environment(stop: StopSignal(Countdown(3_000).isOver)))
    session.execute(Source(preparation)) { _ in }
    var shown: [Diagnostic] = []
    let result = session.execute(Source(program)) { event in
      if case .diagnostic(let diagnostic) = event { shown.append(diagnostic) }
    }
    #expect((result.diagnostic.map { [$0] } ?? []) == shown, "\(program)")
    if let diagnostic = result.diagnostic { MistakeTests.check(diagnostic) }
    return result.diagnostic != nil
  }

  /// The number of mutations for each of four seeds; RANKLAB_MUTATIONS in the environment sets another.
  private static var count: Int {
    ProcessInfo.processInfo.environment["RANKLAB_MUTATIONS"].flatMap { Int($0) } ?? 100
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func mutations(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var errors = 0
    for _ in 0..<EvaluatorFuzzTests.count {
      let program = EvaluatorFuzzTests.programs.randomElement(using: &random) ?? ""
      let mutated = Mutation.mutated(program, words: EvaluatorFuzzTests.words, &random)
      if EvaluatorFuzzTests.isHarmless(mutated), EvaluatorFuzzTests.check(mutated) { errors += 1 }
    }
    #expect(errors > EvaluatorFuzzTests.count / 10)
  }

  @Test func programsRunAsTheyStand() {
    for program in EvaluatorFuzzTests.programs where EvaluatorFuzzTests.isHarmless(program) {
      #expect(!EvaluatorFuzzTests.check(program), "\(program)")
    }
  }
}
