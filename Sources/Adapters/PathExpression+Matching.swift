// From a regular expression to steps, and from steps to a match.

extension PathExpression {
  /// The steps of an expression, `end` as the last.
  static func compiled(_ node: PathExpressionNode) throws(PathExpressionFlaw) -> [Step] {
    guard size(node) < Double(stepLimit) else {
      throw PathExpressionFlaw(character: 1, problem: .tooLarge(limit: stepLimit))
    }
    var steps: [Step] = []
    append(node, to: &steps)
    steps.append(.end)
    return steps
  }

  /// A bound of the steps that a piece unfolds to, at least 1, in floating point as counts multiply.
  private static func size(_ node: PathExpressionNode) -> Double {
    switch node {
    case .one, .hold: 1
    case .sequence(let items): items.reduce(1) { $0 + size($1) }
    case .choice(let options): options.reduce(0) { $0 + size($1) + 2 }
    case .repeated(let inner, let least, let most): (size(inner) + 1) * Double(max(1, most ?? least) + 1)
    case .look(let inner, _): size(inner) + 2
    }
  }

  private static func append(_ node: PathExpressionNode, to steps: inout [Step]) {
    switch node {
    case .one(let matcher): steps.append(.one(matcher))
    case .hold(let assertion): steps.append(.hold(assertion))
    case .sequence(let items): for item in items { append(item, to: &steps) }
    case .choice(let options):
      var jumps: [Int] = []
      for (index, option) in options.enumerated() {
        let fork = steps.count
        if index < options.count - 1 { steps.append(.end) }
        append(option, to: &steps)
        guard index < options.count - 1 else { break }
        jumps.append(steps.count)
        steps.append(.end)
        steps[fork] = .fork(fork + 1, steps.count)
      }
      for jump in jumps { steps[jump] = .jump(steps.count) }
    case .repeated(let inner, let least, let most):
      for _ in 0..<least { append(inner, to: &steps) }
      guard let most else {
        let fork = steps.count
        steps.append(.end)
        append(inner, to: &steps)
        steps.append(.jump(fork))
        steps[fork] = .fork(fork + 1, steps.count)
        return
      }
      var forks: [Int] = []
      for _ in least..<most {
        forks.append(steps.count)
        steps.append(.end)
        append(inner, to: &steps)
      }
      for fork in forks { steps[fork] = .fork(fork + 1, steps.count) }
    case .look(let inner, let isNegative):
      let look = steps.count
      steps.append(.end)
      append(inner, to: &steps)
      steps.append(.end)
      steps[look] = .look(isNegative: isNegative, next: steps.count)
    }
  }

  /// As Python's `re.fullmatch(expression, path)`; false for a path of more than `longestPath` characters.
  package func matches(_ path: String) -> Bool {
    let text = Array(path.unicodeScalars.prefix(Self.longestPath + 1))
    guard text.count <= Self.longestPath else { return false }
    var matcher = PathMatcher(steps: steps, text: text)
    return matcher.reachesEnd(from: 0, at: 0, ofText: true)
  }
}

/// Follows all ways through the steps at once, a place of the text after another. Without references to groups, what
/// follows from a step at a place does not depend on the way there, so that no pair of both is looked at twice.
private struct PathMatcher {
  let steps: [PathExpression.Step]
  let text: [Unicode.Scalar]
  /// What lookaheads gave, by step and place.
  private var looks: [Int: Bool] = [:]

  init(steps: [PathExpression.Step], text: [Unicode.Scalar]) {
    self.steps = steps
    self.text = text
  }

  /// Whether the `end` of these steps is reached: at the end of the text, or anywhere.
  mutating func reachesEnd(from first: Int, at start: Int, ofText: Bool) -> Bool {
    var lastSeen = [Int](repeating: -1, count: steps.count)
    var open = [first]
    for place in start...text.count {
      var following: [Int] = []
      while let step = open.popLast() {
        guard lastSeen[step] < place else { continue }
        lastSeen[step] = place
        switch steps[step] {
        case .one(let matcher):
          if place < text.count, matcher.matches(text[place]) { following.append(step + 1) }
        case .hold(let assertion):
          if holds(assertion, at: place) { open.append(step + 1) }
        case .fork(let a, let b): open += [b, a]
        case .jump(let target): open.append(target)
        case .look(let isNegative, let next):
          if found(behind: step, at: place) != isNegative { open.append(next) }
        case .end:
          if !ofText || place == text.count { return true }
        }
      }
      if following.isEmpty { return false }
      open = following
    }
    return false
  }

  private mutating func found(behind step: Int, at place: Int) -> Bool {
    let key = step * (text.count + 1) + place
    if let known = looks[key] { return known }
    let result = reachesEnd(from: step + 1, at: place, ofText: false)
    looks[key] = result
    return result
  }

  private func holds(_ assertion: PathExpression.Assertion, at place: Int) -> Bool {
    switch assertion {
    case .start: place == 0
    case .end: place == text.count
    case .lastEnd: place == text.count || place == text.count - 1 && text[place] == "\n"
    case .boundary: isWord(place - 1) != isWord(place)
    // Python before 3.14 finds neither in an empty text.
    case .noBoundary: !text.isEmpty && isWord(place - 1) == isWord(place)
    }
  }

  private func isWord(_ place: Int) -> Bool {
    text.indices.contains(place) && PathExpression.Matcher.isWord(text[place])
  }
}
