// Calls found in Python texts that are not parsed.
import Fields
import Language
import Testing

@Suite struct PythonCallTests {
  private func names(_ text: String) -> [String] { pythonCalls(in: text).map(\.name) }

  private func value(_ text: String) -> StatedValue? {
    pythonCalls(in: "f(x=\(text))").first?.arguments.first?.value
  }

  @Test func findsCallsAnywhere() {
    let text = """
      import torch  # f(1)
      class A(Base):
          def g(self, x: int = 3) -> None:
              '''h(2)'''
              if x := k(1): return [m(y) for y in range(3)]
      print(f"{n(3)}", torch.optim.SGD(p(), lr=.1)).q()
      loss(a)(b).backward()
      """
    #expect(
      names(text) == ["k", "m", "range", "print", "torch.optim.SGD", "p", ".q", "loss", ".backward"])
    #expect(pythonCalls(in: text).map(\.line) == [5, 5, 5, 6, 6, 6, 6, 7, 7])
    #expect(pythonCalls(in: text)[4].lastName == "SGD")
  }

  @Test func literalsAreValues() {
    #expect(value("2e-4") == .number(2e-4))
    #expect(value("-1_000") == .number(-1000))
    #expect(value("2 * (16 + 1) / 4") == .number(8.5))
    #expect(value("1 / 0") == .unknown)
    #expect(value("True") == .bool(true))
    #expect(value("None") == StatedValue.none)
    #expect(value("'a\\n'") == .text("a\n"))
    #expect(value("r'\\d'") == .text("\\d"))
    #expect(value("['a', x]") == .unknown)
    #expect(value("[\n  'a',  # first\n  'b',\n]") == .list([.text("a"), .text("b")]))
    #expect(value("{'a': 1}") == .dictionary([.init(key: .text("a"), value: .number(1))]))
    #expect(value("torch.float16") == .name("torch.float16"))
    for text in [
      "x + 1", "f(1)", "(1, 2)", "{1, 2}", "f'a'", "'a' 'b'", "1 if y else 2", "lambda: 1", "[*a]", "not 1",
    ] {
      #expect(value(text) == .unknown, "\(text)")
    }
  }

  @Test func argumentsHaveLabels() {
    let call = pythonCalls(in: "f(a, 'b', c=1, d = [1, (2)], **options)").first
    #expect(call?.arguments.map(\.label) == [nil, nil, "c", "d"])
    #expect(call?.hasUnpacking == true)
    #expect(pythonCalls(in: "f(a == 1)").first?.arguments.map(\.label) == [nil])
    #expect(pythonCalls(in: "f()").first?.arguments == [])
    #expect(pythonCalls(in: "f(a,)").first?.arguments.count == 1)
  }

  @Test func bracketsThatDoNotFit() {
    #expect(names("f(") == [])
    #expect(names("f(g(1)") == ["g"])
    #expect(names("f(1]) + g(2)") == ["f", "g"])
    #expect(names(")]} f(1)") == ["f"])
    #expect(names("f([1) g(2)") == ["f", "g"])
    #expect(names("def f(x): pass") == [])
  }
}
