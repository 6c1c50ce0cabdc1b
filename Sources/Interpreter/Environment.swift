// What the core is told about the place where it runs. It asks nothing of the process itself.
package import Signals

/// Clock, folders, threads and the interrupt flag, as values given by the front end.
package struct Environment {
  /// Seconds from any fixed moment, never going back.
  package var clock: @Sendable () -> Double
  /// The folder of what may be kept between sessions; nil where nothing may be kept.
  package var cacheFolder: String?
  /// Bytes of memory of the machine; what would need more is refused before anything is allocated.
  package var memory: Double
  /// How many threads compute at the start of a session; at least 1.
  package var threads: Int
  /// Whether the user asked to stop; urgent once the user asked twice, or has waited. The front end clears it before each
  /// cell.
  package var stop: StopSignal
  /// What went wrong outside of a command while it ran, and makes its result worthless: a file that was cut under it. It is
  /// asked after each command, and says each once.
  package var fault: @Sendable () -> (any Error)?
  /// The folder that relative paths start from.
  package var workingFolder: String
  /// The names in a folder (those of folders end in "/"), for completion; empty where it cannot be read.
  package var listFolder: (String) -> [String]
  /// Makes an empty folder that nobody else has, for what an example writes; nil where examples write where the session
  /// works.
  package var makeFolder: (() throws -> ScratchFolder)?

  package init(
    clock: @escaping @Sendable () -> Double = { 0 }, cacheFolder: String? = nil,
    memory: Double = 8e9, threads: Int = 1,
    stop: StopSignal = .never, fault: @escaping @Sendable () -> (any Error)? = { nil },
    workingFolder: String = ".",
    listFolder: @escaping (String) -> [String] = { _ in [] }, makeFolder: (() throws -> ScratchFolder)? = nil
  ) {
    self.clock = clock
    self.cacheFolder = cacheFolder
    self.memory = memory
    self.threads = max(1, threads)
    self.stop = stop
    self.fault = fault
    self.workingFolder = workingFolder
    self.listFolder = listFolder
    self.makeFolder = makeFolder
  }
}

/// A temporary folder, with what is done once it has served.
package struct ScratchFolder {
  package let path: String
  package let removeIfEmpty: () -> Void

  package init(path: String, removeIfEmpty: @escaping () -> Void) {
    self.path = path
    self.removeIfEmpty = removeIfEmpty
  }
}
