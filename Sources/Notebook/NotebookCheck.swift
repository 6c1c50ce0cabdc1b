// Checking a notebook: its cells are run and their outputs compared with those written under them.
import Display
import Language
package import Interpreter

/// A cell whose output is not the one written.
package struct OutputDifference: Equatable, Sendable {
  package var line: Int
  package var expected: String
  package var actual: String
}

package struct NotebookReport {
  package var differences: [OutputDifference]
  /// Cells that failed without saying so, or did not fail although they say so: line and message.
  package var failures: [(line: Int, message: String)]
  /// The file with the outputs that came.
  package var updated: String

  package var isClean: Bool { differences.isEmpty && failures.isEmpty }
}

extension MarkdownNotebook {
  /// Outputs are rendered 80 columns wide, with Unicode and without colour. Notes belong to them; what holds for a
  /// machine or moment only does not. A cell that leaves is a failure where cells below it are not run for that reason;
  /// their outputs stay as they are written.
  package func check(in session: Session) -> NotebookReport {
    let options = RenderOptions(width: 80, unicode: true, color: false)
    var report = NotebookReport(differences: [], failures: [], updated: "")
    var outputs: [String?] = []
    var left = cells.count { !$0.attributes.contains(.noRun) }
    var hasLeft = false
    for cell in cells {
      guard !cell.attributes.contains(.noRun), !hasLeft else {
        outputs.append(cell.expected)
        continue
      }
      var parts: [String] = []
      let result = session.execute(source(of: cell)) { event in
        if case .status = event { return }
        if let shown = Notebook.text(of: withoutPlace(event), options) { parts.append(shown) }
      }
      left -= 1
      if let code = result.exitCode {
        hasLeft = true
        if left > 0 { report.failures.append((cell.firstLine, MarkdownNotebook.notRun(left))) }
        if code != 0 { report.failures.append((cell.firstLine, "left with the exit code \(code)")) }
      }
      let output = parts.joined(separator: "\n")
      outputs.append(output)
      let announced = cell.attributes.contains(.error)
      if let diagnostic = result.diagnostic, !announced {
        report.failures.append((cell.firstLine, diagnostic.title))
      } else if result.diagnostic == nil && announced {
        report.failures.append((cell.firstLine, "the cell says `error` and ended without one"))
      }
      if !matches(expected: cell.expected ?? "", actual: output) {
        report.differences.append(
          OutputDifference(line: cell.firstLine, expected: cell.expected ?? "", actual: output))
      }
    }
    report.updated = text(withOutputs: outputs)
    return report
  }
}

/// An error without its file and line, which written outputs would shift.
private func withoutPlace(_ event: Event) -> Event {
  guard case .diagnostic(var diagnostic) = event else { return event }
  diagnostic.source?.name = nil
  return .diagnostic(diagnostic)
}

/// Whether two outputs are the same word by word, where a number need only agree to the digits written.
package func matches(expected: String, actual: String) -> Bool {
  let expectedLines = expected.split(separator: "\n", omittingEmptySubsequences: false)
  let actualLines = actual.split(separator: "\n", omittingEmptySubsequences: false)
  guard expectedLines.count == actualLines.count else { return false }
  return zip(expectedLines, actualLines).allSatisfy { pair in
    let (a, b) = (pair.0.split(separator: " "), pair.1.split(separator: " "))
    return a.count == b.count && zip(a, b).allSatisfy { wordMatches(expected: $0.0, actual: $0.1) }
  }
}

private func wordMatches(expected: Substring, actual: Substring) -> Bool {
  if expected == actual { return true }
  guard let e = Double(expected), let a = Double(actual), e.isFinite, a.isFinite else { return false }
  // Digits behind the point, less the exponent: the last digit written counts half.
  let parts = expected.lowercased().split(separator: "e")
  let point = parts[0].firstIndex(of: ".")
  let decimals = point.map { parts[0].distance(from: $0, to: parts[0].endIndex) - 1 } ?? 0
  let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
  var unit = 1.0
  for _ in 0..<abs(exponent - decimals) { unit = exponent - decimals < 0 ? unit / 10 : unit * 10 }
  return abs(a - e) <= unit * 0.5000001
}
