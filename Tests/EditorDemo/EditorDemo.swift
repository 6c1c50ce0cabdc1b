// A prompt that repeats what is typed, for the tests of the line editor.
import Glibc
import LineEditor
import Text

/// Options: `--history FILE`, `--right TEXT`, `--color`.
@main enum EditorDemo {
  static func main() throws {
    let options = Options(CommandLine.arguments.dropFirst())
    let file = options.history.map(HistoryFile.init(path:))
    let flag = InterruptFlag()
    var hooks = DemoLanguage.hooks
    if options.color {
      hooks.recolor = { TerminalText($0).colored("36") }
    }
    let editor: LineEditor
    do {
      editor = try LineEditor(
        programName: "editor-demo", rightPrompt: options.rightPrompt, history: try file?.load() ?? [],
        hooks: hooks)
    } catch let error as LineEditorError {
      say("no editor: \(error)")
      exit(1)
    }
    while true {
      switch editor.read() {
      case .cell("quit"):
        editor.close()
        return
      case .cell(let cell):
        try file?.append(cell)
        flag.clear()
        JobTerminal.run { run(cell, flag) }
      case .interrupted: break
      case .endOfFile:
        say("bye")
        editor.close()
        return
      case .terminated:
        editor.close()
        exit(143)
      }
    }
  }

  private static func run(_ cell: String, _ flag: InterruptFlag) {
    switch cell {
    case "pid": say("pid \(getpid()).")
    case "job":
      say("job runs")
      while !flag.isSet { usleep(1000) }
      say("job stopped by \(flag.count)")
    case "stuck":
      say("job runs")
      stick(flag)
    case "flood":
      var count = 0
      while !flag.isSet {
        count += 1
        write("\(count)\n")
      }
      say("flood of \(count) lines")
    case "listen":
      say("job runs")
      var input = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
      poll(&input, 1, -1)
      say("a line waits")
    default:
      for line in cell.split(separator: "\n", omittingEmptySubsequences: false) { say("= \(line)") }
    }
  }

  /// Says that it is interrupted, and goes on.
  private static func stick(_ flag: InterruptFlag) -> Never {
    var count = 0
    while true {
      usleep(1000)
      guard flag.count > count else { continue }
      count = flag.count
      say("interrupts: \(count)")
    }
  }

  /// Writes all of a text, whatever interrupts.
  private static func write(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(1, $0.baseAddress, $0.count) }
      if count < 0 && errno != EINTR { return }
      bytes = bytes.dropFirst(max(count, 0))
    }
  }

  private static func say(_ line: String) {
    print(line)
    fflush(nil)
  }
}

private struct Options {
  var history: String?
  var right = ""
  /// In a colour, with a blank behind it.
  var rightPrompt: TerminalText {
    right.isEmpty ? TerminalText() : TerminalText(right).colored("32") + TerminalText(" ")
  }
  var color = false

  init(_ arguments: some Sequence<String>) {
    var rest = Array(arguments)[...]
    while let option = rest.popFirst() {
      switch option {
      case "--history": history = rest.popFirst()
      case "--right": right = rest.popFirst() ?? ""
      case "--color": color = true
      default: print("unknown option \(option)")
      }
    }
  }
}
