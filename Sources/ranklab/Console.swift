// Standard output and error: events in, text out, one progress line where there is a terminal.
import Display
import Foundation
import Interpreter
import Language
import LineEditor
import Notebook
import Signals

/// All that the process prints goes through here.
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

    /// Bytes that are written between two looks at `stop`.
    private static let piece = 1 << 16

    /// Writes a text, or a part of it where `stop` is asked. A terminal that is gone takes it all; where another stream is
    /// gone or full, the process ends.
    func write(_ text: String, _ stop: StopSignal, _ interrupts: InterruptFlag) {
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
  func writeLine(_ text: String) { write(text, to: output, patience) }

  /// A line of errors or notes, to standard error.
  func writeError(_ text: String) { write(text, to: errors, patience) }

  private func write(_ text: String, to stream: Stream, _ stop: StopSignal) {
    clearProgress()
    stream.write(text + "\n", stop, interrupts)
    if stop.isAsked { errors.write("\ninterrupted; the rest is not shown\n", patience, interrupts) }
  }

  /// Shows what is quickly laid out, and else as much as there is time for.
  private func write(_ event: Event, to stream: Stream) {
    let options = options(stream)
    if let text = text(of: event, options) { write(text, to: stream, options.stop) }
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
        writeError(parts.joined(separator: "  "))
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
    var lines: [String] = []
    // A picture that is higher than the terminal cannot be drawn in place.
    if var picture = progress.picture, let rows = Terminal.size(errors.descriptor)?.rows, rows > 10 {
      picture.caption = ""
      let drawn = picture.rendered(options, height: rows - 2).split(
        separator: "\n", omittingEmptySubsequences: false)
      if drawn.count < rows - 1 { lines = drawn.map(String.init) }
    }
    lines.append(progress.line.rendered(options))
    errors.write(erasing + lines.joined(separator: "\n"), patience, interrupts)
    linesAbove = lines.count - 1
    showsProgress = true
  }

  /// Back to the start of what was drawn, and everything from there on erased.
  private var erasing: String {
    "\r" + (linesAbove > 0 ? "\u{1B}[\(linesAbove)A" : "") + "\u{1B}[J"
  }

  /// Erases what was drawn of progress, so that other text can stand there.
  private func clearProgress() {
    guard showsProgress else { return }
    errors.write(erasing, patience, interrupts)
    linesAbove = 0
    showsProgress = false
  }
}
