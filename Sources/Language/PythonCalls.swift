// Calls in the text of a Python program, found without parsing it: any text is scanned, and what is no literal stays unknown.
package import Fields

/// A call as it stands: `LoraConfig(r=16, target_modules=["q_proj"])`.
package struct PythonCall: Equatable, Sendable {
  package struct Argument: Equatable, Sendable {
    /// nil for a positional argument.
    package var label: String?
    package var value: StatedValue
    /// Where the value stands.
    package var place: PythonPlace
  }

  /// With its owners: `torch.optim.AdamW`; `.backward` where they are no names.
  package var name: String
  package var arguments: [Argument]
  /// What a `*` or `**` unpacks into the call, with the stars.
  package var unpacked: [PythonPlace]
  /// The 1-based line on which the name begins.
  package var line: Int
  /// From the name to the closing bracket.
  package var place: PythonPlace

  /// Whether a `*` or `**` may give more than is written.
  package var hasUnpacking: Bool { !unpacked.isEmpty }

  /// The last component of the name.
  package var lastName: String { name.split(separator: ".").last.map(String.init) ?? name }
}

/// All closed calls of a text, in the order in which they begin; calls within arguments are among them.
///
/// Takes time linear in the text. Comments and texts are skipped, definitions are no calls, and a bracket that is
/// never closed makes no call.
package func pythonCalls(in text: String) -> [PythonCall] {
  let list = Lexer.tokens(text)
  return PythonCallScanner(list, closings: list.closings).calls()
}

/// Tokens of a Python text that belong together, by their numbers.
package typealias PythonPlace = Range<Int>

extension TokenList {
  /// For the number of an opening bracket, that of its closing one.
  var closings: [Int: Int] {
    var closings: [Int: Int] = [:]
    var open: [Int] = []
    var counts: [Bracket: Int] = [:]
    for (index, token) in tokens.enumerated() {
      switch token.kind {
      case .open(let bracket):
        open.append(index)
        counts[bracket, default: 0] += 1
      case .close(let bracket):
        // A closing bracket without an opening one closes nothing.
        guard counts[bracket, default: 0] > 0 else { continue }
        while let last = open.popLast(), case .open(let opened) = tokens[last].kind {
          counts[opened, default: 0] -= 1
          // Openings of another kind that are passed over were never closed.
          if opened == bracket {
            closings[last] = index
            break
          }
        }
      default: break
      }
    }
    return closings
  }

  /// Names and dots by turns; nil where anything else stands there.
  func dottedName(_ range: PythonPlace) -> String? {
    var name = ""
    var needsName = true
    for index in range where tokens[index].kind != .newline {
      guard tokens[index].kind == (needsName ? .name : .dot) else { return nil }
      name += text(tokens[index].span)
      needsName.toggle()
    }
    return needsName ? nil : name
  }
}

struct PythonCallScanner {
  let list: TokenList
  let closings: [Int: Int]

  init(_ list: TokenList, closings: [Int: Int]) {
    self.list = list
    self.closings = closings
  }

  func calls() -> [PythonCall] {
    var calls: [PythonCall] = []
    var line = 1
    var counted = 0
    for (index, token) in list.tokens.enumerated() where token.kind == .open(.round) {
      guard let closing = closings[index], let start = nameStart(before: index) else { continue }
      let place = list.tokens[start].span.start
      line += list.bytes[counted..<max(counted, place)].count { $0 == UInt8(ascii: "\n") }
      counted = max(counted, place)
      calls.append(call(named: start..<index, arguments: index + 1..<closing, line: line))
    }
    return calls
  }

  /// The index of the first token of the dotted name that ends before `index`; nil where there is none, or where it is
  /// defined there.
  private func nameStart(before index: Int) -> Int? {
    guard index > 0, list.tokens[index - 1].kind == .name else { return nil }
    var start = index - 1
    while start >= 2, list.tokens[start - 1].kind == .dot, list.tokens[start - 2].kind == .name { start -= 2 }
    // A method of something that is no name: `f(x).backward()`.
    if start >= 1, list.tokens[start - 1].kind == .dot { start -= 1 }
    if start >= 1, [.keyword(.def), .keyword(.class)].contains(list.tokens[start - 1].kind) { return nil }
    return start
  }

