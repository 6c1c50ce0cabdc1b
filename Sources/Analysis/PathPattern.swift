// Regular expressions of configurations, matched as PEFT matches them.
import Adapters

struct PathPattern {
  private let expression: PathExpression

  /// A text of `target_modules`: it must match a whole path. nil where it is no regular expression.
  init?(_ text: String) {
    guard let expression = try? PathExpression(text) else { return nil }
    self.expression = expression
  }

  /// A key of `rank_pattern` or `alpha_pattern`: `re.match(rf"(.*\.)?({key})$", path)`.
  init?(key: String) {
    guard let expression = try? PathExpression(key: key) else { return nil }
    self.expression = expression
  }

  func matches(_ path: String) -> Bool { expression.matches(path) }

  /// Why a text is no regular expression; nil where it is one.
  static func flaw(_ text: String) -> String? {
    do throws(PathExpressionFlaw) {
      _ = try PathExpression(text)
      return nil
    } catch {
      return error.description
    }
  }
}
