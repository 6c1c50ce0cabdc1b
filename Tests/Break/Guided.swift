// The command `guided`: inputs that a fuzzer finds by what they reach in the program, in a build that counts that.
#if FUZZER
  import ArgumentParser
  import BreakSupport
  import Foundation
  import Synchronization

  /// Of libFuzzer, which `-sanitize=fuzzer` links.
  @_silgen_name("LLVMFuzzerRunDriver") private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
  ) -> CInt

  struct Guided: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Tries a target with inputs that are guided by what they reach; BREAK_SANITIZER=fuzzer builds it.")

    @Argument(help: "A target by name.") var target: String
    @Option(help: "How long it tries.") var seconds = 60
    @Option(help: "A folder for the ledger, findings and what was reached.") var folder = ".break"
    @Option(help: "The name of what is tried, in the ledger.") var commit = "unknown"

    func run() throws {
      guard let target = FuzzTarget.all.first(where: { $0.name == target }) else {
        throw ValidationError(
          "no target is named \(target); they are \(FuzzTarget.all.map(\.name).joined(separator: ", "))")
      }
      let corpus = "\(folder)/corpus/\(target.name)"
      for path in [corpus, "\(folder)/findings"] {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      }
      for (number, seed) in target.seeds.enumerated() {
        try Data(seed).write(to: URL(fileURLWithPath: "\(corpus)/seed-\(number)"))
      }
      let words = target.words.enumerated().map { number, word in
        "w\(number)=\"" + word.map { String(format: "\\x%02x", $0) }.joined() + "\"\n"
      }
      let dictionary = "\(folder)/corpus/\(target.name).words"
      try Data(words.joined().utf8).write(to: URL(fileURLWithPath: dictionary))
      GuidedTarget.current.withLock { $0 = target }
      let commit = commit
      let ledger = "\(folder)/ledger.json"
      GuidedTarget.entry.withLock { $0 = (ledger, commit, ProcessInfo.processInfo.systemUptime) }
      // The fuzzer ends the process itself.
      atexit { GuidedTarget.addToLedger() }
      let arguments = [
        "ranklab-break", corpus, "-dict=\(dictionary)", "-max_total_time=\(seconds)", "-timeout=20",
        "-rss_limit_mb=2048", "-max_len=8192", "-artifact_prefix=\(folder)/findings/guided-\(target.name)-",
        "-print_final_stats=1", "-verbosity=0",
      ]
      var pointers = arguments.map { strdup($0) } + [nil]
      var count = CInt(arguments.count)
      let status = pointers.withUnsafeMutableBufferPointer { buffer in
        var base = buffer.baseAddress
        return runDriver(&count, &base, GuidedTarget.attempt)
      }
      throw ExitCode(status)
    }
  }

  /// What the fuzzer calls, which takes no context.
  private enum GuidedTarget {
    static let current = Mutex<FuzzTarget?>(nil)
    static let entry = Mutex<(ledger: String, commit: String, began: Double)?>(nil)
    static let count = Atomic(0)

    static let attempt: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt = { bytes, length in
      guard let target = current.withLock({ $0 }) else { return 0 }
      count.add(1, ordering: .relaxed)
      do {
        _ = try target.read(Array(UnsafeBufferPointer(start: bytes, count: length)))
      } catch {
        FileHandle.standardError.write(Data("\(target.name): \(error)\n".utf8))
        addToLedger(failed: 1)
        abort()
      }
      return 0
    }

    static func addToLedger(failed: Int = 0) {
      guard let (path, commit, began) = entry.withLock({ $0 }) else { return }
      entry.withLock { $0 = nil }
      let first = ((try? Ledger.read(path)) ?? Ledger()).next(part: "guided", seed: 0)
      let added = Ledger.Entry(
        commit: commit, part: "guided", seed: 0, from: first, to: first + count.load(ordering: .relaxed),
        failed: failed, seconds: ProcessInfo.processInfo.systemUptime - began)
      do { try Ledger.add(added, to: path) } catch { print("\(error)") }
    }
  }
#endif
