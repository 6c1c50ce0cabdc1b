// Characters from the bytes of a terminal.

/// Puts UTF-8 together byte by byte. What is not UTF-8 becomes the replacement character, so that it is
/// seen and not lost.
package struct UTF8Assembler {
  private var bytes: [UInt8] = []

  package init() {}

  /// The scalars that this byte completes: none inside a sequence, two when it breaks one off.
  package mutating func scalars(after byte: UInt8) -> [Unicode.Scalar] {
    if bytes.isEmpty || byte & 0xC0 != 0x80 {
      let broken: [Unicode.Scalar] = bytes.isEmpty ? [] : ["\u{FFFD}"]
      bytes = []
      switch byte {
      case 0x00...0x7F: return broken + [Unicode.Scalar(byte)]
      case 0xC2...0xF4:
        bytes = [byte]
        return broken
      default: return broken + ["\u{FFFD}"]
      }
    }
    bytes.append(byte)
    let length = bytes[0] >= 0xF0 ? 4 : bytes[0] >= 0xE0 ? 3 : 2
    guard bytes.count == length else { return [] }
    defer { bytes = [] }
    return String(decoding: bytes, as: UTF8.self).unicodeScalars.prefix(1).map { $0 }
  }
}
