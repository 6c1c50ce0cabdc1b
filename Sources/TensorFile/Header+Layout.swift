// Checking the entries of a header against each other and against the data.

extension Header {
  /// An entry as the header has it, with nothing checked but that its three fields are there.
  struct Draft {
    let name: String
    let type: ElementType
    let shape: [Int]
    let begin: Int
    let end: Int

    /// Reads an entry. Fields that the container does not define are skipped.
    init(_ scanner: inout HeaderScanner, name: String) throws(FormatFlaw) {
      var type: ElementType?
      var shape: [Int]?
      var offsets: [Int]?
      try scanner.object { scanner, key throws(FormatFlaw) in
        switch key {
        case "dtype":
          let spelling = try scanner.text()
          guard let known = ElementType(name: spelling) else {
            throw .unknownType(tensor: name, type: spelling)
          }
          type = known
        case "shape": shape = try scanner.wholeNumbers()
        case "data_offsets": offsets = try scanner.wholeNumbers()
        default: try scanner.skip()
        }
      }
      guard let type else { throw .missingField(tensor: name, field: "dtype") }
      guard let shape else { throw .missingField(tensor: name, field: "shape") }
      guard let offsets else { throw .missingField(tensor: name, field: "data_offsets") }
      guard offsets.count == 2 else { throw .offsetCount(tensor: name, count: offsets.count) }
      guard offsets[0] <= offsets[1] else {
        throw .backwards(tensor: name, begin: offsets[0], end: offsets[1])
      }
      self.name = name
      self.type = type
      self.shape = shape
      begin = offsets[0]
      end = offsets[1]
    }
  }

  /// The entries in the order of their data; those of no bytes at the same place in the order of the header.
  /// Throws unless each is as long as its type and shape say and all together are the data.
  static func laidOut(_ drafts: [Draft], dataLength: Int) throws(FormatFlaw) -> [Tensor] {
    let ordered = drafts.enumerated().sorted { left, right in
      (left.element.begin, left.element.end, left.offset)
        < (right.element.begin, right.element.end, right.offset)
    }
    var tensors: [Tensor] = []
    tensors.reserveCapacity(drafts.count)
    var expected = 0
    for (_, draft) in ordered {
      guard draft.begin <= expected else {
        throw .hole(tensor: draft.name, begin: draft.begin, expected: expected)
      }
      guard draft.begin == expected else {
        throw .overlap(tensor: draft.name, begin: draft.begin, expected: expected)
      }
      let needed = try draft.byteCount()
      guard needed == draft.end - draft.begin else {
        throw .wrongLength(
          tensor: draft.name, type: draft.type, shape: draft.shape, needed: needed,
          given: draft.end - draft.begin)
      }
      expected = draft.end
      tensors.append(
        Tensor(name: draft.name, type: draft.type, shape: draft.shape, range: draft.begin..<draft.end))
    }
    guard expected == dataLength else { throw .dataLength(declared: expected, present: dataLength) }
    return tensors
  }
}

extension Header.Draft {
  /// The bytes that type and shape ask for.
  fileprivate func byteCount() throws(FormatFlaw) -> Int {
    do {
      return try type.byteCount(shape: shape)
    } catch {
      switch error {
      case .splitByte: throw .splitByte(tensor: name, type: type, shape: shape)
      case .overflow, .negative: throw .tooLarge(tensor: name, type: type, shape: shape)
      }
    }
  }
}

extension HeaderScanner {
  fileprivate mutating func wholeNumbers() throws(FormatFlaw) -> [Int] {
    var numbers: [Int] = []
    try list { scanner throws(FormatFlaw) in numbers.append(try scanner.wholeNumber()) }
    return numbers
  }
}
