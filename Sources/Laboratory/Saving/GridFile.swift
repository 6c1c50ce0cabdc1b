// A file that a grid of runs is kept in while it fills, and from which it goes on.
package import Analysis
import Foundation
package import Interpreter
import TensorFile
import Text

/// The JSON file that a comparison, map or search is kept in while it grows, so that what was measured outlives the
/// session. Where the file holds a part of the same runs already, only the others are made.
package final class GridFile<Stored: StoredValue> {
  private let name: String
  private let session: Session
  private var lastSaved = 0.0
  private var problem: TensorFileError?
  /// The file that was written last: held, it shows to others that somebody is at work.
  private var written: PreparedFile?

  /// Seconds between two savings.
  private let interval = 2.0

  /// What the table says of the parameter.
  package static var parameter: Parameter {
    Parameter(
      "file", .path, .absent("keeps it in memory"),
      "a .json file for the \(Stored.kind.name) as it grows; where it holds a part of it, the runs go on from there"
    )
  }

  /// Nil where `file` is not given.
  ///
  /// - Throws: `Failure` for a name that does not end in `.json`.
  package init?(_ arguments: Arguments, _ session: Session) throws {
    guard let name = arguments.optionalText("file") else { return nil }
    guard name.hasSuffix(".json") else {
      throw Failure(
        argument: "file", "\(Stored.kind.phrase) grows in a .json file",
        label: "`save` makes other files of it",
        fix: "file=\"\(Stored.kind.name).json\"")
    }
    self.name = name
    self.session = session
  }

  private func path() throws -> String { try TextFile.place(name, in: session.environment.workingFolder) }

  /// What the file holds; nil where there is none.
  ///
  /// - Parameter difference: in what the found value is not of the same runs.
  /// - Throws: `Failure` where it holds something else, or a value of other runs.
  package func known<Object: LabObject>(_ type: Object.Type, difference: (Object) -> GridDifference?) throws
    -> Object?
  {
    let occupant = Occupant.at(try path(), first: 1)
    // An empty file is refused like one that holds something else: nobody knows what it is kept for.
    if occupant == .nothing, !FileManager.default.fileExists(atPath: try path()) { return nil }
    if let doubt = occupant.doubt {
      throw Failure(
        argument: "file", "`\(name)` is there already", label: doubt,
        body: "It is left as it is: give another file.")
    }
    let found = try SavedFile.read(
      name, in: session.environment.workingFolder, as: Stored.self, type)
    if let difference = difference(found) {
      throw Failure(
        argument: "file", "`\(name)` holds another \(Stored.kind.name)", label: difference.text,
        body: "Give another file, or `load` that one to look at it.")
    }
    return found
  }

  /// Says that so many runs need not be made.
  package func tell(_ count: Int, _ what: String) {
    if count > 0 { session.emit(.status("\(count) \(what) are in \(name) already")) }
  }

  /// Before the runs, so that a file that cannot be written costs no time.
  ///
  /// - Throws: `TensorFileError` where it cannot be written.
  package func begin(_ stored: Stored) throws {
    if AtomicFile.isClaimed(try path()) {
      session.emit(
        .note(
          "another ranklab is at work on `\(name)`: each makes its own runs, and the file keeps those of the one that "
            + "has more"))
    }
    try write(stored)
    lastSaved = session.environment.clock()
  }

  /// Saves what there is, where the last saving is some seconds ago.
  package func keep(_ stored: () -> Stored) throws {
    guard session.environment.clock() - lastSaved > interval else { return }
    try finish(stored())
    lastSaved = session.environment.clock()
  }

  /// Saves. A failure is noted once, and the session knows that the file is not complete: what was measured is still there.
  package func finish(_ stored: Stored) throws {
    do {
      try write(stored)
      session.incompleteFiles.remove(name)
    } catch let error as TensorFileError {
      if problem == nil {
        session.emit(
          .note("\(error.title); the \(Stored.kind.name) is not in the file. \(asSentence(error.advice))"))
      }
      problem = error
      session.incompleteFiles.insert(name)
    }
  }

  /// Writes the file, but not over one that another process has written since and that holds more: of the same runs, the
  /// longer text has more of them.
  private func write(_ stored: Stored) throws {
    let path = try path()
    let bytes = try SavedFile.bytes(stored)
    let isOurs = written?.isStanding ?? !AtomicFile.isClaimed(path)
    if !isOurs, let size = AtomicFile.size(of: path), size > bytes.count { return }
    written = try AtomicFile.writeAndClaim([bytes], to: path)
  }
}
