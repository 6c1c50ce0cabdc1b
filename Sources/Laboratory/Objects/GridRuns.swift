// The runs of a grid's cells, one by one.
import Adapters
import Analysis
import Fields
package import Interpreter
import Models
import Text
import Training

extension MapObject: MethodProvider {
  package var methods: [Command] { MapObject.entries }

  private static let entries = [
    Command(
      "run", .comparing,
      [
        Parameter("r", .whole(NumberRange(1)), .required, "a rank of the map"),
        Parameter(
          "lr", aliases: ["learning_rate"], .number(NumberRange(0, 1e6)), .required,
          "a rate of the map, or near one"),
        Parameter("seed", .whole(NumberRange(0, 0x1p53)), .absent("the first"), "a seed of the map"),
      ],
      result: "a run", "Makes the run of a cell again, to the same bits.",
      details:
        "A map keeps the outcomes of its runs. The run is held against what the map has of it; `diagnose`, `replay` "
        + "and `plot` take it.",
      example:
        "net = mlp([8, 8]); map = stability(net, teacher(net), lora(), r=[2, 4], lr=[0.1, 1], seeds=1, steps=20)\n"
        + "map.run(r=4, lr=1)"
    ) { arguments, session in
      .object(try arguments.receiver(as: MapObject.self).run(arguments, session))
    }
  ]

  private func run(_ arguments: Arguments, _ session: Session) throws -> RunObject {
    let rank = arguments.whole("r")
    guard let column = map.ranks.firstIndex(of: rank) else {
      throw Failure(
        argument: "r", "the map has no rank \(rank)",
        label: "it has \(map.ranks.map(String.init).joined(separator: ", "))")
    }
    let row = try near(arguments.number("lr"), among: map.rates, "the map")
    let seed = try chosen(arguments, among: map.seeds, "the map")
    var settings = map.settings
    (settings.learningRate, settings.seed) = (map.rates[row], seed)
    var configuration = map.configuration
    configuration.rank = rank
    let entry = map.runs(rate: row, rank: column).first { $0.seed == seed }
    return try session.workshop.run(
      ofCell: map.provenance.statements, data: map.dataDescription, configuration, map.rule, settings,
      final: entry.flatMap { $0.finalLoss.isNaN ? nil : $0.finalLoss })
  }
}

extension ComparisonObject: MethodProvider {
  package var methods: [Command] { ComparisonObject.entries }

  private static let entries = [
    Command(
      "run", .comparing,
      [
        Parameter("number", .whole(NumberRange(0, 1e6)), .required, "which row of the comparison, from 0"),
        Parameter("seed", .whole(NumberRange(0, 0x1p53)), .absent("the first"), "a seed of the comparison"),
      ],
      result: "a run", "A run of the comparison.", details: "`diagnose`, `replay` and `plot` take it.",
      example:
        "net = mlp([8, 8]); c = compare(net, teacher(net), [lora(r=2), lora(r=4)], seeds=1, steps=20)\nc.run(1)"
    ) { arguments, _ in
      let comparison = arguments.receiver(as: ComparisonObject.self).comparison
      let number = arguments.whole("number")
      guard comparison.arms.indices.contains(number) else {
        throw Failure(
          argument: "number", "the comparison has no row \(number)",
          label: "they count from 0 to \(comparison.arms.count - 1)")
      }
      let seed = try chosen(arguments, among: comparison.seeds, "the comparison")
      guard let run = comparison.arms[number].runs.first(where: { $0.settings.seed == seed }) else {
        throw Failure(argument: "seed", "that run was not made", label: "the comparison was cut before it")
      }
      return .object(RunObject(run, adapter: nil))
    }
  ]
}

/// The seed that a call names; the first where it names none.
private func chosen(_ arguments: Arguments, among seeds: [UInt64], _ grid: String) throws -> UInt64 {
  guard let number = arguments.optionalNumber("seed") else { return seeds.first ?? 0 }
  guard let seed = seeds.first(where: { Double($0) == number }) else {
    throw Failure(
      argument: "seed", "\(grid) has no seed \(NumberFormat.text(number))",
      label:
        "it has \(seeds.prefix(12).map(String.init).joined(separator: ", "))\(seeds.count > 12 ? " …" : "")")
  }
  return seed
}

/// The place of the rate that is meant: within a hundredth of it.
private func near(_ rate: Double, among rates: [Double], _ grid: String) throws -> Int {
  guard let place = rates.indices.min(by: { abs(rates[$0] - rate) < abs(rates[$1] - rate) }),
    abs(rates[place] - rate) <= 0.01 * rates[place]
  else {
    throw Failure(
      argument: "lr", "\(grid) has no rate \(NumberFormat.text(rate))",
      label: "it has \(rates.map { NumberFormat.rounded($0, digits: 3) }.joined(separator: ", "))")
  }
  return place
}
