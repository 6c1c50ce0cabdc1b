// `time`: how long a statement took, by the clock that the front end gives.
import Interpreter
import InterpreterSupport
import Language
import Synchronization
import Testing

@Suite struct TimeTests {
  /// A second passes at each look at the clock.
  private final class Clock: Sendable {
    private let seconds = Atomic<Int>(0)
    func now() -> Double { Double(seconds.add(1, ordering: .relaxed).newValue) }
  }

  private func shown(_ cell: String, in session: Session? = nil) -> [String] {
    let clock = Clock()
    let session = session ?? Session(environment: Environment(clock: clock.now), table: FakeCommands.table)
    var lines: [String] = []
    session.execute(Source(cell)) { event in
      if case .status(let text) = event {
        lines.append("status: " + text)
      } else {
        lines.append(Transcript.text(event) ?? "")
      }
    }
    return lines
  }

  @Test func theValueIsShownAndThenTheTime() {
    #expect(shown("time 6 * 7; _") == ["42", "status: took 1.0 s", "42"])
  }

  @Test func assignmentsAndLoopsAreTimed() {
    #expect(shown("time x = 5; x") == ["status: took 1.0 s", "5"])
    #expect(
      shown("for i in [1, 2] { time show(i) }") == ["1", "status: took 1.0 s", "2", "status: took 1.0 s"])
    // The outer one looks at the clock once more on each side of the inner one.
    #expect(shown("time for i in [1] { time show(i) }").last == "status: took 3.0 s")
    #expect(shown("def f() { time x = 7; return x }\nf()") == ["status: took 1.0 s", "7"])
  }

  @Test func whatFailsHasNoTime() throws {
    let lines = shown("time 1 / 0")
    #expect(lines.count == 1 && lines[0].hasPrefix("error: division by zero"))
  }

  @Test func timeIsNoFunction() {
    let text = shown("x = time(6 * 7)").joined()
    #expect(text.hasPrefix("error: `time` stands before a whole statement"))
    #expect(shown("time").joined().contains("statement"))
  }
}
