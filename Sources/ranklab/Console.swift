// Standard output and error: events in, text out, one progress line where there is a terminal.
import Display
import Foundation
import Interpreter
import Language
import LineEditor
import Notebook
import Signals
import Text

/// All that the process prints goes through here, as `TerminalText` and `TerminalOrder` alone: nothing that stands in a file,
/// a name or a cell reaches a terminal as it is.
final class Console {
  private let interrupts: InterruptFlag
  private let output: Stream
  private let errors: Stream
  private let fixedWidth: Int?
  private var throttle = ProgressThrottle()
  private var showsProgress = false
  /// Lines of a picture above the line of progress.
  private var linesAbove = 0

  /// A standard stream and what it can show.
  private struct Stream {
    let descriptor: Int32
    let isTerminal: Bool
    let color: Bool
    let unicode: Bool

    func write(_ text: TerminalText, _ stop: StopSignal, _ interrupts: InterruptFlag) {
      send(text.string, stop, interrupts)
    }

    func write(_ orders: [TerminalOrder], _ stop: StopSignal, _ interrupts: InterruptFlag) {
      send(orders.map(\.string).joined(), stop, interrupts)
    }

    /// Bytes that are written between two looks at `stop`.
    private static let piece = 1 << 16

    /// Writes a text, or a part of it where `stop` is asked. A terminal that is gone takes it all; where another stream is
    /// gone or full, the process ends.
    private func send(_ text: String, _ stop: StopSignal, _ interrupts: InterruptFlag) {
      var bytes = Array(text.utf8)[...]
      while !bytes.isEmpty, !stop.isAsked {
        let written = bytes.prefix(Stream.piece).withUnsafeBytes {
          Foundation.write(descriptor, $0.baseAddress, $0.count)
        }
        if written > 0 {
          bytes = bytes.dropFirst(written)
        } else if errno == EIO, isTerminal {
          interrupts.terminalIsGone()
          return
        } else if errno != EINTR {
          Console.end(descriptor, errno)
        }
      }
    }
  }

  /// Ends the process: without a word where the reader went away, as SIGPIPE would.
  private static func end(_ descriptor: Int32, _ number: Int32) -> Never {
    JobTerminal.leave()
    if number == EPIPE { exit(Outcome.brokenPipe.rawValue) }
    if descriptor == STDOUT_FILENO {
      let message = "error: standard output cannot be written: \(String(cString: strerror(number)))\n"
      // Where this cannot be written either, the exit code says it.
      _ = message.withCString { Foundation.write(STDERR_FILENO, $0, strlen($0)) }
    }
    exit(Outcome.failure.rawValue)
  }

  init(color: ColorChoice, environment: [String: String], interrupts: InterruptFlag) {
    self.interrupts = interrupts
    let unicode = Console.showsUnicode(environment)
    func stream(_ descriptor: Int32) -> Stream {
      let isTerminal = Terminal.isTerminal(descriptor)
      return Stream(
        descriptor: descriptor, isTerminal: isTerminal,
        color: color.wantsColor(environment: environment, isTerminal: isTerminal), unicode: unicode)
    }
    output = stream(1)
    errors = stream(2)
    fixedWidth = environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
  }

