// Writing a header: JSON in the reference writer's spelling, padded so that data begins at a multiple of 8.

extension Header {
  /// The length and the header of a file with these tensors, whose data follows in this order.
  static func encoded(
    _ tensors: [TensorData], _ metadata: TensorFile.Metadata
  ) throws(ContentFlaw) -> [UInt8] {
    var json = [UInt8(ascii: "{")]
    if !metadata.isEmpty {
      try checkKeys(metadata)
      append(metadataKey, to: &json)
      json += ":{".utf8
      for (index, pair) in metadata.enumerated() {
        if index > 0 { json.append(UInt8(ascii: ",")) }
        append(pair.key, to: &json)
        json.append(UInt8(ascii: ":"))
        append(pair.value, to: &json)
      }
      json.append(UInt8(ascii: "}"))
    }
    var names: Set<[UInt8]> = []
    var begin = 0
    for tensor in tensors {
      guard !tensor.name.utf8.elementsEqual(metadataKey.utf8) else { throw .reservedName }
      guard names.insert(Array(tensor.name.utf8)).inserted else { throw .duplicateName(tensor: tensor.name) }
      let (end, overflow) = begin.addingReportingOverflow(try tensor.checkedByteCount())
      guard !overflow else { throw .totalTooLarge }
      if json.count > 1 { json.append(UInt8(ascii: ",")) }
      append(tensor.name, to: &json)
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      json +=
        ":{\"dtype\":\"\(tensor.type.name)\",\"shape\":[\(shape)],\"data_offsets\":[\(begin),\(end)]}".utf8
      begin = end
    }
    json.append(UInt8(ascii: "}"))
    while !json.count.isMultiple(of: 8) { json.append(UInt8(ascii: " ")) }
    guard json.count <= lengthLimit else { throw .headerTooLong(length: json.count, limit: lengthLimit) }
    return (0..<prefixLength).map { UInt8(truncatingIfNeeded: json.count >> (8 * $0)) } + json
  }

  private static func checkKeys(_ metadata: TensorFile.Metadata) throws(ContentFlaw) {
    var keys: Set<[UInt8]> = []
    for (key, _) in metadata {
      guard keys.insert(Array(key.utf8)).inserted else { throw .duplicateMetadata(key: key) }
    }
  }

  /// Appends a JSON text: only what must be escaped is, in the shortest form.
  private static func append(_ text: String, to json: inout [UInt8]) {
    json.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): json += "\\\"".utf8
      case UInt8(ascii: "\\"): json += "\\\\".utf8
      case 0x08: json += "\\b".utf8
      case 0x0C: json += "\\f".utf8
      case 0x0A: json += "\\n".utf8
      case 0x0D: json += "\\r".utf8
      case 0x09: json += "\\t".utf8
      case 0..<0x20: json += "\\u00\(byte < 0x10 ? "0" : "1")\(String(byte & 0xF, radix: 16))".utf8
      default: json.append(byte)
      }
    }
    json.append(UInt8(ascii: "\""))
  }
}

extension TensorData {
  /// The bytes that type and shape ask for, which must be there.
  fileprivate func checkedByteCount() throws(ContentFlaw) -> Int {
    let needed: Int
    guard shape.count <= Header.dimensionLimit else {
      throw .tooManyDimensions(tensor: name, count: shape.count, limit: Header.dimensionLimit)
    }
    do {
      needed = try type.byteCount(shape: shape)
    } catch {
      switch error {
      case .negative: throw .negativeSize(tensor: name, shape: shape)
      case .overflow: throw .tooLarge(tensor: name, type: type, shape: shape)
      case .splitByte: throw .splitByte(tensor: name, type: type, shape: shape)
      }
    }
    guard needed == byteCount else {
      throw .wrongLength(tensor: name, type: type, shape: shape, needed: needed, given: byteCount)
    }
    return needed
  }
}
