// A program under test on a terminal of its own.
package import Foundation
import Glibc

/// Starts a program on a new terminal that controls it, so that keys such as Control-C reach it as signals,
/// and follows what the terminal shows. A wait in vain ends with an error, which shows the screen.
///
/// What a test compares is `screen`, which changes only where a wait ends: it is never one that is still being drawn.
package final class PseudoTerminal {
  /// What the terminal shows, as of the last wait: then the program was at rest, or had ended.
  package private(set) var screen: Screen
  package let process: pid_t
  /// The program's home and working folder, and of what it keeps; removed with the terminal unless it was given.
  package let folder: TemporaryFolder
  /// The side of the terminal that a person would sit at.
  let master: Int32
  private var isOpen = true
  /// What came so far.
  private var live: Screen
  /// How long each wait lasts at most, in time in which this process had its turn: where the machine is so busy, or this
  /// process is stopped, that the program cannot run either, waits are longer. It is no measure of the program.
  package var patience: Duration
  private var exit: Exit?

  /// How a program ended.
  package enum Exit: Equatable, Sendable {
    case code(Int32)
    case signal(Int32)
  }

  /// `environment` is all that the program gets besides `TERM`, `PATH`, a UTF-8 locale, and the folders for what it
  /// keeps, all within `folder`; a value here takes the place of one of these.
  package init(
    _ program: String, _ arguments: [String] = [], in folder: TemporaryFolder? = nil,
    environment: [String: String] = [:], columns: Int = 60, rows: Int = 16, patience: Duration = .seconds(300)
  ) throws {
    self.folder = try folder ?? TemporaryFolder()
    screen = Screen(columns: columns, rows: rows)
    live = screen
    self.patience = patience
    master = try Self.openMaster(columns: columns, rows: rows)
    let path = self.folder.path
    let basic = [
      "TERM": "xterm-256color", "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
      "LC_ALL": "C.UTF-8", "HOME": path, "TMPDIR": path, "XDG_CACHE_HOME": path + "/cache",
      "XDG_CONFIG_HOME": path + "/config", "XDG_DATA_HOME": path + "/data", "XDG_STATE_HOME": path + "/state",
    ]
    let all = basic.merging(environment) { $1 }.map { "\($0)=\($1)" }.sorted()
    do {
      process = try Self.spawn([program] + arguments, all, in: path, on: master)
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
    if isOpen { Glibc.close(master) }
  }

  /// Closes the terminal, as the window of one is closed, and waits until the program ends. Nothing can be asked of the
  /// terminal afterwards.
  package func hangUp() throws -> Exit {
    Glibc.close(master)
    isOpen = false
    var patience = patience
    var status: Int32 = 0
    while waitpid(process, &status, WNOHANG) == 0 {
      guard patience > .zero else { throw failure("an end of the program without a terminal") }
      poll(nil, 0, 2)
      patience -= .milliseconds(2)
    }
    let ended: Exit = status & 0x7F == 0 ? .code(status >> 8 & 0xFF) : .signal(status & 0x7F)
    exit = ended
    return ended
  }

  /// Types a text, or keys of `Key`.
  package func send(_ text: String) throws {
    try send(bytes: Array(text.utf8))
  }

  package func send(bytes: [UInt8]) throws {
    var bytes = bytes[...]
    var patience = patience
    while !bytes.isEmpty {
      let ready = try wait(for: Int16(POLLIN | POLLOUT), &patience, awaited: "room for keys")
      if ready & Int16(POLLIN) != 0 { receive() }
      guard ready & Int16(POLLOUT) != 0 else { continue }
      let count = bytes.prefix(512).withUnsafeBytes { write(master, $0.baseAddress, $0.count) }
      guard count >= 0 else { throw failure("accepting keys") }
      bytes = bytes.dropFirst(count)
    }
  }

  /// Waits until the program is at rest with a text in a row of the screen.
  package func wait(for text: String) throws {
    try wait(for: "“\(text)”") { $0.hasRow(with: text) }
  }

  /// Waits until the program is at rest and the screen shows exactly these rows, and the cursor is at (row, column),
  /// from 0, if given.
  package func waitForScreen(_ text: String, cursor: (row: Int, column: Int)? = nil) throws {
    let place = cursor.map { " with the cursor at row \($0.row), column \($0.column)" } ?? ""
    try wait(for: "screen\(place)\n\(PseudoTerminalError.framed(text))") { screen in
      screen.text == text && (cursor.map { $0 == (screen.row, screen.column) } ?? true)
    }
  }

  /// Waits until the program is at rest and the screen as a test wants it; `awaited` names that in the error.
  ///
  /// At rest it has taken all keys, sleeps, and nothing of its output is unread: nothing more comes unless somebody
  /// types, sends a signal or, where it sleeps for a time, that time is over.
  package func wait(for awaited: String, _ isReached: (Screen) -> Bool) throws {
    var patience = patience
    var pause = Duration.milliseconds(1)
    while true {
      if hasOutput {
        if receive() {
          // Output without end is at no time at rest.
          patience -= .microseconds(100)
          guard patience > .zero else { throw failure("an end of the output after " + awaited) }
          continue
        }
        screen = live
        if isReached(live) { return }
        throw failure(awaited + ", but the program ended")
      }
      guard isReached(live) else {
        _ = try wait(for: Int16(POLLIN), &patience, awaited: awaited)
        continue
      }
      if isAtRest, !hasOutput {
        screen = live
        return
      }
      guard patience > .zero else { throw failure("rest after " + awaited) }
      // Looking again at once would keep a busy machine busier.
      _ = ready(for: Int16(POLLIN), within: pause, of: &patience)
      pause = min(pause * 2, .milliseconds(20))
    }
  }

  /// Waits until a row of the screen contains a text while the program works on.
  @discardableResult package func glimpse(_ text: String) throws -> Screen {
    try glimpse("“\(text)”") { $0.hasRow(with: text) }
  }

  /// Waits until the screen is for a moment as a test wants it, while the program works on; gives the screen of that
  /// moment, which may be half drawn in all else. `screen` stays as it was.
  @discardableResult package func glimpse(
    _ awaited: String, _ isReached: (Screen) -> Bool
  ) throws -> Screen {
    var patience = patience
    var moment = isReached(live) ? live : nil
    while moment == nil {
      _ = try wait(for: Int16(POLLIN), &patience, awaited: awaited)
      guard let bytes = read() else { throw failure(awaited + ", but the program ended") }
      // What has been drawn and erased since the last look was there too.
      for frame in bytes.split(before: [0x0A, 0x0D, 0x1B]) {
        live.receive(frame)
        if moment == nil, isReached(live) { moment = live }
      }
    }
    return moment ?? live
  }

  /// Waits until the program ends, and takes all of its output.
  package func waitForExit() throws -> Exit {
    if let exit { return exit }
    var patience = patience
    repeat {
      _ = try wait(for: Int16(POLLIN), &patience, awaited: "the end of the program")
    } while receive()
    screen = live
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 {
      guard errno == EINTR else { throw failure("the end of the program") }
    }
    let ended: Exit = status & 0x7F == 0 ? .code(status >> 8 & 0xFF) : .signal(status & 0x7F)
    exit = ended
    return ended
  }

  /// Changes the size, and waits until the program has seen to it.
  package func resize(columns: Int, rows: Int) throws {
    var size = winsize(
      ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    live.resize(columns: columns, rows: rows)
    guard ioctl(master, UInt(TIOCSWINSZ), &size) == 0 else { throw failure("a new size") }
    try wait(for: "the new size") { _ in true }
  }

  /// Reads what is there. False when the program and all its children have closed the terminal.
  @discardableResult private func receive() -> Bool {
    guard let bytes = read() else { return false }
    live.receive(bytes)
    return true
  }

  /// What is there. Nil when the program and all its children have closed the terminal.
  private func read() -> ArraySlice<UInt8>? {
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = Glibc.read(master, &bytes, bytes.count)
    if count < 0 && errno == EINTR { return [] }
    return count > 0 ? bytes[..<count] : nil
  }

  private var hasOutput: Bool { ready(for: Int16(POLLIN), within: .zero) != 0 }

  /// Whether the program has taken all that was typed, and it and its children sleep.
  private var isAtRest: Bool { !hasInput && Sleepers.areAsleep(session: process) }

  /// Whether typed keys, or in the terminal's own line editing a whole line, wait for a program.
  private var hasInput: Bool {
    // While this side is open too, the terminal does not count as closed; so it is open for a moment only.
    let slave = open(Self.path(of: master), O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    guard slave >= 0 else { return false }
    defer { Glibc.close(slave) }
    var descriptor = pollfd(fd: slave, events: Int16(POLLIN), revents: 0)
    return poll(&descriptor, 1, 0) > 0 && descriptor.revents == Int16(POLLIN)
  }

  private func wait(for events: Int16, _ patience: inout Duration, awaited: String) throws -> Int16 {
    while true {
      guard patience > .zero else { throw failure(awaited) }
      let events = ready(for: events, within: .milliseconds(100), of: &patience)
      if events != 0 { return events }
    }
  }

  /// The events of which one has come, or none. The time goes off `patience`, but no more than was to be waited.
  private func ready(for events: Int16, within time: Duration, of patience: inout Duration) -> Int16 {
    let began = ContinuousClock.now
    let events = ready(for: events, within: time)
    patience -= min(time, ContinuousClock.now - began)
    return events
  }

  private func ready(for events: Int16, within time: Duration) -> Int16 {
    var descriptor = pollfd(fd: master, events: events, revents: 0)
    let milliseconds = (time / .milliseconds(1)).rounded(.up)
    return poll(&descriptor, 1, Int32(clamping: Int64(milliseconds))) > 0 ? descriptor.revents : 0
  }

  private func failure(_ awaited: String) -> PseudoTerminalError {
    PseudoTerminalError(
      awaited: awaited, screen: live.text + "\n(cursor at row \(live.row), column \(live.column))")
  }
}

extension ArraySlice<UInt8> {
  /// The parts of which each but the first begins with one of these bytes.
  fileprivate func split(before marks: Set<UInt8>) -> [ArraySlice<UInt8>] {
    let starts = [startIndex] + indices.dropFirst().filter { marks.contains(self[$0]) }
    return zip(starts, starts.dropFirst() + [endIndex]).map { self[$0..<$1] }
  }
}
