// Reading a header: the length in front of it, then its JSON.

extension Header {
  /// The header's length, from the first bytes of a file of `fileLength` bytes.
  static func length(prefix: [UInt8], fileLength: Int) throws(FormatFlaw) -> Int {
    guard fileLength >= prefixLength, prefix.count >= prefixLength else {
      throw .tooShort(length: fileLength)
    }
    let claimed = prefix[..<prefixLength].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard claimed > 0 else { throw .headerEmpty }
    guard claimed <= UInt64(lengthLimit) else { throw .headerTooLong(length: claimed, limit: lengthLimit) }
    let available = fileLength - prefixLength
    guard claimed <= UInt64(available) else {
      throw .headerPastEnd(length: Int(claimed), available: available)
    }
    return Int(claimed)
  }

  /// Reads the JSON of a header whose data is `dataLength` bytes long. Takes memory in proportion to
  /// `bytes`, whatever sizes they claim.
  init(parsing bytes: [UInt8], dataLength: Int) throws(FormatFlaw) {
    if let invalid = Self.firstInvalidUTF8(bytes) { throw .notUTF8(at: Self.prefixLength + invalid) }
    var scanner = JSONScanner(bytes, origin: Self.prefixLength)
    var metadata: TensorFile.Metadata = []
    var tensors: [Tensor] = []
    try scanner.object { scanner, key throws(FormatFlaw) in
      if key.utf8.elementsEqual(Self.metadataKey.utf8) {
        metadata = try Self.metadata(&scanner)
      } else {
        tensors.append(try Tensor(&scanner, name: key))
      }
    }
    try scanner.end()
    self.metadata = metadata
    try Self.layOut(&tensors, dataLength: dataLength)
    self.tensors = tensors
  }

  /// The offset of the first byte that cannot stand where it stands in UTF-8.
  static func firstInvalidUTF8(_ bytes: [UInt8]) -> Int? {
    guard var position = bytes.firstIndex(where: { $0 > 0x7F }) else { return nil }
    var parser = Unicode.UTF8.ForwardParser()
    var rest = bytes[position...].makeIterator()
    while case .valid(let scalar) = parser.parseScalar(from: &rest) { position += scalar.count }
    return position < bytes.count ? position : nil
  }

  private static func metadata(_ scanner: inout JSONScanner) throws(FormatFlaw) -> TensorFile.Metadata {
    if scanner.null() { return [] }
    var pairs: TensorFile.Metadata = []
    try scanner.object { scanner, key throws(FormatFlaw) in
      pairs.append((key: key, value: try scanner.text()))
    }
    return pairs
  }
}
