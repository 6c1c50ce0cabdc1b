// Who decides about colour, and the styles.
import Display
import Testing
import Text

@Suite("Colour")
struct ColorChoiceTests {
  @Test(arguments: [
    (ColorChoice.always, ["NO_COLOR": "1", "TERM": "dumb"], false, true),
    (.never, ["FORCE_COLOR": "1"], true, false),
    (.auto, [:], true, true),
    (.auto, [:], false, false),
    (.auto, ["NO_COLOR": "1"], true, false),
    (.auto, ["NO_COLOR": "0"], true, false),
    (.auto, ["NO_COLOR": ""], true, true),
    (.auto, ["NO_COLOR": "1", "FORCE_COLOR": "1"], true, false),
    (.auto, ["NO_COLOR": "", "FORCE_COLOR": "1"], false, true),
    (.auto, ["FORCE_COLOR": "1"], false, true),
    (.auto, ["FORCE_COLOR": ""], false, false),
    (.auto, ["FORCE_COLOR": "0"], false, false),
    (.auto, ["FORCE_COLOR": "0"], true, true),
    (.auto, ["CLICOLOR_FORCE": "1"], false, true),
    (.auto, ["CLICOLOR_FORCE": "0", "FORCE_COLOR": "3"], false, true),
    (.auto, ["CLICOLOR_FORCE": "1", "TERM": "dumb"], false, true),
    (.auto, ["TERM": "dumb"], true, false),
    (.auto, ["TERM": "xterm"], false, false),
  ])
  func whoDecides(_ choice: ColorChoice, _ environment: [String: String], _ isTerminal: Bool, _ wanted: Bool)
  {
    #expect(choice.wantsColor(environment: environment, isTerminal: isTerminal) == wanted)
  }

  @Test func stylesAreEscapeSequencesOrNothing() {
    #expect(Style.error.applied(to: "no", color: true).string == "\u{1B}[1;31mno\u{1B}[0m")
    #expect(Style.error.applied(to: "no", color: false).string == "no")
    #expect(Style.error.applied(to: "", color: true).string == "")
    #expect(Style.plain.applied(to: "x", color: true).string == "x")
  }

  @Test func seriesColoursDifferAndBeginAgain() {
    let shown = (1...Style.seriesColors).map { Style.series($0).applied(to: "x", color: true).string }
    #expect(Set(shown).count == Style.seriesColors)
    #expect(Style.series(Style.seriesColors + 1).applied(to: "x", color: true).string == shown[0])
    #expect(Style.series(0).applied(to: "x", color: true).string == shown.last)
  }
}
