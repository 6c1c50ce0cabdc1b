// Whether programs sleep, as the system says.
import Glibc

/// The threads of all processes of a session at a moment when each of them slept.
///
/// Threads are looked at one after the other, so one may wake another meanwhile. But whoever woke has gone to sleep once
/// more since: where two looks in a row are equal, all slept together at the moment between them.
struct Sleepers: Equatable {
  /// Whether each thread slept in the second look as it does in the first, nothing having run in between.
  static func areAsleep(session: pid_t) -> Bool {
    guard let first = Sleepers(processes: processes(of: session)), !first.sleeps.isEmpty else {
      return false
    }
    return Sleepers(processes: Array(first.sleeps.keys)) == first
  }

  /// How often each thread has gone to sleep so far, by process and thread.
  private var sleeps: [pid_t: [String: Int]] = [:]

  /// Nil where a thread runs, waits for a processor or a disk, or was stopped from outside. Stopped by its own shell, as
  /// by Control-Z, it is a sleeper in the background.
  private init?(processes: [pid_t]) {
    for process in processes {
      // What has ended meanwhile is not missed here: whoever started it wakes.
      guard let stat = Self.stat(process) else { continue }
      if stat.state == "T", stat.group == stat.foreground { return nil }
      for thread in Self.names(in: "/proc/\(process)/task") {
        guard let status = Self.contents("/proc/\(process)/task/\(thread)/status") else { continue }
        guard let state = Self.field("State", of: status)?.first, "STtZX".contains(state) else { return nil }
        let count = Self.field("voluntary_ctxt_switches", of: status).flatMap { Int($0) }
        sleeps[process, default: [:]][thread] = count ?? 0
      }
    }
  }

  private static func processes(of session: pid_t) -> [pid_t] {
    names(in: "/proc").compactMap { pid_t($0) }.filter { stat($0)?.session == "\(session)" }
  }

  /// State, process group, session, and the process group in the terminal's foreground.
  private static func stat(
    _ process: pid_t
  ) -> (state: Substring, group: Substring, session: Substring, foreground: Substring)? {
    // The name of the program, in brackets, may hold spaces and brackets.
    guard let text = contents("/proc/\(process)/stat"), let name = text.lastIndex(of: ")") else { return nil }
    // State, parent, group, session, terminal, foreground.
    let fields = text[text.index(after: name)...].split(separator: " ", maxSplits: 6)
    return fields.count > 5 ? (fields[0], fields[2], fields[3], fields[5]) : nil
  }

  private static func field(_ name: String, of status: String) -> Substring? {
    status.split(separator: "\n").first { $0.hasPrefix(name + ":") }?.dropFirst(name.count + 1)
      .drop { $0 == "\t" }
  }

  private static func names(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.first?.isNumber == true { names.append(name) }
    }
    return names
  }

  private static func contents(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    // One read gives all of these small files.
    var bytes = [UInt8](repeating: 0, count: 8192)
    let count = read(descriptor, &bytes, bytes.count)
    return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }
}
