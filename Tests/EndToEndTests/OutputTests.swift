// Colour, width and character set of what is shown.
import TestSupport
import Testing

@Suite struct OutputTests {
  /// Tables, charts, and the notes under them.
  private let script = """
    base = transformer(layers=2, width=32, heads=2, context=8)
    m = attach(base, lora(r=8, alpha="2*r", targets=["q_proj", "v_proj"]))
    m
    scaling
    scaling_table(r=[4, 16, 64], rules=[lora, power(0.75), rslora, constant])
    run = train(m, language(1, shift=0.4), steps=40)
    plot run, y=log, title="a title that is longer than sixty columns and must be broken somewhere"
    plot [1, 4, 9, 16], at=[1, 2, 3, 4], x=log, y=log
    net = mlp([16, 16, 16])
    c = compare(net, teacher(net), [lora(r=2), lora(r=4, alpha="2*r", scaling=rslora)], seeds=2, steps=30)
    c
    plot c
    table([["a long text in the first column", 0.25, "another one"]], columns=["name", "number", "more"])
    vars
    """

  private func hasEscapes(_ result: Bench.Result) -> (output: Bool, errors: Bool) {
    (result.output.contains("\u{1B}"), result.errors.contains("\u{1B}"))
  }

  @Test func filesGetColorOnlyWhereAskedFor() throws {
    let bench = try Bench()
    let text = "scaling_table(r=[4])\ntsak"
    func escapes(_ arguments: [String], _ environment: [String: String]) throws -> (
      output: Bool, errors: Bool
    ) {
      hasEscapes(try bench.run(arguments + ["-c", text], environment: environment))
    }
    let without = (output: false, errors: false)
    let with = (output: true, errors: true)
    #expect(try escapes([], [:]) == without)
    #expect(try escapes([], ["FORCE_COLOR": "1"]) == with)
    #expect(try escapes([], ["CLICOLOR_FORCE": "1"]) == with)
    #expect(try escapes([], ["FORCE_COLOR": "0"]) == without)
    #expect(try escapes([], ["FORCE_COLOR": "1", "NO_COLOR": "1"]) == without)
    #expect(try escapes(["--color", "always"], [:]) == with)
    #expect(try escapes(["--color", "always"], ["NO_COLOR": "1"]) == with)
    #expect(try escapes(["--color", "never"], ["FORCE_COLOR": "1"]) == without)
  }

  @Test func terminalsGetColorUnlessRefused() throws {
    let bench = try Bench()
    func hasEscapes(_ arguments: [String], _ environment: [String: String]) throws -> Bool {
      let terminal = try bench.terminal(
        arguments + ["-c", "scaling_table(r=[4])\ntsak"], environment: environment)
      #expect(try terminal.waitForExit() == .code(1))
      return terminal.screen.received.contains(0x1B)
    }
    #expect(try hasEscapes([], [:]))
    #expect(try !hasEscapes([], ["NO_COLOR": "1"]))
    #expect(try hasEscapes([], ["NO_COLOR": ""]))
    #expect(try !hasEscapes([], ["TERM": "dumb"]))
    #expect(try !hasEscapes(["--color", "never"], [:]))
    #expect(try hasEscapes(["--color", "always"], ["NO_COLOR": "1"]))
  }

  @Test func colorsChangeNoText() throws {
    let bench = try Bench()
    let text = "scaling_table(r=[4, 16])\nvars\ntsak"
    let plain = try bench.run(["-c", text])
    let colored = try bench.run(["--color", "always", "-c", text])
    let escape = /\u{1B}\[[0-9;]*m/
    #expect(colored.output.replacing(escape, with: "") == plain.output)
    #expect(colored.errors.replacing(escape, with: "") == plain.errors)
  }

  @Test(arguments: [60, 100])
  func nothingIsWiderThanColumnsSays(width: Int) throws {
    let bench = try Bench()
    let result = try bench.run(script: script, environment: ["COLUMNS": "\(width)"])
    #expect(result.exit == .code(0), "\(result.errors)")
    for line in (result.output + result.errors).lines {
      #expect(line.unicodeScalars.count <= width, "\(line)")
    }
    #expect(result.output.lines.contains { $0.unicodeScalars.count > width - 10 })
  }

  @Test func nothingWrapsOnANarrowTerminal() throws {
    let bench = try Bench()
    let file = try bench.run(script: script, environment: ["COLUMNS": "60"])
    let terminal = try bench.terminal(
      ["run", "script.rank"], environment: ["NO_COLOR": "1", "COLUMNS": "200"], columns: 60, rows: 24)
    #expect(try terminal.waitForExit() == .code(0))
    // A line that the terminal broke would be missing as a whole.
    #expect(firstMissing(file.output.lines.map(\.trimmingEnd), in: terminal.lines) == nil)
    #expect(firstMissing(file.errors.lines.map(\.trimmingEnd), in: terminal.lines) == nil)
    #expect(terminal.screen.unknown == [])
  }

  @Test(arguments: [["LC_ALL": "", "LANG": "C"], ["LC_ALL": "POSIX"], ["LC_ALL": "", "LC_CTYPE": "C"]])
  func otherLocalesGetASCII(environment: [String: String]) throws {
    let bench = try Bench()
    let result = try bench.run(script: script, environment: environment)
    #expect(result.exit == .code(0))
    for line in (result.output + result.errors).lines {
      #expect(line.utf8.allSatisfy { $0 < 0x80 }, "\(line)")
      // What has no likeness in ASCII is written as a question mark; tables and charts have none.
      #expect(!line.contains("?"), "\(line)")
    }
    #expect(result.output.contains("alpha/sqrt r"))
    let failing = try bench.run(["-c", "naïve"], environment: environment)
    #expect((failing.output + failing.errors).utf8.allSatisfy { $0 < 0x80 })
  }

  @Test func unsetLocaleIsTakenForUTF8() throws {
    let bench = try Bench()
    let result = try bench.run(["-c", "scaling_table(r=[4])"], environment: ["LC_ALL": ""])
    #expect(result.output.contains("alpha/√r"))
  }

  /// Results go to standard output, everything else to standard error, and progress only to a terminal.
  @Test func streamsAreKeptApart() throws {
    let bench = try Bench()
    let result = try bench.run(
      script: "net = mlp([64, 64])\nm = attach(net, lora(r=100))\n"
        + "run = train(m, teacher(net), steps=30, eval_every=10)\nrun.diverged\n")
    #expect(result.output == "False\n")
    #expect(result.errors.contains("r=100 is above the width 64 of layers.0"))
    #expect(result.errors.lines.filter { $0.hasPrefix("train ") }.count == 2)
    #expect(!result.errors.contains("\r"))
  }
}
