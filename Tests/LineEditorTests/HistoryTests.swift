// Recalling cells, at a terminal.
import TestSupport
import Testing

@Suite struct HistoryTests {
  private func demoWithCells() throws -> PseudoTerminal {
    let terminal = try demo(rows: 40)
    for cell in ["alpha = 1", "m = attach(\r64)", "beta = 2"] {
      try terminal.run(cell)
    }
    try terminal.send(Key.control("l"))
    try terminal.waitForScreen(">", cursor: (row: 0, column: 2))
    return terminal
  }

  @Test func upRecallsWholeCellsAndDownReturns() throws {
    let terminal = try demoWithCells()
    try terminal.send("dra" + Key.control("a"))
    try terminal.send(Key.up)
    try terminal.waitForScreen("> beta = 2", cursor: (row: 0, column: 10))
    try terminal.send(Key.up)
    try terminal.waitForScreen("> m = attach(\n.   64)", cursor: (row: 0, column: 13))
    try terminal.send(Key.up)
    try terminal.waitForScreen("> alpha = 1")
    try terminal.send(Key.down)
    try terminal.waitForScreen("> m = attach(\n.   64)", cursor: (row: 1, column: 7))
    try terminal.send(Key.down)
    try terminal.waitForScreen("> beta = 2")
    try terminal.send(Key.down)
    try terminal.waitForScreen("> dra", cursor: (row: 0, column: 2))
  }

  @Test func recalledCellIsEditedAndRun() throws {
    let terminal = try demoWithCells()
    try terminal.send(Key.up + Key.up + Key.down + Key.left + Key.backspace + "5" + Key.enter)
    try terminal.waitForScreen("> m = attach(\n.   65)\n= m = attach(\n=   65)\n>")
    try terminal.send(Key.up)
    try terminal.wait(for: "the cell again") { $0.rows.suffix(2) == ["> m = attach(", ".   65)"] }
  }

  @Test func upSearchesForTheBeginning() throws {
    let terminal = try demoWithCells()
    try terminal.send("m" + Key.up)
    try terminal.waitForScreen("> m = attach(\n.   64)")
    try terminal.send(Key.up + "x")
    try terminal.waitForScreen("> m = attach(x\n.   64)", cursor: (row: 0, column: 14))
  }

  @Test func downReturnsToTheBeginning() throws {
    let terminal = try demoWithCells()
    try terminal.send("al" + Key.up)
    try terminal.waitForScreen("> alpha = 1")
    try terminal.send(Key.down)
    try terminal.waitForScreen("> al", cursor: (row: 0, column: 4))
  }

  @Test func controlRSearches() throws {
    let terminal = try demoWithCells()
    try terminal.send(Key.control("r") + "att")
    try terminal.waitForScreen("> m = attach(\n.   64)\nbck:att")
    try terminal.send(Key.escape + Key.end + Key.enter)
    try terminal.waitForScreen("> m = attach(\n.   64)\n= m = attach(\n=   64)\n>")
  }

  @Test func interruptLeavesTheSearch() throws {
    let terminal = try demoWithCells()
    try terminal.send(Key.control("r") + "alp")
    try terminal.waitForScreen("> alpha = 1\nbck:alp")
    try terminal.send(Key.control("c"))
    try terminal.waitForScreen("> alpha = 1^C\n>")
  }
}
