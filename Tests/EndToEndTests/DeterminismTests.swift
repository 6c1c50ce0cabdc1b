// The same script gives the same bytes, whatever the number of threads and wherever it runs.
import Foundation
import TestSupport
import Testing

@Suite struct DeterminismTests {
  /// Losses are printed to the last bit; `scripts/check-bits` compares instruction sets by the same program.
  private func script() throws -> String {
    try String(
      contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
        "bits.rank"),
      encoding: .utf8)
  }

  @Test func threadsAndPromptChangeNoBit() throws {
    let script = try script()
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
    let script = try script()
    let first = try Bench().run(script: script)
    let second = try Bench().run(script: script.replacing("steps=30,", with: "steps=30, seed=1,"))
    #expect(second.exit == .code(0))
    #expect(first.output != second.output)
  }
}
