// The cases that an enum declares, read from its source: what tests of completeness compare with.
package import Foundation

package enum DeclaredCases {
  /// The names of the cases of `enum type` in a source file, in order; empty where it has no such enum.
  ///
  /// Cases stand two spaces deep, as the formatter puts those of an enum that is in no other type.
  package static func names(of type: String, in file: URL) throws -> [String] {
    var isInside = false
    var names: [String] = []
    for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
      if line.first != " ", line.contains("enum \(type):") || line.contains("enum \(type) {") {
        isInside = true
      } else if line == "}" {
        isInside = false
      }
      guard isInside, line.hasPrefix("  case ") else { continue }
      var depth = 0
      // Commas within the data of a case do not separate cases.
      let flat = line.dropFirst("  case ".count).filter { character in
        if character == "(" { depth += 1 }
        defer { if character == ")" { depth -= 1 } }
        return depth == 0
      }
      names += flat.split(separator: ",").map { name in
        String(name.drop { $0 == " " }.prefix { $0.isLetter || $0.isNumber })
      }
    }
    return names
  }
}
