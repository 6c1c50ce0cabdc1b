// A pool of persistent threads that share out numbered tasks.
import Dispatch
import Glibc
import Synchronization

/// Runs tasks 0..<count on the calling thread and `threads − 1` others.
///
/// Which thread takes which task varies from run to run; a task must not depend on it. One caller at a time uses a
/// pool, and a task does not use the pool it runs on.
package final class ThreadPool: Sendable {
  package let threads: Int
  private let state = PoolState()

  /// - Precondition: `threads` is at least 1.
  package init(threads: Int) {
    precondition(threads >= 1, "a pool needs at least one thread, not \(threads)")
    self.threads = threads
    for _ in 1..<max(1, threads) { PoolState.startThread(state) }
  }

  deinit {
    state.close()
  }

  /// Calls `body` once for each number below `count`, and returns when all calls have returned.
  ///
  /// - Parameter between: called on the calling thread after each task that this thread has done.
  package func run(_ count: Int, between: () -> Void = {}, _ body: @Sendable (Int) -> Void) {
    if threads == 1 || count <= 1 {
      for i in 0..<max(0, count) {
        body(i)
        between()
      }
      return
    }
    withoutActuallyEscaping(body) { state.run(count, between: between, $0) }
  }
}

/// What the threads of a pool share. It outlives the pool until the last thread has seen that it is closed.
private final class PoolState: Sendable {
  private struct Job: Sendable {
    var count: Int
    var body: @Sendable (Int) -> Void
  }

  /// Looks at a new job that a thread makes before it sleeps: some tens of microseconds.
  private static let spins = 20_000
  /// Bytes of a thread's stack.
  private static let stackSize = 4 << 20

  private let job = Mutex<Job?>(nil)
  private let next = Atomic<Int>(0)
  private let active = Atomic<Int>(0)
  private let generation = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let isClosed = Atomic<Bool>(false)
  private let wake = DispatchSemaphore(value: 0)

  /// Hands out the numbers, takes part itself, and returns when nobody works on one any more.
  func run(_ count: Int, between: () -> Void, _ body: @escaping @Sendable (Int) -> Void) {
    next.store(0, ordering: .sequentiallyConsistent)
    job.withLock { $0 = Job(count: count, body: body) }
    announce()
    work(Job(count: count, body: body), between: between)
    // A thread that comes late finds no job; one that holds the job is waited for.
    job.withLock { $0 = nil }
    while active.load(ordering: .sequentiallyConsistent) > 0 { sched_yield() }
  }

  /// Lets every thread end at its next look.
  func close() {
    isClosed.store(true, ordering: .sequentiallyConsistent)
    announce()
  }

  /// Tells all threads that there is something new: those that spin see the generation, those that sleep are woken.
  private func announce() {
    generation.add(1, ordering: .sequentiallyConsistent)
    for _ in 0..<sleepers.exchange(0, ordering: .sequentiallyConsistent) { wake.signal() }
  }

  /// Takes the next number until none is left.
  private func work(_ job: Job, between: () -> Void = {}) {
    while true {
      let i = next.add(1, ordering: .sequentiallyConsistent).oldValue
      if i >= job.count { return }
      job.body(i)
      between()
    }
  }

  /// The life of a thread: waits for a job, takes part in it, until the pool is closed.
  private func loop() {
    var seen = 0
    while true {
      waitForChange(of: seen)
      if isClosed.load(ordering: .sequentiallyConsistent) { return }
      seen = generation.load(ordering: .sequentiallyConsistent)
      active.add(1, ordering: .sequentiallyConsistent)
      if let job = job.withLock({ $0 }) { work(job) }
      active.subtract(1, ordering: .sequentiallyConsistent)
    }
  }

  /// Returns at a generation other than the one seen: after a short spin, then asleep.
  private func waitForChange(of seen: Int) {
    for _ in 0..<PoolState.spins where generation.load(ordering: .relaxed) != seen { return }
    while generation.load(ordering: .sequentiallyConsistent) == seen {
      sleepers.add(1, ordering: .sequentiallyConsistent)
      if generation.load(ordering: .sequentiallyConsistent) != seen { return }
      wake.wait()
    }
  }

  /// Starts one thread, which keeps the state alive. Where the system gives none, the pool goes on without it.
  static func startThread(_ state: PoolState) {
    var thread = pthread_t()
    // As much as the tasks need, whatever the limit of the program's own stack is.
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, stackSize)
    let argument = Unmanaged.passRetained(state).toOpaque()
    let result = pthread_create(
      &thread, &attributes,
      { argument in
        guard let argument else { return nil }
        Unmanaged<PoolState>.fromOpaque(argument).takeRetainedValue().loop()
        return nil
      }, argument)
    if result == 0 {
      pthread_detach(thread)
    } else {
      // Without the thread the caller does the work alone: slower, and the same result.
      Unmanaged<PoolState>.fromOpaque(argument).release()
    }
  }
}
