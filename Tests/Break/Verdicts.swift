// The command `verdicts`: what was made of each input, for a comparison with the reference reader.

import ArgumentParser
import BreakSupport

struct Verdicts: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints for each input of a target whether it was accepted, and its bytes in hexadecimal.")

  @Option(help: "A target by name.") var target = "safetensors-file"
  @Option(help: "How many inputs.") var iterations = 10_000
  @Option(help: "Decides all inputs.") var seed: UInt64 = 1

  func run() throws {
    guard let target = FuzzTarget.all.first(where: { $0.name == target }) else {
      throw ValidationError("no target is named \(target)")
    }
    let campaign = Campaign(target, seed: seed)
    for iteration in 0..<iterations {
      let input = campaign.input(iteration)
      let digits = input.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
      print(try target.read(input), digits)
    }
  }
}
