// The pool does every task once, and survives being idle.
import Storage
import Synchronization
import Testing

@Suite struct ThreadPoolTests {
  @Test(arguments: [1, 2, 4])
  func everyTaskIsDoneOnce(_ threads: Int) {
    let pool = ThreadPool(threads: threads)
    for count in [0, 1, 2, 7, 1000] {
      let done = Mutex([Int](repeating: 0, count: count))
      var between = 0
      pool.run(count, between: { between += 1 }) { i in done.withLock { $0[i] += 1 } }
      #expect(done.withLock { $0.allSatisfy { $0 == 1 } })
      #expect(between <= count)
    }
  }

  @Test func manyShortJobs() {
    let pool = ThreadPool(threads: 3)
    let total = Atomic<Int>(0)
    for _ in 0..<5000 { pool.run(3) { i in total.add(i, ordering: .relaxed) } }
    #expect(total.load(ordering: .relaxed) == 15_000)
  }
}
