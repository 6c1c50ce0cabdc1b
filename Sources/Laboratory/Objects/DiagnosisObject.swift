// Why a run went wrong, as a value: the first value that is not finite, and the way to it.
import Analysis
import Display
package import Interpreter
import Models
import Text
package import Training

/// What was found by computing the last steps of a run again.
package final class DiagnosisObject: TabledObject {
  private let run: RunObject
  /// The step that ended the run; of a run without such a step the one whose batch stood out.
  private let bad: StepReplay
  /// That of the batch which stood out, where it is another.
  private let outlier: StepReplay?
  /// The steps before them.
  private let history: [StepFigures]

  package init(_ run: RunObject, bad: StepReplay, outlier: StepReplay?, history: [StepFigures]) {
    (self.run, self.bad, self.outlier, self.history) = (run, bad, outlier, history)
  }

  package var kind: ObjectKind { .diagnosis }
  package var bytes: Int { ReplayObject(run, bad).bytes * (outlier == nil ? 1 : 2) }
  package var summary: String { "\(run.run.verdict.text); \(first)" }

  package static let fieldTable: [ObjectField<DiagnosisObject>] = [
    ObjectField("outcome", "the outcome of the run with its reason") { .text($0.run.run.verdict.text) },
    ObjectField("step", "the step that was looked at, from 0") { .number(Double($0.bad.step)) },
    ObjectField("first_bad_step", "the first step with a value that is not finite; None where there is none")
    {
      .number(ifAny: $0.run.run.firstBadStep.map(Double.init))
    },
    ObjectField("where", "where in that step the first such value is met") { .text($0.first) },
    ObjectField("pass", "forward, backward or update: the part of the step; None where all are finite") {
      $0.bad.firstBad.map { .text($0.pass) } ?? .none
    },
    ObjectField("outlier_step", "the step whose batch's loss stands out before the end; None where none does")
    {
      .number(ifAny: $0.run.run.outlier.map { Double($0.step) })
    },
    ObjectField(
      "outlier_ratio", "its loss over the median of the twenty before it; None where none stands out"
    ) {
      .number(ifAny: $0.run.run.outlier?.ratio)
    },
    ObjectField("outlier_rows", "the rows of that batch by their losses, the largest first") {
      .counts(($0.outlier ?? $0.bad).largestRows.map(\.row))
    },
    ObjectField("replay", "the step that was looked at") { .object(ReplayObject($0.run, $0.bad)) },
    ObjectField("steps", "the steps before it that were watched") { .counts($0.history.map(\.step)) },
    ObjectField("update_ratio", "size of the update over that of the parameters, at each of steps") {
      .numbers($0.history.map(\.updateRatio))
    },
    ObjectField("grad_norm", "norm of the gradient before clipping, at each of steps") {
      .numbers($0.history.map(\.gradientNorm))
    },
  ]

  private func digits(_ x: Double) -> String { NumberFormat.rounded(x, digits: 4) }

  /// Where the first value is met that is not finite, as a clause.
  private var first: String { bad.firstBad?.text ?? "all values of step \(bad.step) are finite" }

  package func shown(in session: Session) -> [Event] {
    let settings = run.run.settings
    var rows = [("outcome", run.run.verdict.text)]
    if run.run.firstBadStep != nil {
      rows.append(("step", "\(bad.step), of \(settings.steps) from 0; lr \(digits(bad.rate))"))
    }
    rows.append(("first", first))
    if let place = bad.lastFinitePlace {
      rows.append(("before it", "\(place.text), up to \(digits(place.range.magnitude))"))
    }
    rows.append(("batch", batch))
    return [
      .table(
        Table(
          "diagnosis", columns: [Table.Column(""), Table.Column("", wraps: true)],
          rows: rows.map { [$0.0, $0.1] })),
      .table(
        Table(
          "the way there",
          columns: [
            Table.Column("step", .right), Table.Column("lr", .decimal), Table.Column("loss", .decimal),
            Table.Column("grad norm", .decimal), Table.Column("update", .decimal),
          ],
          rows: (history.map { ($0.step, $0.rate, $0.loss, $0.gradientNorm, $0.updateRatio) }
            + [(bad.step, bad.rate, bad.loss, bad.gradientNorm, bad.updateRatio)]).map {
              ["\($0.0)", digits($0.1), digits($0.2), digits($0.3), digits($0.4)]
            },
          caption:
            "computed again from the start of the run, each loss and gradient norm the same to the bit; loss: of the "
            + "step's batch; grad norm: before clipping; update: its size over that of the trained parameters. What would "
            + "have helped was not tried: `rescue` runs it. \(run.caption)")),
    ]
  }

  /// The batch that stood out, and whose loss it was.
  private var batch: String {
    guard let outlier = run.run.outlier else {
      return "none stands out: no loss of the last steps is twice the median of those before it"
    }
    let replay = self.outlier ?? bad
    let rows = replay.largestRows
    let what = replay.positions == 1 ? "row" : "sequence"
    let shares = rows.prefix(3).filter { $0.share.isFinite }.map {
      "\($0.row) with \(NumberFormat.fixed(100 * $0.share, places: 0)) %"
    }
    return "step \(outlier.step)'s loss is \(digits(outlier.ratio)) times the median of the "
      + "\(min(20, outlier.step)) before it"
      + (shares.isEmpty ? "" : "; of it \(what) \(shares.joined(separator: ", ")) (of \(rows.count))")
  }
}

extension PlaceRange {
  /// `forward: layers.2`.
  var text: String { "\(pass.rawValue): \(place)" }
}

extension ValueRange {
  /// How many are not finite, and what the others are: "3 of 512 values are not finite, the others from −2 to 3".
  var text: String {
    func digits(_ x: Double) -> String { NumberFormat.rounded(x, digits: 3) }
    if bad == count { return "none of its \(count) values is finite" }
    let others = "from \(digits(low)) to \(digits(high))"
    return bad == 0 ? others : "\(bad) of \(count) values are not finite, the others \(others)"
  }
}

extension StepReplay.FirstBad {
  /// Which part of the step.
  var pass: String {
    switch self {
    case .place(let place): place.pass.rawValue
    case .gradient, .norm: "backward"
    case .update: "update"
    }
  }

  /// Where, and how many values, as a clause.
  var text: String {
    switch self {
    case .place(let place):
      "\(place.pass == .forward ? "forward, what \(place.place) makes" : "backward, the gradient of what \(place.place) reads"): "
        + place.range.text
    case .gradient(let tensor, let range): "backward, the gradient of \(tensor): \(range.text)"
    case .norm: "backward, the sum: each value is finite, and their sum is not"
    case .update(let tensor, let range): "the update of \(tensor): \(range.text)"
    }
  }
}

extension StepReplay {
  /// The place that was computed last before the first value that is not finite.
  var lastFinitePlace: PlaceRange? {
    guard let index = places.firstIndex(where: { $0.range.bad > 0 }), index > 0 else { return nil }
    return places[index - 1]
  }
}
