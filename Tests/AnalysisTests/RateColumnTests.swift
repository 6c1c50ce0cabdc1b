// Columns of rates: which side a run stands on, and where the best rate lies.
import Analysis
import Testing
import Training

@Suite struct RateColumnTests {
  private func column(_ losses: [Double], alone: [Outcome]? = nil, start: Double = 4) -> RateColumn {
    RateColumn(
      losses.indices.map {
        entry($0, losses[$0], alone?[$0] ?? .undecided, start: start)
      })
  }

  private func entry(_ i: Int, _ loss: Double, _ alone: Outcome, start: Double = 4, seed: UInt64 = 0)
    -> ColumnEntry
  {
    ColumnEntry(
      rate: [0.001, 0.002, 0.004, 0.008, 0.016, 0.032][i], seed: seed, initialLoss: start, finalLoss: loss,
      alone: alone)
  }

  private func outcomes(_ losses: [Double], alone: [Outcome]? = nil) -> [Outcome] {
    let column = column(losses, alone: alone)
    return column.entries.map { column.outcome(of: $0) }
  }

  @Test func theColumnDecides() {
    // Below the best rate less than half of the gap is slow, above it diverged, whatever the runs say of themselves.
    #expect(
      outcomes(
        [3.9, 3, 2, 2.5, 3.5, .infinity], alone: [.diverged, .slow, .slow, .trained, .slow, .trained])
        == [.slow, .slow, .trained, .trained, .diverged, .diverged])
    #expect(column([3.9, 3, 2, 2.5, 3.5, .infinity]).place == .inside)
    #expect(column([3.9, 3, 2, 2.5, 3.5, .infinity]).bestRate == 0.004)
  }

  @Test func aBestAtTheEndIsNoMeasure() {
    // All rates too low: half of the best's small gain is not "trained" unless a run says so itself.
    #expect(column([3.99, 3.97, 3.9]).place == .highest)
    #expect(outcomes([3.99, 3.97, 3.9], alone: [.slow, .slow, .slow]) == [.slow, .slow, .slow])
    #expect(outcomes([3.99, 3.7, 3.6]) == [.slow, .undecided, .undecided])
    #expect(outcomes([3.5, 2, 1.5], alone: [.slow, .trained, .trained]) == [.slow, .trained, .trained])
    // All too high.
    #expect(column([3, 3.9, .infinity]).place == .lowest)
    #expect(outcomes([3, 3.9, .infinity]) == [.undecided, .diverged, .diverged])
    // Nobody learnt: the runs say what they can.
    #expect(column([4.5, 5, .infinity]).place == .none)
    #expect(
      outcomes([4.5, 5, .infinity], alone: [.diverged, .diverged, .diverged]) == [
        .diverged, .diverged, .diverged,
      ])
    #expect(column([2]).place == .only && outcomes([2], alone: [.slow]) == [.slow])
  }

  @Test func seedsShareTheirBest() {
    let entries = [
      entry(0, 3, .undecided), entry(0, 3.2, .undecided, seed: 1), entry(1, 1, .undecided),
      entry(1, .infinity, .trained, seed: 1),
      entry(2, 2.6, .undecided), entry(2, 2.4, .undecided, seed: 1), entry(3, 3.9, .undecided),
      entry(3, 3.9, .undecided, seed: 1),
      entry(3, 2, .notJudged, seed: 2),
    ]
    let column = RateColumn(entries)
    // A rate that loses a seed is not the best.
    #expect(column.bestRate == 0.004 && column.bestLoss == 2.5)
    #expect(
      entries.map { column.outcome(of: $0) }
        == [.trained, .trained, .trained, .diverged, .trained, .trained, .diverged, .diverged, .notJudged])
    #expect(column.ridge(seed: 0) != nil && column.ridge(seed: 5) == nil)
  }

  @Test func aParabolaReadsTheRidge() throws {
    // Symmetric about the middle of two rates, then about one of them.
    let between = try #require(column([4, 3, 1, 1, 3, 4]).ridge(seed: 0))
    #expect(abs(between / 0.004 - 2.0.squareRoot()) < 1e-9)
    #expect(abs(try #require(column([4, 3, 1, 3, 4]).ridge(seed: 0)) - 0.004) < 1e-12)
    // A wall counts as no learning, not as an endless one.
    let wall = try #require(column([4, 3, 1, .infinity]).ridge(seed: 0))
    #expect(wall > 0.003 && wall < 0.004)
    #expect(column([1, 2, 3]).ridge(seed: 0) == nil && column([3, 2, 1]).ridge(seed: 0) == nil)
    #expect(column([5, 4.5, 6]).ridge(seed: 0) == nil)
  }

  /// A file of an older version knows only which runs had learnt half.
  @Test func positionsTellWhereLossesAreNotKnown() {
    #expect(
      outcomes(
        [.nan, .nan, .nan, .nan, .nan], alone: [.undecided, .trained, .trained, .undecided, .diverged])
        == [.slow, .trained, .trained, .diverged, .diverged])
    #expect(outcomes([.nan, .nan], alone: [.undecided, .undecided]) == [.undecided, .undecided])
  }
}
