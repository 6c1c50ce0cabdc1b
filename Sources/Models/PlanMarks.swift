// What a checked build looks for between the places of a plan.
import Storage

#if CHECKED
  /// Gaps behind the places of arenas, packed matrices and merged gradients: marked when a plan is made, and looked at
  /// after each step. An operation that writes beyond its place ends the process with the gap's offset.
  struct PlanMarks: Sendable {
    /// Floats of a gap.
    static let gap = 16
    /// A NaN, which shows where it is used for anything.
    private static let mark = Float(bitPattern: 0x7FC0_57A8)

    private struct Marked: Sendable {
      let name: String
      let buffer: Buffer
      let gaps: [Int]
    }

    private var marked: [Marked] = []

    init(
      _ gaps: (arena: [Int], packed: [Int], merged: [Int]), arenas: [Buffer], packed: Buffer, merged: [Buffer]
    ) {
      marked =
        arenas.map { Marked(name: "an arena", buffer: $0, gaps: gaps.arena) }
        + [Marked(name: "the packed matrices", buffer: packed, gaps: gaps.packed)]
        + merged.map {
          Marked(name: "the merged gradients", buffer: $0, gaps: gaps.merged)
        }
      forEachMark { $1.pointer[$2] = PlanMarks.mark }
    }

    /// Ends the process where a mark is gone.
    func check() {
      forEachMark { name, buffer, i in
        precondition(
          buffer.pointer[i].bitPattern == PlanMarks.mark.bitPattern,
          "float \(i) of \(name), which lies between two places, was written")
      }
    }

    /// The fault that the marks are for, for their test.
    func overrun() {
      guard let first = marked.first, let gap = first.gaps.first else { return }
      first.buffer.pointer[gap] = 0
    }

    private func forEachMark(_ body: (_ name: String, _ buffer: Buffer, _ i: Int) -> Void) {
      for marked in marked {
        for gap in marked.gaps {
          for i in gap..<gap + PlanMarks.gap { body(marked.name, marked.buffer, i) }
        }
      }
    }
  }
#endif
