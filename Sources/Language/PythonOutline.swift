// The outline of a Python text that is not parsed: its calls, its blocks and its bindings.

/// What a scan of the tokens finds, in time linear in the text. Any text has an outline.
package struct PythonOutline: Sendable {
  package let calls: [PythonCall]
  package private(set) var bindings: [PythonBinding] = []
  package private(set) var blocks = [PythonBlock(kind: .module, parent: 0)]

  private let list: TokenList
  private let closings: [Int: Int]
  private let scanner: PythonCallScanner
  /// The number of the call that ends before a token.
  private let callsByEnd: [Int: Int]
  /// Offsets of the line breaks.
  private let breaks: [Int]
  /// Statements in order, with the block of each; a block's header belongs to the block around it.
  private var statements: [(place: PythonPlace, block: Int)] = []
  /// The open blocks with the columns of their headers.
  private var open: [(column: Int, block: Int)] = []

  package init(_ text: String) {
    let list = Lexer.tokens(text)
    self.list = list
    closings = list.closings
    scanner = PythonCallScanner(list, closings: closings)
    calls = scanner.calls()
    callsByEnd = Dictionary(calls.enumerated().map { ($1.place.upperBound, $0) }) { first, _ in first }
    breaks = list.bytes.indices.filter { list.bytes[$0] == UInt8(ascii: "\n") }
    readStatements()
  }

  // MARK: - Places

  /// The text of a place in one line, at most `limit` characters of it.
  package func text(_ place: PythonPlace, limit: Int = 60) -> String {
    let tokens = list.tokens[place].filter { $0.kind != .newline }
    guard let first = tokens.first, let last = tokens.last else { return "" }
    let words = list.text(Span(first.span.start, last.span.end)).split(whereSeparator: \.isWhitespace)
    let text = words.joined(separator: " ")
    return text.count <= limit ? text : "\(text.prefix(limit - 1))…"
  }

  /// The expression that stands in a place; nil where the language cannot parse it.
  ///
  /// - Parameter isStatement: whether a line break ends it.
  package func expression(_ place: PythonPlace, isStatement: Bool = false) -> Expression? {
    guard !place.isEmpty else { return nil }
    var parser = Parser(list, commands: [])
    parser.index = place.lowerBound
    parser.lineBreaksCount = isStatement
    if !isStatement { parser.skipLineBreaks() }
    guard let node = try? parser.parseExpression(), parser.index >= place.upperBound,
      node.span.end <= list.tokens[place.upperBound - 1].span.end
    else { return nil }
    return node.expression
  }

  /// The dotted name that a place consists of; nil where it is anything else.
  package func name(_ place: PythonPlace) -> String? { list.dottedName(place) }

  /// The bare names of a place: `A` and `B` of `((A, B))`.
  package func names(_ place: PythonPlace) -> [String] {
    list.tokens[place].filter { $0.kind == .name }.map { list.text($0.span) }
  }

  /// The call of which a place consists, of a chain the last, `.g(y)` of `f(x).g(y)`; nil where it is anything else.
  package func call(_ place: PythonPlace) -> PythonCall? {
    let isBreak = { (index: Int) in list.tokens[index].kind == .newline }
    guard let first = place.first(where: { !isBreak($0) }), let last = place.last(where: { !isBreak($0) })
    else {
      return nil
    }
    guard let number = callsByEnd[last + 1] else { return nil }
    // Back over the calls that a chain is made of.
    var start = calls[number].place.lowerBound
    while start > first, list.tokens[start].kind == .dot, let before = callsByEnd[start] {
      start = calls[before].place.lowerBound
    }
    return start == first ? calls[number] : nil
  }

  /// The same with the number behind it: 0 in `f(x)[0]`.
  package func callWithIndex(_ place: PythonPlace) -> (call: PythonCall, index: Int?)? {
    let tokens = place.filter { list.tokens[$0].kind != .newline }
    guard let last = tokens.last else { return nil }
    if case .close(.square) = list.tokens[last].kind, tokens.count > 3,
      case .number = list.tokens[last - 1].kind, case .open(.square) = list.tokens[last - 2].kind,
      let index = Int(list.text(list.tokens[last - 1].span)),
      let call = call(place.lowerBound..<last - 2)
    {
      return (call, index)
    }
    return call(place).map { ($0, nil) }
  }

  package func line(_ place: PythonPlace) -> Int {
    line(at: place.lowerBound)
  }

  private func line(at token: Int) -> Int {
    let offset = list.tokens[token].span.start
    var (low, high) = (0, breaks.count)
    while low < high {
      let middle = (low + high) / 2
      if breaks[middle] < offset { low = middle + 1 } else { high = middle }
    }
    return low + 1
  }

  // MARK: - Scopes

  /// The number of the block in which a place stands.
  package func block(_ place: PythonPlace) -> Int { statement(place)?.block ?? 0 }

  private func statement(_ place: PythonPlace) -> (place: PythonPlace, block: Int)? {
    var (low, high) = (0, statements.count)
    while low < high {
      let middle = (low + high) / 2
      if statements[middle].place.lowerBound <= place.lowerBound { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? statements[low - 1] : nil
  }

  /// The function, class or module to which the names of a block belong.
  package func scope(_ block: Int) -> Int {
    var block = block
    while true {
      switch blocks[block].kind {
      case .module, .function, .type: return block
      case .conditional, .plain: block = blocks[block].parent
      }
    }
  }

  /// Whether one block is another or stands around it.
  package func contains(_ outer: Int, _ inner: Int) -> Bool {
    var block = inner
    while block != outer && block != 0 { block = blocks[block].parent }
    return block == outer
  }

  /// The word of the nearest block that makes a statement of this block conditional, within its scope: `if`; nil where
  /// it runs whenever the scope does.
  package func condition(_ block: Int) -> String? {
    var block = block
    while true {
      switch blocks[block].kind {
      case .module, .function, .type: return nil
      case .conditional(let word): return word
      case .plain: block = blocks[block].parent
      }
    }
  }

  /// Whether the statement around a place binds the name for itself, in a comprehension or a lambda.
  package func isBoundWithin(_ name: String, _ place: PythonPlace) -> Bool {
    guard let statement = statement(place)?.place else { return false }
    var isTarget = false
    for index in statement.dropFirst() {
      switch list.tokens[index].kind {
      case .keyword(.for), .keyword(.lambda): isTarget = true
      case .keyword(.in), .colon: isTarget = false
      case .name where isTarget: if list.text(list.tokens[index].span) == name { return true }
      default: break
      }
    }
    return false
  }

  // MARK: - Statements

  private mutating func readStatements() {
    var start = 0
    var column = 0
    var isFirst = true
    var index = 0
    func end() -> Bool {
      switch list.tokens[index].kind {
      case .newline, .semicolon, .end: true
      default: false
      }
    }
    while index < list.tokens.count {
      guard end() else {
        if index == start, isFirst { column = self.column(of: start) }
        index = (closings[index] ?? index) + 1
        continue
      }
      if start < index {
        if isFirst { while let last = open.last, column <= last.column { open.removeLast() } }
        read(start..<index, column: column)
      }
      isFirst = list.tokens[index].kind != .semicolon
      index += 1
      start = index
    }
  }

  /// Columns before a token on its line; a tab reaches to the next multiple of 8.
  private func column(of token: Int) -> Int {
    let offset = list.tokens[token].span.start
    let lineStart = list.bytes[..<offset].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    return list.bytes[lineStart..<offset].reduce(0) { column, byte in
      byte == UInt8(ascii: "\t") ? (column / 8 + 1) * 8 : column + 1
    }
  }

  /// The tokens of a place that stand in no bracket, the brackets included.
  private func outer(_ place: PythonPlace) -> [Int] {
    var outer: [Int] = []
    var index = place.lowerBound
    while index < place.upperBound {
      outer.append(index)
      index = (closings[index] ?? index) + 1
    }
    return outer
  }

  private mutating func read(_ place: PythonPlace, column: Int) {
    let block = open.last?.block ?? 0
    statements.append((place, block))
    let outer = outer(place)
    guard let header = header(outer), let colon = outer.first(where: { list.tokens[$0].kind == .colon })
    else {
      bind(place, outer, block)
      return
    }
    let new = blocks.count
    blocks.append(PythonBlock(kind: header, parent: block))
    open.append((column, new))
    bindHeader(place.lowerBound..<colon, block: block, new: new)
    // `if x: y = 1` has its body on the same line.
    let body = colon + 1..<place.upperBound
    guard !body.isEmpty else { return }
    statements.append((body, new))
    bind(body, self.outer(body), new)
  }

  /// What block a statement opens; nil where it opens none.
  private func header(_ outer: [Int]) -> PythonBlock.Kind? {
    let kinds = outer.prefix(3).map { list.tokens[$0].kind }
    guard let last = outer.last else { return nil }
    let first = kinds.first == .keyword(.async) ? kinds.dropFirst().first : kinds.first
    let nameIndex = kinds.first == .keyword(.async) ? 2 : 1
    let name = outer.count > nameIndex ? list.text(list.tokens[outer[nameIndex]].span) : ""
    switch first {
    case .keyword(.def): return .function(name)
    case .keyword(.class):
      guard outer.count > 2, let closing = closings[outer[2]] else { return .type(name, bases: []) }
      let bases = scanner.split(outer[2] + 1..<closing).compactMap { list.dottedName($0) }
      return .type(name, bases: bases)
    case .keyword(.if):
      return name == "__name__" ? .plain : .conditional("if")
    case .keyword(.with), .keyword(.try), .keyword(.finally): return .plain
    case .keyword(let word) where [.elif, .else, .for, .while, .except].contains(word):
      return .conditional(word.rawValue)
    default:
      // `match x:` and `case 1:`.
      return list.tokens[last].kind == .colon ? .conditional("match") : nil
    }
  }

  // MARK: - Bindings

  private mutating func add(_ name: String, _ kind: PythonBinding.Kind, _ block: Int, at token: Int) {
    bindings.append(PythonBinding(name: name, kind: kind, block: block, line: line(at: token)))
  }

  private func isKeyword(_ token: Int, _ word: Keyword) -> Bool { list.tokens[token].kind == .keyword(word) }

  /// Names that the header of a block binds: a function with its parameters, a class, the variables of a loop.
  private mutating func bindHeader(_ place: PythonPlace, block: Int, new: Int) {
    bindWalrus(place, block)
    switch blocks[new].kind {
    case .function(let name):
      add(name, .function, block, at: place.lowerBound)
      if let bracket = place.first(where: { list.tokens[$0].kind == .open(.round) }),
        let closing = closings[bracket]
      {
        bindParameters(bracket + 1..<closing, new)
      }
    case .type(let name, _): add(name, .type, block, at: place.lowerBound)
    case .conditional(let word) where word == "for":
      for index in place.prefix(while: { !isKeyword($0, .in) }) where list.tokens[index].kind == .name {
        add(list.text(list.tokens[index].span), .changed("by a loop"), new, at: index)
      }
    case .module, .conditional, .plain:
      guard let word = place.first(where: { isKeyword($0, .as) }) else { return }
      for index in word + 1..<place.upperBound where isKeyword(index - 1, .as) {
        if list.tokens[index].kind == .name {
          add(list.text(list.tokens[index].span), .changed("by `as`"), new, at: index)
        }
      }
    }
  }

  private mutating func bindParameters(_ place: PythonPlace, _ block: Int) {
    for part in scanner.split(place) {
      let outer = outer(part)
      guard let name = outer.first(where: { list.tokens[$0].kind == .name }) else { continue }
      let assign = outer.first { list.tokens[$0].kind == .assign }
      add(
        list.text(list.tokens[name].span), .parameter(standard: assign.map { $0 + 1..<part.upperBound }),
        block,
        at: name)
    }
  }

  /// `name := value`, anywhere in a statement.
  private mutating func bindWalrus(_ place: PythonPlace, _ block: Int) {
    for index in place.dropFirst()
    where list.tokens[index].kind == .foreign && list.text(list.tokens[index].span) == ":=" {
      add(list.text(list.tokens[index - 1].span), .changed("by `:=`"), block, at: index)
    }
  }

  private mutating func bind(_ place: PythonPlace, _ outer: [Int], _ block: Int) {
    bindWalrus(place, block)
    guard let first = outer.first else { return }
    switch list.tokens[first].kind {
    case .keyword(.import), .keyword(.from):
      guard let start = place.first(where: { isKeyword($0, .import) }) else { return }
      for index in start..<place.upperBound where list.tokens[index].kind == .name {
        add(list.text(list.tokens[index].span), .imported, block, at: index)
      }
    case .keyword(.return):
      if outer.count > 1 { add("return", .returned(first + 1..<place.upperBound), block, at: first) }
    case .keyword(.del):
      for index in place where list.tokens[index].kind == .name {
        add(list.text(list.tokens[index].span), .changed("by `del`"), block, at: index)
      }
    case .keyword(.global), .keyword(.nonlocal):
      // What the function does to the name is not followed.
      for index in place where list.tokens[index].kind == .name {
        add(list.text(list.tokens[index].span), .changed("by a function"), 0, at: index)
      }
    default: bindAssignment(place, outer, block)
    }
  }

  private mutating func bindAssignment(_ place: PythonPlace, _ outer: [Int], _ block: Int) {
    let assigns = outer.filter { list.tokens[$0].kind == .assign }
    let colon = outer.first { list.tokens[$0].kind == .colon }
    guard let last = assigns.last else {
      let sign = outer.first {
        list.tokens[$0].kind == .foreign && list.text(list.tokens[$0].span).hasSuffix("=")
      }
      if let sign {
        let word = list.text(list.tokens[sign].span)
        bindChange(place.lowerBound..<sign, "by `\(word)`", block)
      } else if let colon, let name = list.dottedName(place.lowerBound..<colon) {
        add(name, .value(nil), block, at: place.lowerBound)
      }
      return
    }
    let value = last + 1..<place.upperBound
    var start = place.lowerBound
    for assign in assigns {
      let end = colon.map { $0 > start && $0 < assign ? $0 : assign } ?? assign
      bindTarget(start..<end, value, block)
      start = assign + 1
    }
  }

  private mutating func bindTarget(_ place: PythonPlace, _ value: PythonPlace, _ block: Int) {
    if let name = list.dottedName(place) {
      add(name, .value(value), block, at: place.lowerBound)
      return
    }
    var inner = place
    if let first = place.first, closings[first] == place.upperBound - 1 {
      inner = first + 1..<place.upperBound - 1
    }
    let parts = scanner.split(inner).filter { !$0.isEmpty }
    guard parts.count > 1 || inner != place else { return bindChange(place, "item by item", block) }
    for (number, written) in parts.enumerated() {
      var part = written
      while let first = part.first, list.tokens[first].kind == .open(.round),
        closings[first] == part.upperBound - 1
      {
        part = first + 1..<part.upperBound - 1
      }
      if let name = list.dottedName(part) {
        add(name, .part(value, number: number), block, at: part.lowerBound)
      } else {
        bindChange(part, "among others", block)
      }
    }
  }

  /// The name that a place begins with gets another value, or another content.
  private mutating func bindChange(_ place: PythonPlace, _ words: String, _ block: Int) {
    guard let first = place.first(where: { list.tokens[$0].kind == .name }) else { return }
    var end = first + 1
    while end + 1 < place.upperBound, list.tokens[end].kind == .dot, list.tokens[end + 1].kind == .name {
      end += 2
    }
    guard let name = list.dottedName(first..<end) else { return }
    add(name, .changed(words), block, at: first)
  }
}
