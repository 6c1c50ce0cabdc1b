// The files that are mapped now, and those that were cut under their mappings.
import CFiles
import Synchronization

/// What all mappings of this process have in common: a handler of SIGBUS, installed with the first.
package enum MappedFiles {
  /// Paths of the mappings that are watched, by number; and how many cuts were told.
  private struct Watched {
    var paths: [Int32: String] = [:]
    /// Mappings that were cut, and of which that was told.
    var told: Set<Int32> = []
  }

  private static let watched = Mutex(Watched())
  private static let toldCuts = Atomic<UInt>(0)

  /// Whether a mapped file was found cut since `takeCut` was asked last. Quick, and safe on any thread: what computes from
  /// such a file is to stop.
  package static var hasNewCut: Bool { UInt(cmap_cuts()) != toldCuts.load(ordering: .relaxed) }

  /// The error of a file that was found cut since this was asked last; nil where there is none.
  package static func takeCut() -> TensorFileError? {
    guard hasNewCut else { return nil }
    toldCuts.store(UInt(cmap_cuts()), ordering: .relaxed)
    return watched.withLock { watched in
      for (number, path) in watched.paths.sorted(by: { $0.key < $1.key })
      where cmap_is_cut(number) && watched.told.insert(number).inserted {
        return .changedInUse(path: path, isCut: true)
      }
      return nil
    }
  }

  /// Watches a mapping from now on. Gives the number of the watch; -1 where too many are watched already.
  static func watch(_ address: UInt, _ count: Int, path: String) -> Int32 {
    let number = cmap_watch(UnsafeRawPointer(bitPattern: address), count)
    if number >= 0 { watched.withLock { $0.paths[number] = path } }
    return number
  }

  /// Ends the watch, before the mapping itself ends.
  static func unwatch(_ number: Int32) {
    guard number >= 0 else { return }
    watched.withLock {
      $0.paths[number] = nil
      $0.told.remove(number)
    }
    cmap_unwatch(number)
  }
}
