// The process as the core sees it: environment, clock, memory, threads, interrupts, standard streams.
import ArgumentParser
import Display
import Foundation
import Interpreter
import Kernels
import LineEditor
import Signals
import TensorFile
import Workbench

struct HostProcess {
  let interrupts = InterruptFlag()
  let console: Console

  init(color: ColorChoice) {
    console = Console(
      color: color, environment: ProcessInfo.processInfo.environment, interrupts: interrupts)
    HostProcess.takeFileLimitAsError()
    refuseForeignCPU()
  }

  var isInteractive: Bool { Terminal.isTerminal(0) && Terminal.isTerminal(1) }

  func exit(_ outcome: Outcome) -> ExitCode { ExitCode(outcome.rawValue) }

  /// A session of its own, with everything the core asks of the process.
  func session() -> Session {
    Session(
      environment: Interpreter.Environment(
        clock: { HostProcess.now() }, cacheFolder: folder("XDG_CACHE_HOME", ".cache"),
        memory: HostProcess.memory(), threads: threads,
        stop: StopSignal(
          { [interrupts] in interrupts.isSet || MappedFiles.hasNewCut },
          isUrgent: { [interrupts] in interrupts.isUrgent || MappedFiles.hasNewCut }),
        fault: { MappedFiles.takeCut() },
        workingFolder: FileManager.default.currentDirectoryPath, listFolder: HostProcess.listFolder,
        makeFolder: HostProcess.makeFolder))
  }

  /// The user's folder for the program's files: `$name/ranklab`, or below the home folder.
  func folder(_ name: String, _ fallback: String) -> String? {
    let environment = ProcessInfo.processInfo.environment
    if let base = environment[name], base.hasPrefix("/") { return base + "/ranklab" }
    return environment["HOME"].map { "\($0)/\(fallback)/ranklab" }
  }

  /// `RANKLAB_THREADS`, or the cores that the process may use.
  private var threads: Int {
    if let text = ProcessInfo.processInfo.environment["RANKLAB_THREADS"] {
      if let count = Int(text), (1...1024).contains(count) { return count }
      console.write(.note("RANKLAB_THREADS is `\(text)`, which is no number from 1 to 1024; it is not used"))
    }
    return max(1, ProcessInfo.processInfo.activeProcessorCount)
  }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Bytes of the machine, or of the control group or what the limits of the process leave, where that is less.
  private static func memory() -> Double {
    let pages = Double(sysconf(Int32(_SC_PHYS_PAGES))) * Double(sysconf(Int32(_SC_PAGESIZE)))
    let limit = (try? String(contentsOfFile: "/sys/fs/cgroup/memory.max", encoding: .utf8))
      .flatMap { Double($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    return ([pages, limit] + [(RLIMIT_AS, 0), (RLIMIT_DATA, 5)].map(room)).compactMap { $0 }.min() ?? pages
  }

  /// Bytes that a limit of the process leaves; nil where there is none.
  ///
  /// - Parameter field: the place in `/proc/self/statm` of the pages that count.
  private static func room(_ resource: __rlimit_resource, _ field: Int) -> Double? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0, limit.rlim_cur != rlim_t.max else {
      return nil
    }
    let fields =
      (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
    let pages = field < fields.count ? Double(fields[field]) ?? 0 : 0
    return max(0, Double(limit.rlim_cur) - pages * Double(sysconf(Int32(_SC_PAGESIZE))))
  }

  private static func listFolder(_ path: String) -> [String] {
    let folder = path.isEmpty ? "." : path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.map { name in
      var isFolder: ObjCBool = false
      let exists = FileManager.default.fileExists(atPath: "\(folder)/\(name)", isDirectory: &isFolder)
      return exists && isFolder.boolValue ? name + "/" : name
    }.sorted()
  }

  /// Says how to rebuild where the CPU lacks instructions that the kernels were compiled for.
  private func refuseForeignCPU() {
    guard !BuildTarget.neededFlags.isEmpty,
      let information = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8),
      let line = information.split(separator: "\n").first(where: { $0.hasPrefix("flags") })
    else { return }
    let flags = Set(line.split(separator: " ").map(String.init))
    let missing = BuildTarget.neededFlags.filter { !flags.contains($0) }
    if missing.isEmpty { return }
    console.say(
      "ranklab was built for \(BuildTarget.name), and this CPU lacks \(missing.joined(separator: ", ")). "
        + "Rebuild it here: RANKLAB_CPU=native scripts/ranklab")
    Foundation.exit(Outcome.failure.rawValue)
  }
}
