// The forms in which a value can be written to a file, and what such a file may replace.
import Foundation
package import Interpreter
import TensorFile

/// A value that `save` takes.
package protocol SavableObject: LabObject {
  /// In the order in which messages name them.
  var forms: [SavedForm] { get }
}

/// One form of a value: the suffix of its files, and how they are known again.
package struct SavedForm {
  /// With its dot: `.json`.
  package let suffix: String
  /// Whether content that is there already is of the same form.
  private let isSame: (Data) -> Bool
  private let bytes: () throws -> [UInt8]

  /// A value that `load` gives back.
  static func json<Stored: StoredValue>(_ stored: @escaping () -> Stored) -> SavedForm {
    SavedForm(suffix: ".json", isSame: { SavedFile.holds(Stored.kind, $0) }) {
      try SavedFile.bytes(stored())
    }
  }

  /// Rows for other programs, known by their header.
  package static func csv(_ table: @escaping () -> CommaSeparatedText) -> SavedForm {
    SavedForm(suffix: ".csv", isSame: { $0.starts(with: table().headerLine.utf8) }) {
      Array(table().text.utf8)
    }
  }

  /// Tensors, as every program of the field reads them.
  static func tensors(_ tensors: @escaping () -> [TensorData]) -> SavedForm {
    SavedForm(suffix: ".safetensors", isSame: { (try? TensorFile(parsing: Array($0))) != nil }) {
      try TensorFile.serialized(tensors(), metadata: [(key: "format", value: "pt")])
    }
  }

  package static func svg(_ picture: @escaping () -> String) -> SavedForm {
    let start = "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\""
    return SavedForm(suffix: ".svg", isSame: { $0.starts(with: start.utf8) }) { Array(picture().utf8) }
  }

  /// A chart as in a terminal of 80 columns, known by the line of its level axis.
  package static func text(_ chart: @escaping () -> String) -> SavedForm {
    SavedForm(suffix: ".txt", isSame: hasAxis) { Array((chart() + "\n").utf8) }
  }

  private static func hasAxis(_ data: Data) -> Bool {
    String(decoding: data, as: UTF8.self).split(separator: "\n").contains { line in
      let axis = line.drop { $0 == " " }
      return axis.first == "└" && axis.dropFirst().allSatisfy { $0 == "─" || $0 == "┬" }
    }
  }

  /// Writes the value as a whole: a reader sees what was there or the new file, never a part.
  ///
  /// - Parameters:
  ///   - path: the path as the user gave it; relative ones start from `folder`.
  ///   - overwrite: also replaces what is not of this form.
  /// - Throws: `Failure` where something else is there; `TensorFileError` where the file cannot be written.
  package func write(to path: String, in folder: String, overwrite: Bool) throws {
    let full = try TextFile.place(path, in: folder)
    try ReplacementGate.check(
      full, named: path, overwrite: overwrite, other: "it is not of the same kind",
      rule: "`save` replaces only what it wrote for a value of this kind."
    ) { isSame(Data($0)) }
    try AtomicFile.write([try bytes()], to: full)
  }
}
