// The command `run`: campaigns against one target or all.

import ArgumentParser
import FuzzSupport
import Glibc

struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Runs campaigns; each input can be made again.")

  @Option(help: "A target by name, or all.") var target = "all"
  @Option(help: "How many inputs for each target.") var iterations = 100_000
  @Option(help: "Decides all inputs.") var seed: UInt64 = 1
  @Option(help: "The number of the first input.") var from = 0
  @Option(help: "How many MB the process may grow after the first thousand inputs.") var growth = 128
  @Option(help: "How many seconds one input may take.") var seconds: UInt32 = 10
  @Flag(help: "Say each number before its input is read, to find the one that ends the process.")
  var trace = false
  @Flag(help: "Print the input `from` and end.") var show = false
  @Flag(help: "List the targets and end.") var list = false

  func run() throws {
    if list { return FuzzTarget.all.forEach { print($0.name) } }
    let targets = FuzzTarget.all.filter { target == "all" || $0.name == target }
    guard !targets.isEmpty else { throw ValidationError("no target is named \(target)") }
    for target in targets {
      let campaign = Campaign(target, seed: seed)
      if show {
        print(String(decoding: campaign.input(from), as: UTF8.self))
      } else {
        try run(campaign)
      }
    }
  }

  private func run(_ campaign: Campaign) throws {
    let (seconds, trace) = (seconds, trace)
    // A step at a time, so that somebody who waits sees how far it is.
    var tally = Campaign.Tally()
    let step = 50_000
    let watch: (Int) -> Void = { iteration in
      // An input that hangs ends the process by SIGALRM.
      _ = alarm(seconds)
      if trace { print(iteration) }
    }
    let warm = try campaign.run(from..<from + min(1000, iterations), before: watch)
    let start = ProcessMemory.peak()
    tally.accepted += warm.accepted
    tally.refused += warm.refused
    if iterations <= 1000 { report(campaign, tally, start) }
    for first in stride(from: from + min(1000, iterations), to: from + iterations, by: step) {
      let part = try campaign.run(first..<min(from + iterations, first + step), before: watch)
      tally.accepted += part.accepted
      tally.refused += part.refused
      report(campaign, tally, start)
    }
    _ = alarm(0)
    let grown = ProcessMemory.peak() - start
    guard grown <= growth << 20 else {
      throw FuzzFinding("\(campaign.target.name): the process grew by \(grown >> 20) MB")
    }
  }

  private func report(_ campaign: Campaign, _ tally: Campaign.Tally, _ start: Int) {
    print(
      "\(campaign.target.name): \(tally.accepted + tally.refused) inputs, \(tally.accepted) accepted, "
        + "\(tally.refused) refused, peak +\((ProcessMemory.peak() - start) >> 10) KB")
    fflush(nil)
  }
}
