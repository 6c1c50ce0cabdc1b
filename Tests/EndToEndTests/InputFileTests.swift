// What can be run: files of any name, pipes and devices; and what is said where something cannot.
import Foundation
import Glibc
import TestSupport
import Testing

@Suite struct InputFileTests {
  /// Runs a command of bash, which has process substitution.
  private func shell(_ command: String, in bench: Bench) throws -> [String] {
    try bench.write(command, to: "command.sh")
    let terminal = try bench.shell("exec bash command.sh", columns: 200)
    #expect(try terminal.waitForExit() == .code(0))
    return terminal.screen.transcript.lines
  }

  @Test(arguments: [
    ("$RANKLAB run <(echo 6 \\* 7); echo code $?", ["42", "code 0"]),
    ("echo 6 \\* 7 | $RANKLAB run /dev/stdin; echo code $?", ["42", "code 0"]),
    ("echo 6 \\* 7 | $RANKLAB run -; echo code $?", ["42", "code 0"]),
    ("echo 6 \\* 7 | $RANKLAB /dev/stdin; echo code $?", ["42", "code 0"]),
    ("mkfifo pipe; echo 6 \\* 7 >pipe & $RANKLAB run pipe; echo code $?", ["42", "code 0"]),
    ("mkfifo pipe; (sleep 1; echo 6 \\* 7 >pipe) & $RANKLAB run pipe; echo code $?", ["42", "code 0"]),
    ("$RANKLAB check <(printf '```ranklab\\n1\\n```\\n\\n```out\\n1\\n```\\n'); echo code $?", ["code 0"]),
    ("$RANKLAB run /dev/null; echo code $?", ["code 0"]),
    (
      "$RANKLAB run /dev/zero; echo code $?",
      ["error: `/dev/zero` cannot be read: it is larger than 64 MB", "code 66"]
    ),
    (
      "truncate -s 200G big.rank; $RANKLAB run big.rank; echo code $?",
      ["error: `big.rank` cannot be read: it is larger than 64 MB", "code 66"]
    ),
    ("$RANKLAB run none.rank; echo code $?", ["error: there is no file `none.rank`", "code 66"]),
    (
      "$RANKLAB run .; echo code $?",
      ["error: `.` is a folder; a script or a notebook is needed", "code 66"]
    ),
    (
      "ln -s loop.rank loop.rank; $RANKLAB run loop.rank; echo code $?",
      ["error: `loop.rank` cannot be read: its symbolic links form a loop", "code 66"]
    ),
    (
      "echo >x; $RANKLAB run x/y.rank; echo code $?",
      ["error: `x/y.rank` cannot be read: a part of the path is not a folder", "code 66"]
    ),
    (
      "$RANKLAB </dev/zero; echo code $?",
      ["error: standard input cannot be read: it is larger than 64 MB", "code 66"]
    ),
  ])
  func whatIsRun(command: String, shown: [String]) throws {
    #expect(try shell(command, in: Bench()) == shown)
  }

  @Test func aFileWithoutPermission() throws {
    guard geteuid() != 0 else { return }
    let shown = try shell("echo 1 >x.rank; chmod 0 x.rank; $RANKLAB run x.rank; echo code $?", in: Bench())
    #expect(shown == ["error: `x.rank` cannot be read: permission denied", "code 66"])
  }

  @Test func anInterruptEndsTheWaitForAPipe() throws {
    let bench = try Bench()
    let terminal = try bench.shell("mkfifo pipe; echo waits; exec $RANKLAB run pipe")
    try terminal.wait(for: "waits")
    try terminal.send(Key.control("c"))
    #expect(try terminal.waitForExit() == .code(130))
  }

  /// Two names that look the same as text.
  @Test func namesThatAreNotUTF8() throws {
    let shown = try shell(
      """
      a=$(printf 'q\\377.rank'); b=$(printf 'q\\376.rank'); n=$(printf 'q\\377.md')
      echo 1 >"$a"; echo 'show(2); zzz' >"$b"; printf '```ranklab\\n3\\n```\\n' >"$n"
      $RANKLAB run "$a" "$b" "$n"; echo code $?
      $RANKLAB "$a" </dev/null; echo code $?
      $RANKLAB run "$n" </dev/null; echo code $?
      $RANKLAB check "$n"; echo code $?
      $RANKLAB check --update "$n"; echo code $?
      $RANKLAB lint "$n"; echo code $?
      $RANKLAB run "$(printf 'none\\377.rank')"; echo code $?
      $RANKLAB "$(printf 'x\\377')"; echo code $?
      """, in: Bench())
    #expect(
      shown.prefix(5) == [
        "1", "2", "error: no value is named `zzz`", "  --> q\\xFE.rank:1:10", "  show(2); zzz",
      ])
    #expect(
      shown.drop { $0 != "code 1" } == [
        "code 1", "1", "code 0", "> 3", "3", "code 0", "q\\xFF.md:2: the output differs", "--- written", "",
        "+++ came", "3", "code 2",
        "error: `q\\xFF.md` cannot be written: its name is not UTF-8; rename it and try again", "code 1",
        "error: `q\\xFF.md` cannot be read: its name is not UTF-8; rename it and try again", "code 2",
        "error: there is no file `none\\xFF.rank`", "code 66", "Error: There is no command `x\\xFF`.",
        "Usage: ranklab prompt [--color <when>] [-i] [--no-rc] [-c <text>] [<file>]",
        "  See 'ranklab prompt --help' for more information.", "code 64",
      ])
  }

  // MARK: - The history

  @Test(arguments: [
    ("ln -s /dev/zero history", "it is no file but a folder, a pipe or a device"),
    ("mkfifo history", "it is no file but a folder, a pipe or a device"),
    ("mkdir history", "it is no file but a folder, a pipe or a device"),
    ("truncate -s 3G history", "it is larger than 64 MB; remove it or cut it"),
  ])
  func aHistoryThatIsNoneIsSaidAndHindersNothing(made: String, reason: String) throws {
    let bench = try Bench()
    let terminal = try bench.shell(
      "mkdir -p state/ranklab; cd state/ranklab; \(made); cd ../..; exec $RANKLAB", columns: 200)
    try terminal.waitForPrompt()
    #expect(terminal.lines.contains { $0.hasSuffix("state/ranklab/history cannot be used: " + reason) })
    #expect(try terminal.run("6 * 7").last == "42")
    #expect(try terminal.run("7 * 7").last == "49")
    #expect(try terminal.leave() == .code(0))
  }
}
