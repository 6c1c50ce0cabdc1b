// The command `delays`: how long each kind of work goes on once it is to stop.
import ArgumentParser
import BreakSupport
import Foundation
import TestSupport

struct Delays: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Stops each kind of work of `interrupts` in this process, and prints how long that takes.",
    discussion: "In milliseconds of the processor, which other work on the machine does not change.")

  @Option(help: "One kind of work.") var only: String?
  @Option(help: "How often each is stopped.") var tries = 5
  @Option(help: "Decides the moments.") var seed: UInt64 = 1
  @Flag(help: "Print where the longest time without a look ended.") var places = false

  func run() throws {
    var random = SeededGenerator(seed: seed)
    print("longest delay  median  without a look  work")
    for name in StopDelay.kinds where only == nil || only == name {
      var delays: [StopDelay] = []
      for _ in 0..<tries {
        let bench = try BreakBench(program: "", folder: TemporaryFolder())
        let moment = Double.random(in: 0.05..<0.8, using: &random)
        do {
          delays.append(try StopDelay(name, after: moment, in: bench, tracing: places))
        } catch {
          print("\(name) cannot be tried: \(error)")
        }
      }
      if delays.isEmpty { continue }
      let sorted = delays.map(\.delay).sorted()
      let longest = delays.max { $0.longest < $1.longest }
      let figures = [sorted.last ?? 0, sorted[sorted.count / 2], longest?.longest ?? 0]
      let columns = zip(figures, [13, 6, 14]).map { figure, width in
        let text = String(Int((figure * 1000).rounded()))
        return String(repeating: " ", count: max(0, width - text.count)) + text
      }
      let note = delays.contains(where: \.endedItself) ? "  (ended by itself)" : ""
      print(columns.joined(separator: "  ") + "  " + name + note)
      if places { for line in longest?.place ?? [] { print("    " + line) } }
    }
  }
}
