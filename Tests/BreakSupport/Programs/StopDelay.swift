// How long work goes on once it is to stop, in time of the processor: what Ctrl-C waits for on a machine that is free.
import Display
import Foundation
import Glibc
import Interpreter
import Language
import Signals
import Synchronization
import TestSupport
import Text
import Workbench

/// One kind of work, done in this process on one thread and stopped at a moment.
///
/// The time counts from the last look at the signal that said no: a Ctrl-C may have come right behind it. It is the time of
/// the process, which other processes on the machine do not change; waiting for a disk is not in it.
package struct StopDelay: Sendable {
  package let name: String
  /// From the last look that said no to the end of the cell, in seconds.
  package let delay: Double
  /// The longest time between two looks, in seconds.
  package let longest: Double
  /// Where the look stood that ended it, where that was asked for.
  package let place: [String]
  /// Whether the work ended by itself, and nothing was stopped.
  package let endedItself: Bool

  package static var kinds: [String] { InterruptedWork.all.map(\.name) }

  /// - Parameters:
  ///   - seconds: after which the work is to stop.
  ///   - tracing: keeps the place of the longest time without a look.
  package init(_ name: String, after seconds: Double, in bench: BreakBench, tracing: Bool) throws {
    guard let work = InterruptedWork.all.first(where: { $0.name == name }) else {
      throw BreakFinding("no kind of work is named \(name)")
    }
    try work.prepare(bench)
    let watch = Watch(tracing: tracing)
    let stop = StopSignal({ watch.look() }, isUrgent: { watch.look() && watch.isUrgent })
    let session = Session(
      environment: Environment(
        cacheFolder: bench.folder.path + "/cache", memory: 8e9, stop: stop, workingFolder: bench.folder.path))
    let options = RenderOptions(width: 100, unicode: true, stop: stop)
    func run(_ cell: String) -> CellResult {
      session.execute(Source(cell)) { event in
        switch event {
        case .text(let text): _ = text.safe(unicode: true)
        case .page(let page): _ = page.shown(options)
        case .table(let table): _ = table.shown(options)
        case .chart(let chart): _ = chart.shown(options)
        case .heatMap(let map): _ = map.shown(options)
        case .note, .status, .diagnostic, .progress: break
        }
      }
    }
    for cell in work.setup {
      if let error = run(cell).diagnostic { throw BreakFinding("\(name): \(error.title)") }
    }
    watch.begin(seconds)
    let result = run(work.cell)
    let (last, longest, place) = watch.end()
    if let error = result.diagnostic { throw BreakFinding("\(name): \(error.title)") }
    (self.name, self.longest, self.place) = (name, longest, place)
    delay = Watch.processorTime() - last
    endedItself = !result.wasInterrupted
  }

  /// Says yes from a moment on, and keeps when it was asked.
  private final class Watch: Sendable {
    private struct State {
      var moment = Double.infinity
      var last = 0.0
      var longest = 0.0
      var place: [String] = []
    }

    private let state = Mutex(State())
    private let isTracing: Bool

    init(tracing: Bool) { isTracing = tracing }

    static func processorTime() -> Double { time(CLOCK_PROCESS_CPUTIME_ID) }

    private static func time(_ clock: clockid_t) -> Double {
      var time = timespec()
      clock_gettime(clock, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    func begin(_ seconds: Double) {
      state.withLock {
        $0.moment = Self.time(CLOCK_MONOTONIC) + seconds
        $0.last = Self.processorTime()
      }
    }

    func look() -> Bool {
      let (now, time) = (Self.time(CLOCK_MONOTONIC), Self.processorTime())
      return state.withLock { state in
        guard state.moment < .infinity else { return false }
        if now >= state.moment { return true }
        if time - state.last > state.longest {
          state.longest = time - state.last
          if isTracing, state.longest > 0.02 { state.place = Thread.callStackSymbols }
        }
        state.last = time
        return false
      }
    }

    /// As the program's: a tenth of a second behind the first.
    var isUrgent: Bool {
      let now = Self.time(CLOCK_MONOTONIC)
      return state.withLock { now >= $0.moment + 0.1 }
    }

    func end() -> (last: Double, longest: Double, place: [String]) {
      state.withLock { ($0.last, $0.longest, $0.place) }
    }
  }
}
