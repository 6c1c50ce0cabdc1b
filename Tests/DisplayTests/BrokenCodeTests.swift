// Code and values that are wider than the page: broken at arguments and commas, never within a number or a text.
import Display
import Testing

@Suite struct BrokenCodeTests {
  private func lines(_ block: Page.Block, _ width: Int) -> [String] {
    Page([block]).rendered(RenderOptions(width: width)).split(separator: "\n").map(String.init)
  }

  @Test func codeIsBrokenAtArguments() {
    let code = "train(attach(mlp([16, 16, 16]), lora(r=4)), teacher(mlp([16, 16, 16])), steps=50)"
    #expect(
      lines(.code(code), 50) == [
        "  train(attach(mlp([16, 16, 16]), lora(r=4)),", "      teacher(mlp([16, 16, 16])), steps=50)",
      ])
    #expect(lines(.code(code), 100) == ["  " + code])
  }

  @Test func codeIsBrokenAtStatementsAndBlocks() {
    #expect(
      lines(.code("save(plot([1, 2]), \"a.svg\"); load(\"a, b, c and d.svg\")"), 40) == [
        "  save(plot([1, 2]), \"a.svg\");", "      load(\"a, b, c and d.svg\")",
      ])
    #expect(
      lines(.code("for r in [4, 16, 64] { print(\"rank\", r, 16 / r) }"), 32) == [
        "  for r in [4, 16, 64] {", "      print(\"rank\", r, 16 / r) }",
      ])
  }

  /// Behind an opening bracket where no comma comes in time; what has no place at all stays whole.
  @Test func whatCannotBeBrokenStays() {
    #expect(lines(.code("load(\"a/long/path/to/a.json\")"), 24).count == 2)
    let word = String(repeating: "x", count: 60)
    #expect(lines(.code(word), 24) == ["  " + word])
  }

  @Test func numbersAndTextsStayWhole() {
    let numbers = (1...40).map { "0.\($0)68787" }
    let text = "[" + numbers.joined(separator: ", ") + "]"
    let shown = lines(.literal(text), 60)
    #expect(shown.count > 5 && shown.allSatisfy { $0.count <= 60 })
    #expect(
      shown.joined().replacing("[", with: "").replacing("]", with: "").split { ", ".contains($0) }.map(
        String.init) == numbers)
    let texts = lines(.literal("['a, b, c, d, e', 'f, g, h, i, j']"), 24)
    #expect(texts == ["['a, b, c, d, e',", " 'f, g, h, i, j']"])
  }
}
