// A session as a script: the cells that ran to their ends, in order.
package import Fields
package import Interpreter
import Language
import TensorFile

package enum SessionFile {
  /// The word that means the session where a value to save is asked for.
  package static let choice = Choice("session", "the cells that ran without an error, as a script")

  /// The first lines of a file; files that begin so may be replaced.
  private static let header = "#!/usr/bin/env -S ranklab run\n# A session of ranklab.\n"

  /// Writes the cells so that `ranklab run` runs them again, whole or not at all. The cell that saves is not
  /// among them, and neither are those that ask for help by a `?`, which a script cannot hold.
  ///
  /// - Throws: `Failure` where the file is there and is no saved session, unless `overwrite` is set.
  package static func write(_ session: Session, to path: String, named file: String, overwrite: Bool) throws {
    session.isRecording = false
    try ReplacementGate.check(
      path, named: file, overwrite: overwrite, first: header.utf8.count, other: "no saved session",
      rule: "`save session` replaces only sessions that it wrote."
    ) { $0 == Array(header.utf8) }
    let cells = session.cells.filter { canFollow($0, commands: session.table.names) }
    if cells.isEmpty {
      throw Failure(
        "no cell has run to its end yet", label: "nothing to save",
        body:
          "`save session` writes the cells before the one that it stands in. A script is one cell: its file is what "
          + "runs again. In a notebook and at the prompt there are more.")
    }
    let text = ([header] + cells.map { $0.hasSuffix("\n") ? $0 : $0 + "\n" }).joined(separator: "\n")
    try AtomicFile.write([Array(text.utf8)], to: path)
    let count = cells.count == 1 ? "1 cell" : "\(cells.count) cells"
    session.emit(.note("\(count) in \(file); `ranklab run \(file)` runs them again"))
  }

  /// Whether a cell can stand in the middle of a script.
  private static func canFollow(_ cell: String, commands: Set<String>) -> Bool {
    (try? Parser.parse(Source("0\n" + cell + "\n0"), commands: commands)) != nil
  }
}