  private func call(named name: Range<Int>, arguments: Range<Int>, line: Int) -> PythonCall {
    var call = PythonCall(
      name: name.map { list.text(list.tokens[$0].span) }.joined(), arguments: [], unpacked: [], line: line,
      place: name.lowerBound..<arguments.upperBound + 1)
    for range in split(arguments) {
      let tokens = firstTokens(3, of: range)
      guard let first = tokens.first else { continue }
      if list.tokens[first].kind == .binary(.multiply) || list.tokens[first].kind == .binary(.power) {
        call.unpacked.append(first..<range.upperBound)
      } else if tokens.count > 2, list.tokens[first].kind == .name, list.tokens[tokens[1]].kind == .assign {
        call.arguments.append(
          PythonCall.Argument(
            label: list.text(list.tokens[first].span), value: value(tokens[2]..<range.upperBound),
            place: tokens[2]..<range.upperBound))
      } else {
        let place = first..<range.upperBound
        call.arguments.append(PythonCall.Argument(label: nil, value: value(place), place: place))
      }
    }
    return call
  }

  /// The first so many tokens of a range that are no line breaks.
  private func firstTokens(_ count: Int, of range: Range<Int>) -> [Int] {
    Array(range.lazy.filter { list.tokens[$0].kind != .newline }.prefix(count))
  }

  /// The parts between commas that stand in no further bracket.
  func split(_ range: Range<Int>) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var start = range.lowerBound
    var index = start
    while index < range.upperBound {
      if let closing = closings[index] {
        index = closing
      } else if list.tokens[index].kind == .comma {
        parts.append(start..<index)
        start = index + 1
      }
      index += 1
    }
    return parts + [start..<range.upperBound]
  }

  private func value(_ range: Range<Int>) -> StatedValue {
    if let name = list.dottedName(range) { return .name(name) }
    // Names need evaluating; looking for them first keeps nested calls linear.
    if list.tokens[range].contains(where: \.isWord) { return .unknown }
    var parser = Parser(list, commands: [])
    parser.index = range.lowerBound
    parser.lineBreaksCount = false
    parser.skipLineBreaks()
    // What the language cannot parse is unknown, as everything that is no literal.
    guard let node = try? parser.parseExpression(), parser.index >= range.upperBound else { return .unknown }
    return StatedValue(node.expression)
  }
}

extension StatedValue {
  init(_ expression: Expression) {
    switch expression.kind {
    case .number(let number): self = .number(number)
    case .text(let text): self = .text(text)
    case .bool(let bool): self = .bool(bool)
    case .none: self = .none
    case .group(let inner): self = StatedValue(inner)
    case .list(let items): self = .list(items.map { StatedValue($0) })
    case .dictionary(let items):
      self = .dictionary(items.map { Entry(key: StatedValue($0.key), value: StatedValue($0.value)) })
    case .unary(let sign, let operand):
      guard case .number(let number) = StatedValue(operand), sign != .not else {
        self = .unknown
        return
      }
      self = .number(sign == .minus ? -number : number)
    case .binary(let sign, let left, let right):
      guard case .number(let a) = StatedValue(left), case .number(let b) = StatedValue(right),
        let result = StatedValue.folded(sign, a, b)
      else {
        self = .unknown
        return
      }
      self = .number(result)
    default: self = .unknown
    }
  }

  /// The result of arithmetic on numbers; nil for another operator, and for a division by 0.
  package static func folded(_ sign: BinaryOperator, _ a: Double, _ b: Double) -> Double? {
    switch sign {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: b == 0 ? nil : a / b
    case .floorDivide: b == 0 ? nil : (a / b).rounded(.down)
    case .power: b.magnitude <= 64 && b == b.rounded() && a != 0 ? raised(a, Int(b)) : nil
    default: nil
    }
  }

  /// A whole power by multiplying: no library of mathematics is needed.
  private static func raised(_ x: Double, _ power: Int) -> Double {
    let product = (0..<power.magnitude).reduce(1.0) { result, _ in result * x }
    return power < 0 ? 1 / product : product
  }
}
