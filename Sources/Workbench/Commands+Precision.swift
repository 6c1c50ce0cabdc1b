// The command that shows the table of roundings.
import Display
import Interpreter
import Laboratory
import Models
import Training

enum PrecisionCommands {
  static let all: [Command] = [precision]

  private static let precision = Command(
    "precision", .training, [],
    result: "nothing",
    "Shows the table of roundings: what `precision=bf16` and `fp16` round, under each style.",
    details: RoundingTable.sentence + " " + RoundingTable.method + " " + RoundingTable.scaling,
    example: "precision",
    source: "PyTorch torch.autocast and torch.amp.GradScaler; transformers `eager` attention; PEFT"
  ) { _, session in
    session.emit(.table(RoundingTable.table))
    return .none
  }
}

extension RoundingTable {
  /// How values are rounded.
  fileprivate static let method =
    "A value is rounded to the nearest of the format, to the even one of two; between two places all is computed in fp32. "
    + "Nothing is faster for it here: 16 bits are emulated, to the digits that they would give."
  /// What the loss scale does.
  fileprivate static let scaling =
    "In fp16 the loss is multiplied with a scale, as torch.amp.GradScaler does: "
    + "\(Int(GradientScaler.initialScale)) at first, doubled after \(GradientScaler.growthInterval) steps without an "
    + "overflow; a step with one is skipped and the scale halved, and the schedule waits, as in transformers' Trainer. "
    + "Gradients are unscaled before clipping. A run is diverged where a gradient overflows at a scale of "
    + "\(Int(GradientScaler.smallestScale)) or below."

  /// The table in words.
  fileprivate static var sentence: String {
    func named(_ style: PrecisionStyle, _ width: RoundingRow.Width) -> String {
      rows.filter { $0.value[style] == width }.map(\.title).joined(separator: "; ")
    }
    let pure = rows.filter { $0.value[.autocast] != $0.value[.pure] }.map(\.title).joined(separator: "; ")
    return
      "`autocast` rounds \(named(.autocast, .half)). It leaves in fp32: \(named(.autocast, .single)). `pure` rounds "
      + "these, too: \(pure)."
  }

  fileprivate static var table: Table {
    func text(_ widths: RoundingRow.Widths, _ style: PrecisionStyle) -> String {
      widths[style] == .half ? "16" : "fp32"
    }
    let cells = rows.map { row in
      [
        row.title, text(row.value, .autocast), text(row.gradient, .autocast), text(row.value, .pure),
        text(row.gradient, .pure), row.remark,
      ]
    }
    return Table(
      "roundings of precision=bf16 and fp16",
      columns: [
        Table.Column("tensor"), Table.Column("autocast"), Table.Column("gradient"), Table.Column("pure"),
        Table.Column("gradient"), Table.Column("remark", priority: 1),
      ], rows: cells,
      caption:
        "16: rounded to the format, to nearest, ties to even; fp32: as computed. Sums are in fp32 within an "
        + "operation. precision_style=autocast is torch.autocast over weights in fp32; pure is a base in 16 bits under it."
    )
  }
}
