// What killed processes left in a folder: whoever writes there next puts it right.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The names under which something is written before it has its own. Each holds the number of the process:
///
/// - `.ranklab-PID-N.tmp`: a file (or folder) that is being written;
/// - `.NAME.PID.unfinished`: a folder that is being written, to be `NAME`;
/// - `.NAME.PID.replaced`: the folder that stands or stood at `NAME` while it is exchanged: what is in it and not in
///   `NAME` is the user's and belongs there.
///
/// Whoever writes claims what it writes (`flock`), which ends with the process, however it ends. Something is
/// abandoned where nobody claims it and no process has its number. A number that another program has by now keeps it
/// until that program ends. On a folder that machines share, one whose claims do not reach the others could take their
/// work for abandoned; the writer looks before it puts anything in place, and then reports an error.
struct Leftover {
  enum Kind { case temporary, unfinished, replaced }

  let kind: Kind
  let process: pid_t
  /// What the folder is to be, or was, with a NUL at its end; empty for a temporary file.
  let target: OpenFolder.Name

  static func temporaryName(_ attempt: Int) -> String { ".ranklab-\(getpid())-\(attempt).tmp" }

  static func name(_ kind: Kind, of target: String, _ attempt: Int) -> String {
    let number = attempt == 0 ? "\(getpid())" : "\(getpid())-\(attempt)"
    return ".\(target).\(number).\(kind == .replaced ? "replaced" : "unfinished")"
  }

  /// Nil for a name that is none of these.
  init?(_ name: OpenFolder.Name) {
    guard name.first == CChar(UInt8(ascii: ".")) else { return nil }
    let bytes = name.dropLast().map { UInt8(bitPattern: $0) }
    let text = String(decoding: bytes, as: UTF8.self)
    if text.hasPrefix(".ranklab-"), text.hasSuffix(".tmp") {
      let numbers = text.dropFirst(9).dropLast(4).split(separator: "-", omittingEmptySubsequences: false)
      guard numbers.count == 2, Int(numbers[1]) != nil, let process = Leftover.process(numbers[0]) else {
        return nil
      }
      (kind, self.process, target) = (.temporary, process, [])
      return
    }
    let kinds: [(Kind, String)] = [(.unfinished, ".unfinished"), (.replaced, ".replaced")]
    guard let (kind, suffix) = kinds.first(where: { text.hasSuffix($0.1) }) else { return nil }
    let front = bytes.dropLast(suffix.utf8.count)
    guard let dot = front.lastIndex(of: UInt8(ascii: ".")), dot > 1 else { return nil }
    let numbers = String(decoding: front[(dot + 1)...], as: UTF8.self)
      .split(separator: "-", omittingEmptySubsequences: false)
    guard numbers.count <= 2, let first = numbers.first, let process = Leftover.process(first),
      numbers.dropFirst().allSatisfy({ Int($0) != nil })
    else { return nil }
    (self.kind, self.process) = (kind, process)
    target = front[1..<dot].map { CChar(bitPattern: $0) } + [0]
  }

  private static func process(_ digits: Substring) -> pid_t? {
    digits.allSatisfy { "0"..."9" ~= $0 } ? pid_t(digits).flatMap { $0 > 0 ? $0 : nil } : nil
  }

  /// When this process looked first: before it wrote anything.
  private static let began = time(nil)

  private func isAbandoned(_ isClaimed: Bool?, _ status: stat?) -> Bool {
    let began = Leftover.began
    if isClaimed == true { return false }
    // A process may have the number that an earlier one had, in a container always; what came since is its own.
    if process == getpid() { return isClaimed == false && status.map { $0.changed < began - 2 } ?? false }
    return kill(process, 0) != 0 && errno == ESRCH
  }

  /// Removes from a folder what was abandoned there, and gives back what belongs to the user. What cannot be removed
  /// stays for the next time.
  static func sweep(_ path: String) {
    guard let folder = try? OpenFolder(path), let names = try? folder.names() else { return }
    for name in names {
      guard let leftover = Leftover(name), leftover.isAbandoned(folder.isClaimed(name), folder.status(name))
      else { continue }
      switch leftover.kind {
      case .temporary, .unfinished: folder.removeAll(name)
      case .replaced: leftover.giveBack(name, in: folder)
      }
    }
  }

  /// A killed exchange: the target is the old folder or the new one, each whole, and this the other one.
  private func giveBack(_ name: OpenFolder.Name, in folder: OpenFolder) {
    guard folder.status(target) != nil else {
      // Taken out of the way of what then did not come.
      try? folder.move(name, to: folder, as: target)
      return
    }
    if let old = try? folder.folder(name), let new = try? folder.folder(target) {
      guard old.settle(into: new, nil) else { return }
    }
    folder.removeAll(name)
  }
}
