// The parts of `scripts/break`.

package enum BreakParts {
  /// In the order of the table.
  package static let all: [any BreakPart.Type] = [
    ProgramsPart.self, NotebooksPart.self, KeysPart.self, FilesPart.self, KernelsPart.self, KillsPart.self,
    DisksPart.self, InterruptsPart.self, LimitsPart.self, ThreadsPart.self,
  ]

  package static func named(_ name: String) -> (any BreakPart.Type)? {
    all.first { $0.name == name }
  }
}
