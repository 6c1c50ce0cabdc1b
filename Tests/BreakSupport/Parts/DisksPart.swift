// The part `disks`: a disk that is full, one that may not be written, and files that may not grow.
import Foundation
import Glibc
package import TestSupport

/// An input is a kind of writing, an obstacle and a size: `model limit 17` allows files of 17 kB,
/// `grid full 40` a file system of 40 pages, `check readonly 0` folders in which nothing may be made.
package final class DisksPart: BreakPart {
  package static let name = "disks"
  package static let sentence =
    "everything that writes, with no room for files of some size (`ulimit -f`), on a full file system of memory, and in folders that "
    + "may not be written; failed: an end by a signal, an error without words, a file that is neither the old nor the new, a folder of both, or something left behind"
  package static let shortCount = 24
  package static let patience: UInt32 = 120

  private enum Obstacle: String, CaseIterable { case limit, full, readonly }

  private let bench: WritingBench

  package init(_ bench: BreakBench) { self.bench = WritingBench(bench) }

  package func input(_ random: inout SeededGenerator) -> [UInt8] {
    let work = WritingWork.allCases.randomElement(using: &random) ?? .adapter
    let obstacle = Obstacle.allCases.randomElement(using: &random) ?? .limit
    // Most files here are small.
    let size = Int.random(in: 0..<(Bool.random(using: &random) ? 12 : 80), using: &random)
    return Array("\(work.rawValue) \(obstacle.rawValue) \(size)".utf8)
  }

  package func attempt(_ input: [UInt8]) throws -> String {
    let words = String(decoding: input, as: UTF8.self).split(separator: " ").map(String.init)
    guard words.count == 3, let work = WritingWork(rawValue: words[0]),
      let obstacle = Obstacle(rawValue: words[1]), let size = Int(words[2])
    else { throw BreakFinding("no obstacle is `\(String(decoding: input, as: UTF8.self))`") }
    let reference = try bench.reference(of: work)
    try bench.begin(work, reference)
    let result = try bench.run(work.once, limits: limits(obstacle, size))
    if result.exit == .code(99) { return "not possible here" }
    guard case .code(let code)? = result.exit else {
      throw BreakFinding("ended by \(String(describing: result.exit))")
    }
    try BreakFinding.require(code < 128, "ended by signal \(code - 128): \(result.words)")
    let said = result.words.replacing(/\s+/, with: " ")
    let reasons = [
      "would become too large", "no space is left", "permission denied", "is read-only", "are not kept",
      "cannot be read",
    ]
    let isSaid = reasons.contains { said.contains($0) }
    try work.judge(try bench.files(work.outputs), among: reference.states)
    let left = try bench.leftovers()
    try BreakFinding.require(left.isEmpty, "left behind: \(left.joined(separator: ", "))")
    try BreakFinding.require(code == 0 || isSaid, "code \(code) without a reason: \(said)")
    return isSaid ? "refused by \(obstacle.rawValue)" : "room enough"
  }

  /// Commands of the shell before the program.
  private func limits(_ obstacle: Obstacle, _ size: Int) -> String {
    switch obstacle {
    case .limit:
      // What it says goes through a pipe, which has no size.
      "set -- /bin/bash -o pipefail -c '(ulimit -f \(size); exec \"$@\") 2>&1 | cat' sh \"$@\""
    case .readonly:
      // The super-user may write everywhere, so that another takes his place.
      "find . -type d -exec chmod 555 {} +; [ \"$(id -u)\" != 0 ] || set -- setpriv --reuid=65534 --regid=65534 --clear-groups \"$@\"; export HOME=\"$PWD\""
    case .full:
      // A file system of the run's own, which goes with it; what it held at the end is taken out.
      "set -- unshare -rm /bin/sh -c 'mkdir disk && mount -t tmpfs -o size=\(4 * size + 4)k none disk || exit 99; "
        + "for f in *; do [ \"$f\" = disk ] || cp -a \"$f\" disk/ || exit 99; done; cd disk; "
        + "export HOME=\"$PWD\" XDG_CACHE_HOME=\"$PWD/cache\"; \"$@\"; code=$?; "
        + "for f in * .[!.]*; do [ -e \"$f\" ] || continue; rm -rf \"../$f\"; cp -a \"$f\" ..; done; exit $code' sh \"$@\""
    }
  }
}
