// The forms in which a value can be written to a file, and what such a file may replace.
package import Display
import Foundation
package import Interpreter
package import Signals
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
  private let bytes: (StopSignal) throws -> [UInt8]

  /// A value that `load` gives back.
  static func json<Stored: StoredValue>(_ stored: @escaping () -> Stored) -> SavedForm {
    SavedForm(suffix: ".json", isSame: { SavedFile.holds(Stored.kind, $0) }) { _ in
      try SavedFile.bytes(stored())
    }
  }

  /// Rows for other programs, known by their header.
  package static func csv(_ table: @escaping () -> CommaSeparatedText) -> SavedForm {
    csv(header: { table().header }, rows: { _ in table().rows })
  }

  /// The same, of rows that are made only where they are written: `rows` throws `Interruption` where it is asked first.
  package static func csv(
    header: @escaping () -> [String], rows: @escaping (StopSignal) throws -> [[String]]
  ) -> SavedForm {
    SavedForm(suffix: ".csv", isSame: { $0.starts(with: CommaSeparatedText(header()).headerLine.utf8) }) {
      stop in
      var table = CommaSeparatedText(header())
      table.rows = try rows(stop)
      return Array(try table.text(stop).utf8)
    }
  }

  /// Tensors, as every program of the field reads them.
  static func tensors(_ tensors: @escaping () -> [TensorData]) -> SavedForm {
    SavedForm(suffix: ".safetensors", isSame: { (try? TensorFile(parsing: Array($0))) != nil }) { _ in
      try TensorFile.serialized(tensors(), metadata: [(key: "format", value: "pt")])
    }
  }

  package static func svg(_ picture: @escaping (StopSignal) -> String) -> SavedForm {
    let start = "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\""
    return SavedForm(suffix: ".svg", isSame: { $0.starts(with: start.utf8) }) { Array(picture($0).utf8) }
  }

  /// A chart as in a terminal of 80 columns, known by the line of its level axis.
  package static func text(_ chart: @escaping (RenderOptions) -> String) -> SavedForm {
    SavedForm(suffix: ".txt", isSame: hasAxis) { Array((chart(RenderOptions(stop: $0)) + "\n").utf8) }
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
  ///   - stop: where it is asked, nothing is written.
  /// - Throws: `Interruption`; `Failure` where something else is there; `TensorFileError` where the file cannot be written.
  package func write(to path: String, in folder: String, overwrite: Bool, stop: StopSignal) throws {
    let full = try TextFile.place(path, in: folder)
    try ReplacementGate.check(
      full, named: path, overwrite: overwrite, other: "it is not of the same kind",
      rule: "`save` replaces only what it wrote for a value of this kind."
    ) { isSame(Data($0)) }
    let bytes = try bytes(stop)
    try stop.check()
    try AtomicFile.write([bytes], to: full)
  }
}
