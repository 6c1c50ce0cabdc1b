// Regular expressions for module paths, against what Python's re.fullmatch says.
import Adapters
import Testing

@Suite struct PathExpressionTests {
  @Test(arguments: [
    (#".*\.(q|v)_proj"#, "model.layers.0.self_attn.v_proj", true),
    (#".*\.(q|v)_proj"#, "model.layers.0.self_attn.k_proj", false),
    (#"(?!.*visual).*(?:q|v)_proj$"#, "model.q_proj", true),
    (#"(?!.*visual).*(?:q|v)_proj$"#, "visual.q_proj", false),
    (#"model\.layers\.[0-9]{1,2}\.\w+"#, "model.layers.31.mlp", true),
    (#"model\.layers\.[0-9]{1,2}\.\w+"#, "model.layers.131.mlp", false),
    (#"(?P<head>[^.]+\.)*down_proj"#, "a.b.down_proj", true), ("a{,2}b{2}?", "aabb", true),
    ("a{,2}b{2}?", "aaabb", false), ("a{x}", "a{x}", true), (#"[]a\-]+"#, "]-a", true),
    ("[a-c]{2,}", "abd", false),
    (#"\bq\b.\Bx|\d+\Z"#, "42", true), ("(a|b|)c", "c", true), ("a(?#note)+b|^$", "aab", true),
    ("", "", true),
    ("", "a", false), (".", "\n", false), (#"\x61é"#, "aé", true), (#"\s\S\D\W"#, " aa.", true),
    ("(?=ab)a.(?!c)", "ab", true), ("(a*)*b", "aaab", true),
  ])
  func matches(_ expression: String, _ path: String, _ isMatch: Bool) throws {
    #expect(try PathExpression(expression).matches(path) == isMatch)
  }

  @Test(arguments: [
    ("a(b", "at character 2, a group is not closed"), ("a)", "at character 2, `)` closes no group"),
    ("*a", "at character 1, there is nothing to repeat"), ("a**", "at character 3, a repetition is repeated"),
    ("[a", "at character 1, `[` is not closed"),
    ("[b-a]", "at character 2, a range of characters runs backwards"),
    ("a{3,2}", "at character 2, the least count is above the most"),
    (#"a\"#, "at character 2, a backslash stands at the end"),
    (#"\q"#, "at character 1, an escape is not known"),
    (#"(a)\1"#, "at character 4, a reference to a group is not supported"),
    ("(?i)a", "at character 1, a group that begins with `(?i` is not supported"),
    ("(?<=a)b", "at character 1, a group that begins with `(?<` is not supported"),
    ("^*", "at character 2, there is nothing to repeat"),
    ("a*(?#c)*", "at character 8, a repetition is repeated"),
    ("a++", "at character 3, a possessive repetition is not supported"),
    ("((a{99}){99}){99}", "its repetitions unfold to more than 8192 steps"),
    ("a{99999999999999999999}", "its repetitions unfold to more than 8192 steps"),
    (String(repeating: "(", count: 100), "at character 65, groups are nested deeper than 64 levels"),
    (
      String(repeating: "(?=a)", count: 33),
      "at character 161, more than 32 lookaheads is not supported"
    ),
  ])
  func refused(_ expression: String, _ words: String) throws {
    let flaw = try #require(throws: PathExpressionFlaw.self) { try PathExpression(expression) }
    #expect(flaw.description == words)
  }

  /// Expressions that keep an engine which tries one way after another busy for years.
  @Test(arguments: ["(a+)+!", "(.*a){12}!", "(a|a)*!", "(.*)*!", "(a?){90}a{900}!", "(?:(?=(a+)+!)a)*!"])
  func noExpressionBlowsUp(_ expression: String) throws {
    let path = String(repeating: "a", count: PathExpression.longestPath)
    #expect(try !PathExpression(expression).matches(path))
    #expect(try !PathExpression("a*").matches(path + "a"))
    #expect(try PathExpression("a*").matches(path))
  }
}
