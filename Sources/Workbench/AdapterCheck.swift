// What `doctor` shows of an adapter's folder.
import Adapters
import Display
import Interchange
import Interpreter
import Text

struct AdapterCheck {
  let folder: String
  let examination: AdapterExamination

  var events: [Event] {
    var lines =
      examination.faults.map { "error: \($0)" } + examination.warnings.map { "warning: \($0)" }
    let differing = examination.differingLoaders
    if !differing.isEmpty {
      lines.append(
        "warning: \(AdapterLoader.names(differing)) \(differing.count == 1 ? "applies" : "apply") another multiplier "
          + "than PEFT: save(m, folder, portable=True) writes one that all read alike")
    }
    lines += examination.notes.map { "note: \($0)" }
    let text = lines.isEmpty ? ["`\(folder)`: nothing found"] : lines
    return (examination.modules.isEmpty ? [] : [.table(table)]) + [.page(Page(text.map { .paragraph($0) }))]
  }

  /// Modules of the same rank and multipliers share a line.
  private var table: Table {
    let loaders = AdapterLoader.allCases
    var groups: [(key: [String], first: String, count: Int)] = []
    for module in examination.modules {
      let key =
        ["\(module.rank)"]
        + loaders.map { loader in
          module.multipliers[loader].map { NumberFormat.rounded($0, digits: 4) } ?? "—"
        }
      if let known = groups.firstIndex(where: { $0.key == key }) {
        groups[known].count += 1
      } else {
        groups.append((key, module.path, 1))
      }
    }
    return Table(
      "multiplier that each loader applies",
      columns: [Table.Column("module"), Table.Column("alike", .right), Table.Column("r", .right)]
        + loaders.map { Table.Column($0.rawValue, .decimal) },
      rows: groups.map { [$0.first, "\($0.count)"] + $0.key },
      caption:
        "PEFT was run, the other sources were read. — : the loader does not take the folder, or that was not read"
    )
  }
}
