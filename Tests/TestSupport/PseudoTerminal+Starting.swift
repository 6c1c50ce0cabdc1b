// Making a terminal and a program on it.
import Glibc

// Macros of the system's headers that Swift cannot import.
private let lockSlave: UInt = 0x4004_5431
private let slaveNumber: UInt = 0x8004_5430
private let newSession: Int16 = 0x80

extension PseudoTerminal {
  /// The master side of a new terminal.
  static func openMaster(columns: Int, rows: Int) throws -> Int32 {
    let master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard master >= 0 else { throw PseudoTerminalError(awaited: "terminal device", screen: "") }
    var unlocked: Int32 = 0
    var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    guard ioctl(master, lockSlave, &unlocked) == 0, ioctl(master, UInt(TIOCSWINSZ), &size) == 0 else {
      close(master)
      throw PseudoTerminalError(awaited: "unlocked terminal device", screen: "")
    }
    return master
  }

  /// The name under which programs open the terminal.
  static func path(of master: Int32) -> String {
    var number: Int32 = 0
    // It cannot fail for the master of a terminal.
    _ = ioctl(master, slaveNumber, &number)
    return "/dev/pts/\(number)"
  }

  /// Starts a program in a folder and a new session. The first terminal that the leader of a session opens becomes the
  /// one that controls it, so the program's input is opened by name.
  static func spawn(
    _ command: [String], _ environment: [String], in folder: String, on master: Int32
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, path(of: master), O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // Whoever runs the tests may block or ignore signals; the program begins as from a shell.
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH, SIGCONT, SIGPIPE] {
      sigaddset(&signals, signal)
    }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(
      &attributes, newSession | Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))
    // A shell changes the folder, and the program takes its place.
    let whole = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", folder] + command
    let arguments = whole.map { strdup($0) } + [nil]
    let variables = environment.map { strdup($0) } + [nil]
    defer { for pointer in arguments + variables { free(pointer) } }
    var process: pid_t = 0
    let status =
      access(command[0], X_OK) == 0
      ? posix_spawn(&process, whole[0], &actions, &attributes, arguments, variables) : errno
    guard status == 0 else {
      throw PseudoTerminalError(
        awaited: "start of \(command[0]) (\(String(cString: strerror(status))))", screen: "")
    }
    return process
  }
}
