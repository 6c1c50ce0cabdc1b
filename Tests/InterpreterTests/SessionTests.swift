// What front ends rely on: results, interruption, limits, state.
import Foundation
import Interpreter
import InterpreterSupport
import Language
import Signals
import Testing
import Text

@Suite struct SessionTests {
  @Test func resultIsTheLastValueShown() {
    let session = Session(table: FakeCommands.table)
    #expect(session.execute(Source("1; 2; x = 3")) { _ in }.value.equals(.number(2)))
    #expect(session.execute(Source("x = 3")) { _ in }.value.equals(.none))
    let failed = session.execute(Source("7; 1 / 0; 8", name: "a.rank", firstLine: 5)) { _ in }
    #expect(failed.value.equals(.number(7)))
    #expect(failed.diagnostic?.title == "division by zero")
    #expect(failed.diagnostic?.source?.name == "a.rank")
    #expect(session.scope.value("_error")?.equals(.text("division by zero")) == true)
    #expect(session.execute(Source("1 +")) { _ in }.diagnostic != nil)
  }

  @Test func nothingRunsOfACellThatDoesNotParse() {
    let session = Session(table: FakeCommands.table)
    var events = 0
    session.execute(Source("x = 1\nshow(x)\ny = (")) { _ in events += 1 }
    #expect(events == 1)
    #expect(session.scope.value("x") == nil)
  }

  /// A loop asks before each round whether to stop.
  @Test func loopsStop() {
    let countdown = Countdown(3)
    let session = Session(
      environment: Environment(stop: StopSignal { countdown.isOver() }), table: FakeCommands.table)
    let result = session.execute(Source("for i in range(1000) { n = i }\nn = -1")) { _ in }
    #expect(result.wasInterrupted)
    #expect(result.diagnostic == nil)
    #expect(session.scope.value("n")?.equals(.number(2)) == true)
  }

  @Test func comprehensionsStop() {
    let countdown = Countdown(3)
    let session = Session(
      environment: Environment(stop: StopSignal { countdown.isOver() }), table: FakeCommands.table)
    let result = session.execute(Source("x = [i for i in range(1000)]")) { _ in }
    #expect(result.wasInterrupted)
    #expect(session.scope.value("x") == nil)
    #expect(session.scope.value("i") == nil)
  }

  /// A function that calls itself without a loop can be stopped, too.
  @Test func callsStop() {
    let countdown = Countdown(50)
    let session = Session(
      environment: Environment(stop: StopSignal { countdown.isOver() }), table: FakeCommands.table)
    let cell = "def fib(n) { if n < 2 { return n }\n return fib(n - 1) + fib(n - 2) }\nfib(90)"
    #expect(session.execute(Source(cell)) { _ in }.wasInterrupted)
  }

  @Test func anInterruptedExampleEndsTheCell() {
    let countdown = Countdown(0)
    let session = Session(
      environment: Environment(stop: StopSignal { countdown.isOver() }), table: FakeCommands.table)
    #expect(session.execute(Source("example show; x = 1")) { _ in }.wasInterrupted)
    #expect(session.scope.value("x") == nil)
  }

  /// The deepest recursion through the deepest expressions ends with an error, not with the stack.
  @Test func depthIsLimited() {
    let session = Session(table: FakeCommands.table)
    let brackets = 200
    let nested =
      String(repeating: "(", count: brackets) + "f(n + 1)" + String(repeating: ")", count: brackets)
    let deep = session.execute(Source("def f(n) { return \(nested) }\nf(0)")) { _ in }
    #expect(deep.diagnostic?.title == "the evaluation is more than 2000 steps deep")
    let sum = String(repeating: "1 + ", count: 900) + "1"
    #expect(session.execute(Source(sum)) { _ in }.value.equals(.number(901)))
    let ifs =
      "def g(n) { " + String(repeating: "if 1 { ", count: 100) + "return g(n)"
      + String(repeating: " }", count: 100) + " }\ng(0)"
    let branching = session.execute(Source(ifs)) { _ in }
    #expect(branching.diagnostic?.title == "the evaluation is more than 2000 steps deep")
    // The limits count what is being evaluated, not what was.
    #expect(session.execute(Source("1 + 1")) { _ in }.value.equals(.number(2)))
  }

  @Test func anErrorInAFunctionCarriesItsOwnSource() {
    let session = Session(table: FakeCommands.table)
    session.execute(Source("def f(x) { return x / 0 }", name: "first.rank")) { _ in }
    let result = session.execute(Source("f(1)", name: "second.rank")) { _ in }
    #expect(result.diagnostic?.source?.name == "first.rank")
    #expect(result.diagnostic?.body == "It happened in the call `f(1)`.")
  }

  @Test func aNoteIsShownOnce() {
    let session = Session(table: FakeCommands.table)
    var notes = 0
    for _ in 0..<3 {
      session.execute(Source("train(model())")) { if case .note = $0 { notes += 1 } }
    }
    #expect(notes == 1)
  }

  @Test func stateIsKeptByType() {
    final class Counter { var count = 0 }
    final class Other {}
    let session = Session(table: FakeCommands.table)
    session.state(Counter.self) { Counter() }.count += 1
    session.state(Counter.self) { Counter() }.count += 1
    #expect(session.state(Counter.self) { Counter() }.count == 2)
    let other = session.state(Other.self) { Other() }
    #expect(session.state(Other.self) { Other() } === other)
  }

  @Test func completenessIsThatOfTheLanguage() {
    let session = Session(table: FakeCommands.table)
    #expect(session.isComplete("train m") == .complete)
    #expect(session.isComplete("for x in xs {") == .incomplete(indent: 2))
    #expect(session.isComplete("x = )") == .invalid)
  }

  @Test func sinkOfAnInnerCellGivesWay() {
    let session = Session(table: FakeCommands.table)
    var outer: [String] = []
    session.execute(Source("example len; show(\"after\")")) { outer.append(Transcript.text($0) ?? "") }
    #expect(outer == ["  len([4, 8, 16])", "3", "after"])
  }
}
