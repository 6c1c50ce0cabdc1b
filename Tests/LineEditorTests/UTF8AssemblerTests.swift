// Characters from bytes.
import LineEditor
import Testing

@Suite struct UTF8AssemblerTests {
  private func assembled(_ bytes: [UInt8]) -> String {
    var assembler = UTF8Assembler()
    return String(bytes.flatMap { assembler.scalars(after: $0) })
  }

  @Test func charactersOfAllLengths() {
    let text = "aé漢😀\u{10FFFF}"
    #expect(assembled(Array(text.utf8)) == text)
  }

  @Test func whatIsNotUTF8IsReplaced() {
    #expect(assembled([0x61, 0x80, 0x62]) == "a\u{FFFD}b")
    #expect(assembled([0xE6, 0xBC, 0x63]) == "\u{FFFD}c")
    #expect(assembled([0xC3, 0xC3, 0xA9]) == "\u{FFFD}é")
    #expect(assembled([0xED, 0xA0, 0x80]) == "\u{FFFD}")
    #expect(assembled([0xF5]) == "\u{FFFD}")
  }
}
