// The marks inside a line of Markdown: code, strong, emphasis, links, escapes.
import Text

struct MarkdownInline {
  /// Whether code keeps its backticks, where no colour sets it off.
  let keepsBackticks: Bool
  let unicode: Bool

  /// Marks nested deeper than this stay as they are.
  private static let deepest = 8

  func styled(_ text: String) -> StyledText {
    var result = StyledText()
    append(Array(text)[...], .plain, 0, to: &result)
    return result
  }

  private func append(
    _ text: ArraySlice<Character>, _ style: Style, _ depth: Int, to result: inout StyledText
  ) {
    var rest = text
    while let first = rest.first {
      if first == "\\", let next = rest.dropFirst().first, next.isASCII, next.isPunctuation || next.isSymbol {
        add(String(next), style, to: &result)
        rest = rest.dropFirst(2)
      } else if depth < Self.deepest, let end = span(rest, text, style, depth, &result) {
        rest = rest[end...]
      } else {
        // The marks that begin here are text; a run of them is taken together.
        let run = "`*_".contains(first) ? rest.prefix { $0 == first } : rest.prefix(1)
        add(String(run), style, to: &result)
        rest = rest.dropFirst(run.count)
      }
    }
  }

  /// Appends what the mark at the start of `rest` encloses and returns where it ends; nil where nothing
  /// is marked.
  private func span(
    _ rest: ArraySlice<Character>, _ whole: ArraySlice<Character>, _ style: Style, _ depth: Int,
    _ result: inout StyledText
  ) -> Int? {
    switch rest.first {
    case "`": return code(rest, &result)
    case "*", "_": return emphasis(rest, whole, style, depth, &result)
    case "[": return link(rest, style, depth, &result)
    case "!":
      guard rest.dropFirst().first == "[" else { return nil }
      return link(rest.dropFirst(), style, depth, &result)
    case "<": return address(rest, style, &result)
    case "&":
      for (name, sign) in [("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"), ("&nbsp;", "\u{A0}")]
      where rest.starts(with: name) {
        add(sign, style, to: &result)
        return rest.startIndex + name.count
      }
      return nil
    default: return nil
    }
  }

  private func code(_ rest: ArraySlice<Character>, _ result: inout StyledText) -> Int? {
    let ticks = rest.prefix { $0 == "`" }.count
    var position = rest.startIndex + ticks
    while let open = rest[position...].firstIndex(of: "`") {
      let length = rest[open...].prefix { $0 == "`" }.count
      if length == ticks {
        var inner = rest[(rest.startIndex + ticks)..<open]
        if inner.count > 2, inner.first == " ", inner.last == " " { inner = inner.dropFirst().dropLast() }
        add(keepsBackticks ? "`" + String(inner) + "`" : String(inner), .command, to: &result)
        return open + length
      }
      position = open + length
    }
    return nil
  }

  /// `**strong**` and `*emphasis*`. An underscore inside a word (`q_proj`) marks nothing.
  private func emphasis(
    _ rest: ArraySlice<Character>, _ whole: ArraySlice<Character>, _ style: Style, _ depth: Int,
    _ result: inout StyledText
  ) -> Int? {
    guard let mark = rest.first else { return nil }
    let count = min(2, rest.prefix { $0 == mark }.count)
    let start = rest.startIndex + count
    guard start < rest.endIndex, rest[start] != " ", rest[start] != mark else { return nil }
    if mark == "_", rest.startIndex > whole.startIndex, whole[rest.startIndex - 1].isWordLike { return nil }
    var end = start
    while end < rest.endIndex {
      if rest[end] == "`" {
        // Marks inside code are not marks.
        let ticks = rest[end...].prefix { $0 == "`" }.count
        let close = rest[(end + ticks)...].firstIndex(of: "`")
        end = (close ?? end) + ticks
        continue
      }
      let run = rest[end...].prefix { $0 == mark }.count
      let after = end + count
      if run == count, rest[end - 1] != " ", mark == "*" || after == rest.endIndex || !rest[after].isWordLike
      {
        append(rest[start..<end], count == 2 ? .title : .emphasis, depth + 1, to: &result)
        return after
      }
      end += max(1, run)
    }
    return nil
  }

  /// `[text](address)` as `text (address)`; the address alone where the text is the same.
  private func link(
    _ rest: ArraySlice<Character>, _ style: Style, _ depth: Int, _ result: inout StyledText
  ) -> Int? {
    guard let close = rest.firstIndex(of: "]"), close + 1 < rest.endIndex, rest[close + 1] == "(",
      let end = rest[close...].firstIndex(of: ")")
    else { return nil }
    let text = rest[(rest.startIndex + 1)..<close]
    let address = String(rest[(close + 2)..<end].prefix { $0 != " " })
    append(text, style, depth + 1, to: &result)
    if address != String(text), !address.isEmpty { add(" (\(address))", .dim, to: &result) }
    return end + 1
  }

  /// `<https://…>` without the brackets.
  private func address(_ rest: ArraySlice<Character>, _ style: Style, _ result: inout StyledText) -> Int? {
    guard rest.starts(with: "<http"), let end = rest.firstIndex(of: ">") else { return nil }
    add(String(rest[(rest.startIndex + 1)..<end]), style, to: &result)
    return end + 1
  }

  private func add(_ text: String, _ style: Style, to result: inout StyledText) {
    result.append(text.safe(unicode: unicode, keepingLineBreaks: true), style)
  }
}

extension Character {
  fileprivate var isWordLike: Bool { isLetter || isNumber }
}