  /// Whether the locale is UTF-8; an unset one is taken to be.
  private static func showsUnicode(_ environment: [String: String]) -> Bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment[$0] }.first { !$0.isEmpty }
    guard let locale = locale?.lowercased() else { return true }
    return locale.contains("utf-8") || locale.contains("utf8")
  }

  var hasColor: Bool { output.color }

  /// As wide as the terminal now; 80 columns elsewhere.
  var options: RenderOptions { options(output) }

  private func options(_ stream: Stream) -> RenderOptions {
    let width = stream.isTerminal ? Terminal.size(stream.descriptor)?.columns ?? fixedWidth : fixedWidth
    return RenderOptions(
      width: width ?? 80, unicode: stream.unicode, color: stream.color, stop: patience)
  }

  /// Asked where the user stopped it and it has taken a tenth of a second: what is quickly shown is always shown, the
  /// result of what was interrupted too.
  private var patience: StopSignal {
    let began = ProcessInfo.processInfo.systemUptime
    let interrupts = interrupts
    return StopSignal { interrupts.isSet && ProcessInfo.processInfo.systemUptime - began > 0.1 }
  }

  /// A line of results, to standard output.
  func writeLine(_ text: TerminalText) { write(text, to: output, patience) }

  /// A line of errors or notes, to standard error.
  func writeError(_ text: TerminalText) { write(text, to: errors, patience) }

  private func write(_ text: TerminalText, to stream: Stream, _ stop: StopSignal) {
    clearProgress()
    stream.write(text + Console.lineFeed, stop, interrupts)
    if stop.isAsked {
      errors.write(TerminalText("\ninterrupted; the rest is not shown\n"), patience, interrupts)
    }
  }

  /// Shows what is quickly laid out, and else as much as there is time for.
  private func write(_ event: Event, to stream: Stream) {
    let options = options(stream)
    if let text = shown(event, options) { write(text, to: stream, options.stop) }
  }

  private static let lineFeed = TerminalText("\n")

  /// Says a sentence on standard error: one line, whatever is in it.
  func say(_ sentence: String) {
    writeError(TerminalText(sentence.safe(unicode: errors.unicode)))
  }

  /// Prints a text of the program itself, as its help or the script that completes its arguments in a shell.
  func showOwn(_ text: String) {
    writeLine(TerminalText(text, unicode: output.unicode))
  }

  /// Shows a text of several lines on standard error.
  func showAside(_ text: String) {
    writeError(TerminalText(text, unicode: errors.unicode))
  }

  /// Code as it was read, coloured where that is wanted, behind the marks of the prompt.
  func echo(_ code: String, commands: Set<String>) {
    let code = code.safeCode(unicode: output.unicode)
    let text = output.color ? highlighted(code, commands: commands) : TerminalText(code)
    writeLine(text.indented(by: TerminalText("> "), then: TerminalText(". ")))
  }

  /// Results to standard output; notes, errors and progress to standard error.
  func write(_ event: Event) {
    switch event {
    case .progress(let progress):
      write(progress)
    case .note, .status, .diagnostic:
      write(event, to: errors)
    case .text, .page, .table, .chart, .heatMap:
      write(event, to: output)
    }
  }

  /// On a terminal one line, drawn again in its place; elsewhere a line for each milestone.
  private func write(_ progress: Interpreter.Progress) {
    guard errors.isTerminal && Terminal.understandsEscapes else {
      // Off a terminal a line an evaluation, and nothing that is redrawn.
      if progress.isMilestone {
        let line = progress.line
        let parts = ["\(line.title) \(line.done) of \(line.total)"] + line.figures
        say(parts.joined(separator: "  "))
      }
      return
    }
    if progress.isLast {
      clearProgress()
    } else if throttle.shouldDraw(at: ProcessInfo.processInfo.systemUptime) {
      draw(progress)
    }
  }

  /// The picture, if there is one, and the line below it, in the place of the last ones.
  private func draw(_ progress: Interpreter.Progress) {
    let options = options(errors)
    var text = TerminalText()
    var rowsAbove = 0
    // A picture that is higher than the terminal cannot be drawn in place.
    if var picture = progress.picture, let rows = Terminal.size(errors.descriptor)?.rows, rows > 10 {
      picture.caption = ""
      let drawn = picture.shown(options, height: rows - 2)
      let height = drawn.string.utf8.count { $0 == UInt8(ascii: "\n") } + 1
      if height < rows - 1 {
        text = drawn + Console.lineFeed
        rowsAbove = height
      }
    }
    errors.write(erasing, patience, interrupts)
    errors.write(text + progress.line.shown(options), patience, interrupts)
    linesAbove = rowsAbove
    showsProgress = true
  }

  /// Back to the start of what was drawn, and everything from there on erased.
  private var erasing: [TerminalOrder] { [.lineStart, .up(linesAbove), .eraseBelow] }

  /// Erases what was drawn of progress, so that other text can stand there.
  private func clearProgress() {
    guard showsProgress else { return }
    errors.write(erasing, patience, interrupts)
    linesAbove = 0
    showsProgress = false
  }
}
