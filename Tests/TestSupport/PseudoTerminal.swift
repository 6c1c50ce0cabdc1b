// A program under test on a terminal of its own.
import Foundation
import Glibc

/// Starts a program on a new terminal that controls it, so that keys such as Control-C reach it as signals,
/// and follows what the terminal shows. All waits end with an error after `patience`.
package final class PseudoTerminal {
  package private(set) var screen: Screen
  package let process: pid_t
  /// The side of the terminal that a person would sit at.
  let master: Int32
  private let patience: Duration
  private var exit: Exit?

  /// How a program ended.
  package enum Exit: Equatable, Sendable {
    case code(Int32)
    case signal(Int32)
  }

  /// `environment` is all that the program gets besides `TERM`, `PATH`, a UTF-8 locale and a `HOME` that
  /// does not exist; a value here takes the place of one of these.
  package init(
    _ program: String, _ arguments: [String] = [], environment: [String: String] = [:], columns: Int = 60,
    rows: Int = 16, patience: Duration = .seconds(30)
  ) throws {
    screen = Screen(columns: columns, rows: rows)
    self.patience = patience
    master = try Self.openMaster(columns: columns, rows: rows)
    let basic = [
      "TERM": "xterm-256color", "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
      "LC_ALL": "C.UTF-8", "HOME": "/nonexistent",
    ]
    let all = basic.merging(environment) { $1 }.map { "\($0)=\($1)" }.sorted()
    do {
      process = try Self.spawn([program] + arguments, all, on: master)
    } catch {
      Glibc.close(master)
      throw error
    }
  }

  deinit {
    if exit == nil {
      kill(process, SIGKILL)
      var status: Int32 = 0
      while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    }
    Glibc.close(master)
  }

  /// Types a text, or keys of `Key`.
  package func send(_ text: String) throws {
    try send(bytes: Array(text.utf8))
  }

  package func send(bytes: [UInt8]) throws {
    var bytes = bytes[...]
    let deadline = ContinuousClock.now + patience
    while !bytes.isEmpty {
      let ready = try wait(for: Int16(POLLIN | POLLOUT), until: deadline, awaited: "room for keys")
      if ready & Int16(POLLIN) != 0 { try receive() }
      guard ready & Int16(POLLOUT) != 0 else { continue }
      let count = bytes.prefix(512).withUnsafeBytes { write(master, $0.baseAddress, $0.count) }
      guard count >= 0 else { throw failure("accepting keys") }
      bytes = bytes.dropFirst(count)
    }
  }

  /// Waits until a row of the screen contains a text.
  package func wait(for text: String) throws {
    try wait(for: "“\(text)”") { screen in screen.rows.contains { $0.contains(text) } }
  }

  /// Waits until the screen shows exactly these rows, and the cursor is at (row, column), from 0, if given.
  package func waitForScreen(_ text: String, cursor: (row: Int, column: Int)? = nil) throws {
    let place = cursor.map { " with the cursor at row \($0.row), column \($0.column)" } ?? ""
    try wait(for: "screen\(place)\n\(PseudoTerminalError.framed(text))") { screen in
      screen.text == text && (cursor.map { $0 == (screen.row, screen.column) } ?? true)
    }
  }

  /// Waits until the screen is as a test wants it; `awaited` names that in the error.
  package func wait(for awaited: String, _ isReached: (Screen) -> Bool) throws {
    let deadline = ContinuousClock.now + patience
    while !isReached(screen) {
      _ = try wait(for: Int16(POLLIN), until: deadline, awaited: awaited)
      guard try receive() else { throw failure(awaited + ", but the program ended") }
    }
  }

  /// Waits until the program ends, and takes all of its output.
  package func waitForExit() throws -> Exit {
    if let exit { return exit }
    let deadline = ContinuousClock.now + patience
    repeat {
      _ = try wait(for: Int16(POLLIN), until: deadline, awaited: "the end of the program")
    } while try receive()
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 {
      guard errno == EINTR else { throw failure("the end of the program") }
    }
    let ended: Exit = status & 0x7F == 0 ? .code(status >> 8 & 0xFF) : .signal(status & 0x7F)
    exit = ended
    return ended
  }

  package func resize(columns: Int, rows: Int) throws {
    var size = winsize(
      ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    screen.resize(columns: columns, rows: rows)
    guard ioctl(master, UInt(TIOCSWINSZ), &size) == 0 else { throw failure("a new size") }
  }

  /// Reads what is there. False when the program and all its children have closed the terminal.
  @discardableResult private func receive() throws -> Bool {
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(master, &bytes, bytes.count)
    if count < 0 && errno == EINTR { return true }
    guard count > 0 else { return false }
    screen.receive(bytes[..<count])
    return true
  }

  private func wait(
    for events: Int16, until deadline: ContinuousClock.Instant, awaited: String
  ) throws -> Int16 {
    while true {
      let left = deadline - ContinuousClock.now
      guard left > .zero else { throw failure(awaited) }
      var descriptor = pollfd(fd: master, events: events, revents: 0)
      let milliseconds =
        left.components.seconds * 1000 + 1 + left.components.attoseconds / 1_000_000_000_000_000
      if poll(&descriptor, 1, Int32(clamping: milliseconds)) > 0 { return descriptor.revents }
    }
  }

  private func failure(_ awaited: String) -> PseudoTerminalError {
    PseudoTerminalError(
      awaited: awaited, screen: screen.text + "\n(cursor at row \(screen.row), column \(screen.column))")
  }
}
