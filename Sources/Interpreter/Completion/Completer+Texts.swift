// What can stand in quotes: paths, choices, topics of help, and the modules of the model in the call.
import Fields
import Language

extension Completer {
  func inText(_ place: ArgumentPlace?) -> Completion {
    guard let place, let kind = kind(at: place) else { return offer([]) }
    let quote = closingQuote
    if place.containers.last == .key {
      return offer(keysAreModules(place) ? modules(without: place.siblings, quote) : [])
    }
    if kind.takesPath { return paths(quote) }
    if kind.takesName {
      return offer(words(from: kind.words).map { Candidate($0.text, $0.kind, $0.meaning, suffix: quote) })
    }
    let choices = kind.choices.filter { !place.siblings.contains($0.word) }.map {
      Candidate($0.word, .choice, $0.meaning, suffix: quote)
    }
    guard kind.takesModule else { return offer(choices) }
    let all = Candidate("all-linear", .choice, "all linear layers but the output layer", suffix: quote)
    return offer(choices + modules(without: place.siblings, quote) + (place.containers.isEmpty ? [all] : []))
  }

  /// The quote that opened the text, where it does not stand behind the cursor already.
  private var closingQuote: String {
    let bytes = text.utf8
    guard context.start > 0, context.start <= bytes.count else { return "" }
    let quote = bytes[bytes.index(bytes.startIndex, offsetBy: context.start - 1)]
    if bytes.dropFirst(context.end).first == quote { return "" }
    return String(decoding: [quote], as: UTF8.self)
  }

  // MARK: - Paths

  private func paths(_ quote: String) -> Completion {
    let folder = context.prefix.lastIndex(of: "/").map { context.prefix[...$0] } ?? ""
    let name = context.prefix.dropFirst(folder.count)
    let found = session.environment.listFolder(String(folder)).sorted().filter { entry in
      entry.hasPrefix(name) && (name.hasPrefix(".") || !entry.hasPrefix("."))
    }
    return Completion(
      span: Span(context.start + folder.utf8.count, context.end),
      candidates: found.map { entry in
        let isFolder = entry.hasSuffix("/")
        return Candidate(entry, .path, isFolder ? "folder" : "file", suffix: isFolder ? "" : quote)
      })
  }

  // MARK: - Modules

  /// The modules in quotes, before a quote is typed.
  func quotedModules(_ isWanted: Bool) -> [Candidate] {
    guard isWanted, context.prefix.isEmpty else { return [] }
    return modules(without: [], "").map { Candidate("\"\($0.text)\"", .module, $0.meaning) }
  }

  /// Names of modules of the model in the call, as a configuration names them: the last parts of paths, then
  /// whole paths. Once something is typed, the ends of paths that begin so, the shorter ones first.
  private func modules(without given: [String], _ quote: String) -> [Candidate] {
    var counts: [String: Int] = [:]
    var order: [[String]] = []
    for path in modulePaths {
      var end = path[...]
      var parts = 0
      // From the whole path to its last part.
      var ends: [Substring] = []
      while true {
        ends.append(end)
        guard let dot = end.firstIndex(of: ".") else { break }
        end = end[end.index(after: dot)...]
      }
      for end in ends.reversed() {
        parts += 1
        let isWanted =
          context.prefix.isEmpty ? parts == 1 || parts == ends.count : end.hasPrefix(context.prefix)
        guard isWanted else { continue }
        let text = String(end)
        counts[text, default: 0] += 1
        guard counts[text] == 1 else { continue }
        while order.count < parts { order.append([]) }
        order[parts - 1].append(text)
      }
    }
    return order.joined().filter { !given.contains($0) }.map { name in
      let count = counts[name] ?? 1
      return Candidate(name, .module, count == 1 ? "1 module" : "\(count) modules", suffix: quote)
    }
  }

  /// The modules of the nearest model in the calls around the cursor, else of all models there are, else those
  /// of the table.
  private var modulePaths: [String] {
    for call in context.calls.reversed() {
      let owner = call.callee.split(separator: ".").dropLast().map(String.init)
      for names in [owner] + call.names where names.count == 1 {
        if let paths = modulePaths(of: session.scope.value(names[0])) { return paths }
      }
    }
    let all = session.scope.userNames.compactMap { modulePaths(of: session.scope.value($0)) }
    if !all.isEmpty {
      var seen: Set<String> = []
      return all.joined().filter { seen.insert($0).inserted }
    }
    return session.table.modulePaths
  }

  private func modulePaths(of value: Value?) -> [String]? {
    guard case .object(let object as any ModuleOwner)? = value else { return nil }
    return object.modulePaths
  }
}
