// Reading a header: the length in front of it, then its JSON.
import Fields

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
    let content = try FormatFlaw.reading(bytes, origin: Self.prefixLength) { scanner in
      var metadata: TensorFile.Metadata = []
      var tensors: [Tensor] = []
      var entries = try scanner.openObject()
      while let key = try scanner.nextKey(of: &entries) {
        if key.utf8.elementsEqual(Self.metadataKey.utf8) {
          metadata = try Self.metadata(&scanner)
        } else {
          tensors.append(try Tensor(&scanner, name: key))
        }
      }
      return (metadata: metadata, tensors: tensors)
    }
    metadata = content.metadata
    var tensors = content.tensors
    try Self.layOut(&tensors, dataLength: dataLength)
    self.tensors = tensors
  }

  private static func metadata(_ scanner: inout JSONScanner) throws(JSONFlaw) -> TensorFile.Metadata {
    if scanner.null() { return [] }
    var pairs: TensorFile.Metadata = []
    var object = try scanner.openObject()
    while let key = try scanner.nextKey(of: &object) { pairs.append((key: key, value: try scanner.text())) }
    return pairs
  }
}
