// Blocks and bindings found in Python texts that are not parsed.
import Language
import Testing

@Suite struct PythonOutlineTests {
  /// "3 R value(64)": line, name, kind, and the word of a condition.
  private func bindings(_ text: String) -> [String] {
    let outline = PythonOutline(text)
    return outline.bindings.map { binding in
      let kind =
        switch binding.kind {
        case .value(let place): "= \(place.map { outline.text($0) } ?? "nothing")"
        case .part(let place, let number): "[\(number)] of \(outline.text(place))"
        case .parameter(let place): "parameter \(place.map { outline.text($0) } ?? "alone")"
        case .returned(let place): "returns \(outline.text(place))"
        case .function: "function"
        case .type: "class"
        case .imported: "import"
        case .changed(let words): words
        }
      return "\(binding.line) \(binding.name) \(kind)"
        + (outline.condition(binding.block).map { " in \($0)" } ?? "")
    }
  }

  @Test func everyBindingOfAName() {
    let text = """
      import os, torch.nn as nn
      R: int = 64; A = B = 2 * R
      x, y = f(
        1)
      cfg["r"] = 8
      cfg.r.s = 9
      R += 1
      if (n := len(a)) > 3: R = 8
      for i, j in z:
          k = i
      def f(a, *b, c: int = 3, **d):
          return a
      class C(Base):
          r: int = 64
          s: str
      with open(p) as h:
          m = 1
      del q
      print(R == 64, key=3)
      """
    #expect(
      bindings(text) == [
        "1 os import", "1 torch import", "1 nn import", "1 nn import", "2 R = 64", "2 A = 2 * R",
        "2 B = 2 * R", "3 x [0] of f( 1)", "3 y [1] of f( 1)", "5 cfg item by item", "6 cfg.r.s = 9",
        "7 R by `+=`", "8 n by `:=`", "8 R = 8 in if", "9 i by a loop in for", "9 j by a loop in for",
        "10 k = i in for", "11 f function", "11 a parameter alone", "11 b parameter alone",
        "11 c parameter 3", "11 d parameter alone", "12 return returns a", "13 C class", "14 r = 64",
        "15 s = nothing", "16 h by `as`", "17 m = 1", "18 q by `del`",
      ])
  }

  @Test func blocksFollowTheIndentation() {
    let text = """
      if __name__ == "__main__":
          A = 1
      try:
          B = 1
      except E:
          C = 1
      else:
          D = 1
      while x:
          if y:
              E = 1
          F = 1
      async def g():
      \tG = 1
      match v:
          case 1:
              H = 1
      I = 1
      """
    let outline = PythonOutline(text)
    let conditions = outline.bindings.filter { if case .value = $0.kind { true } else { false } }
      .map { $0.name + (outline.condition($0.block) ?? "") }
    #expect(
      conditions == ["A", "B", "Cexcept", "Delse", "Eif", "Fwhile", "G", "Hmatch", "I"])
    #expect(
      outline.blocks[outline.scope(outline.bindings.first { $0.name == "G" }?.block ?? 0)].kind
        == .function("g"))
  }

  @Test func callsOfAPlace() {
    let text = "a = f(1).g(h(2))\nb = 2 + f(1)\nc = f(1)[0]\nd = [k for r in [1, 2]]\ne = lambda q: q"
    let outline = PythonOutline(text)
    let places = outline.bindings.compactMap { binding in
      if case .value(let place?) = binding.kind { place } else { nil as PythonPlace? }
    }
    #expect(places.map { outline.call($0)?.name } == [".g", nil, nil, nil, nil])
    #expect(
      outline.callWithIndex(places[2])?.call.name == "f" && outline.callWithIndex(places[2])?.index == 0)
    #expect(outline.isBoundWithin("r", places[3]) && !outline.isBoundWithin("k", places[3]))
    #expect(outline.isBoundWithin("q", places[4]) && !outline.isBoundWithin("q", places[3]))
    #expect(outline.expression(places[1], isStatement: true) != nil)
    #expect(outline.line(places[2]) == 3)
  }

  /// A word that belongs behind another may be the first there is.
  @Test(arguments: [
    "as def f(r):", "as :", "in x:", "as a as b:", "import", "for in:", "async :", "except as:",
  ])
  func wordsThatBeginNothing(text: String) {
    let outline = PythonOutline(text)
    #expect(outline.bindings.allSatisfy { !["as", "in", "for"].contains($0.name) })
    #expect(PythonOutline("x = 1\n" + text).bindings.first?.name == "x")
  }

  @Test func survivesAnyText() {
    let pieces = [
      "def f(", "class A:", "if x:", "for a in", "\n", "    ", "\t", ":", "=", ")", "(", "[", "]", "R", ".",
      ",",
      "+=", ":=", "lambda q:", "return", "import a", "*", "'", "é", "\\", ";", "@", "with o as p:", "{",
      "as ", "in ", "import ", "del ", "for ", "match x:", "async ", "elif :", "class ", "def ",
    ]
    var state: UInt64 = 88_172_645_463_325_252
    for _ in 0..<3000 {
      var text = ""
      for _ in 0..<20 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        text += pieces[Int(state % UInt64(pieces.count))] + (state & 64 == 0 ? " " : "")
      }
      let outline = PythonOutline(text)
      for call in outline.calls {
        for argument in call.arguments { _ = outline.expression(argument.place) }
        #expect(outline.block(call.place) < outline.blocks.count)
      }
    }
  }
}
