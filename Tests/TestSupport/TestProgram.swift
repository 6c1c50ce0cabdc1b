// Where the programs of the package are.
import Foundation

/// Finds what was built together with the tests.
package enum TestProgram {
  /// The path of an executable of this package, which must be a dependency of the test target.
  package static func path(_ name: String) throws -> String {
    let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let path = tests.deletingLastPathComponent().appendingPathComponent(name).path
    guard FileManager.default.isExecutableFile(atPath: path) else { throw Missing(path: path) }
    return path
  }

  struct Missing: Error {
    var path: String
  }
}
