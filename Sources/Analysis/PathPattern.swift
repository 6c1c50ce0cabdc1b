// Regular expressions of configurations, matched as PEFT matches them.

struct PathPattern {
  private let regex: Regex<AnyRegexOutput>

  /// A text of `target_modules`: it must match a whole path. nil where it is no regular expression.
  init?(_ text: String) {
    guard let regex = try? Regex(text) else { return nil }
    self.regex = regex
  }

  /// A key of `rank_pattern` or `alpha_pattern`: `re.match(rf"(.*\.)?({key})$", path)`.
  init?(key: String) {
    self.init("(.*\\.)?(\(key))")
  }

  func matches(_ path: String) -> Bool { path.wholeMatch(of: regex) != nil }

  /// Why a text is no regular expression; nil where it is one.
  static func flaw(_ text: String) -> String? {
    do {
      _ = try Regex(text)
      return nil
    } catch {
      return String(describing: error)
    }
  }
}
