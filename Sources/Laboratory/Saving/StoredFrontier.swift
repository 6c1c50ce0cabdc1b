// What a file holds of a frontier: the edge and the best rate of each adapter, rank and seed.
import Adapters
package import Analysis
package import Interpreter
import Models
import Training

package struct StoredFrontier: StoredValue {
  package static let formatName = "ranklab frontier 2"
  package static let earlierFormats = ["ranklab frontier 1"]
  package static let kind = ObjectKind.frontier

  struct Cell: Codable {
    var adapter: StoredAdapter
    var rule: StoredRule
    var optimizer: StoredOptimizer
    var multiplier: Double
    /// In the order of the seeds; `nan` where the search was not finished, `inf` where all rates are survived.
    var edges: [Double]
    /// The best rates, `nan` where a seed has none; none in files that do not hold them.
    var bests: [Double]?
    var attempts: Int
  }

  var format = StoredFrontier.formatName
  var settings: StoredSettings
  var setup: [String]
  var seeds: [UInt64]
  var lowest: Double
  var highest: Double
  var resolution: Double
  var model: String
  var data: String
  var fitFrom: Int
  var lines: [[Cell]]
  var wasInterrupted: Bool

  package init(_ frontier: Frontier) {
    settings = StoredSettings(frontier.settings)
    setup = frontier.provenance.statements
    seeds = frontier.seeds
    (lowest, highest) = (frontier.search.lowest, frontier.search.highest)
    resolution = frontier.search.resolution
    model = frontier.modelDescription
    data = frontier.dataDescription
    fitFrom = frontier.fitFrom
    lines = frontier.lines.map { line in
      line.cells.map { cell in
        Cell(
          adapter: StoredAdapter(cell.configuration, ranks: line.cells.map(\.rank)),
          rule: StoredRule(cell.rule), optimizer: StoredOptimizer(cell.optimizer),
          multiplier: cell.multiplier,
          edges: cell.edges, bests: cell.bests, attempts: cell.attempts)
      }
    }
    wasInterrupted = frontier.wasInterrupted
  }

  package func object() throws -> any LabObject { FrontierObject(try frontier()) }

  /// - Throws: `StoredFlaw`.
  func frontier() throws -> Frontier {
    try StoredFlaw.check(!seeds.isEmpty, .outOfRange("seeds"))
    try StoredFlaw.check(
      lines.allSatisfy {
        !$0.isEmpty && $0.map(\.adapter.configuration.rank) == lines[0].map(\.adapter.configuration.rank)
      }
        && lines.joined().allSatisfy {
          $0.edges.count == seeds.count && ($0.bests.map { $0.count == seeds.count } ?? true)
        },
      .misfit("`lines`, their ranks and `seeds`"))
    try StoredFlaw.check(
      lines.joined().allSatisfy { !($0.edges + ($0.bests ?? [])).contains { $0 < 0 } && $0.attempts >= 0 },
      .outOfRange("edges"))
    var frontier = Frontier(
      lines: try lines.map { cells in
        FrontierLine(
          cells: try cells.map { cell in
            FrontierCell(
              configuration: cell.adapter.configuration, rule: try cell.rule.rule(),
              optimizer: cell.optimizer.settings, multiplier: cell.multiplier, edges: cell.edges,
              bests: cell.bests ?? cell.edges.map { _ in .nan }, attempts: cell.attempts)
          })
      }, seeds: seeds, settings: settings.settings,
      search: RateSearch(lowest: lowest, highest: highest, resolution: resolution), modelDescription: model,
      dataDescription: data, provenance: Provenance(written: setup), fitFrom: fitFrom)
    frontier.wasInterrupted = wasInterrupted
    return frontier
  }
}

extension FrontierObject: SavableObject {
  package var forms: [SavedForm] { [.json { StoredFrontier(self.frontier) }, .csv { self.table }] }

  /// A row for each adapter, rank and seed.
  private var table: CommaSeparatedText {
    var table = CommaSeparatedText([
      "adapter", "optimizer", "r", "alpha", "multiplier", "seed", "edge", "best",
    ])
    for cell in frontier.lines.flatMap(\.cells) {
      let rank = Double(cell.rank)
      for (i, seed) in frontier.seeds.enumerated() {
        table.rows.append(
          [ruleName(cell.configuration, cell.rule), cell.optimizer.name]
            + [rank, cell.configuration.alpha.value(rank: rank), cell.multiplier].map(
              CommaSeparatedText.number)
            + ["\(seed)"] + [cell.edges[i], cell.bests[i]].map(CommaSeparatedText.number))
      }
    }
    return table
  }
}
