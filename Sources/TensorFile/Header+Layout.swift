// Checking the entries of a header against each other and against the data.
import Fields

extension Header.Tensor {
  /// Reads an entry, with nothing checked but that its three fields are there and `begin` is not above `end`.
  /// Fields that the container does not define are skipped.
  ///
  /// - Throws: `JSONFlaw`, `FormatFlaw`.
  init(_ scanner: inout JSONScanner, name: String) throws {
    var type: ElementType?
    var shape: (numbers: [Int], count: Int)?
    var offsets: (numbers: [Int], count: Int)?
    var fields = try scanner.openObject()
    while let key = try scanner.nextKey(of: &fields) {
      switch key {
      case "dtype":
        let spelling = try scanner.text()
        guard let known = ElementType(name: spelling) else {
          throw FormatFlaw.unknownType(tensor: name, type: spelling)
        }
        type = known
      case "shape": shape = try scanner.wholeNumbers(atMost: Header.dimensionLimit)
      case "data_offsets": offsets = try scanner.wholeNumbers(atMost: 2)
      default: try scanner.skip()
      }
    }
    guard let type else { throw FormatFlaw.missingField(tensor: name, field: "dtype") }
    guard let shape else { throw FormatFlaw.missingField(tensor: name, field: "shape") }
    guard let offsets else { throw FormatFlaw.missingField(tensor: name, field: "data_offsets") }
    guard shape.count <= Header.dimensionLimit else {
      throw FormatFlaw.tooManyDimensions(tensor: name, count: shape.count, limit: Header.dimensionLimit)
    }
    guard offsets.count == 2 else { throw FormatFlaw.offsetCount(tensor: name, count: offsets.count) }
    let (begin, end) = (offsets.numbers[0], offsets.numbers[1])
    guard begin <= end else { throw FormatFlaw.backwards(tensor: name, begin: begin, end: end) }
    self.init(name: name, type: type, shape: shape.numbers, begin: begin, end: end)
  }

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

extension Header {
  /// Puts entries in the order of their data; those of no bytes at the same place stay in the order of the
  /// header. Throws unless each is as long as its type and shape say and all together are the data.
  static func layOut(_ tensors: inout [Tensor], dataLength: Int) throws(FormatFlaw) {
    // The sort of the standard library is stable, though it does not promise to be: a test holds it to that.
    tensors.sort { ($0.begin, $0.end) < ($1.begin, $1.end) }
    var expected = 0
    for tensor in tensors {
      guard tensor.begin <= expected else {
        throw .hole(tensor: tensor.name, begin: tensor.begin, expected: expected)
      }
      guard tensor.begin == expected else {
        throw .overlap(tensor: tensor.name, begin: tensor.begin, expected: expected)
      }
      let needed = try tensor.byteCount()
      guard needed == tensor.end - tensor.begin else {
        throw .wrongLength(
          tensor: tensor.name, type: tensor.type, shape: tensor.shape, needed: needed,
          given: tensor.end - tensor.begin)
      }
      expected = tensor.end
    }
    guard expected == dataLength else { throw .dataLength(declared: expected, present: dataLength) }
  }
}

extension JSONScanner {
  /// Reads a list of whole numbers; keeps the first `limit` of them and counts all.
  ///
  /// - Throws: `JSONFlaw`, `FormatFlaw`.
  fileprivate mutating func wholeNumbers(atMost limit: Int) throws -> (numbers: [Int], count: Int) {
    var numbers: [Int] = []
    var count = 0
    try openList()
    var isFirst = true
    while try nextElement(&isFirst) {
      let number = try wholeNumber()
      if count < limit { numbers.append(number) }
      count += 1
    }
    return (numbers, count)
  }

  /// Reads a number from 0 to `Int.max`, written without fraction and exponent.
  ///
  /// - Throws: `JSONFlaw`, `FormatFlaw`.
  private mutating func wholeNumber() throws -> Int {
    guard isAtNumber() else { throw unexpected(.wholeNumber) }
    let place = Header.prefixLength + position
    let literal = try numberLiteral()
    if literal.first == UInt8(ascii: "-") { throw FormatFlaw.badNumber(at: place, .negative) }
    guard literal.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
      throw FormatFlaw.badNumber(at: place, .fraction)
    }
    guard let number = Int(String(decoding: literal, as: UTF8.self)) else {
      throw FormatFlaw.badNumber(at: place, .tooLarge)
    }
    return number
  }
}
