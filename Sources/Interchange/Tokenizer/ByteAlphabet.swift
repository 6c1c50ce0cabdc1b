// The characters by which GPT-2 writes bytes, so that every token is printable.

enum ByteAlphabet {
  /// The character of each byte: itself where it is printable Latin-1, else the next of U+0100, U+0101 …
  static let scalars: [Unicode.Scalar] = {
    var next: UInt16 = 0x100
    return (0...255).map { (byte: UInt8) in
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return Unicode.Scalar(byte)
      default:
        defer { next += 1 }
        return Unicode.Scalar(next) ?? Unicode.Scalar(byte)
      }
    }
  }()

  /// The byte of each scalar, −1 where it is none of the alphabet.
  private static let bytes: [Int16] = {
    var bytes = [Int16](repeating: -1, count: 0x180)
    for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar.value)] = Int16(byte) }
    return bytes
  }()

  /// The bytes that a text stands for; nil where a character is none of the alphabet.
  static func bytes(of text: ArraySlice<UInt8>) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var place = text.startIndex
    while place < text.endIndex {
      // The alphabet ends below U+0180: characters of one or two bytes.
      let first = Int(text[place])
      var scalar = first
      if first >= 0x80 {
        guard first < 0xE0, place + 1 < text.endIndex else { return nil }
        place += 1
        scalar = (first & 0x1F) << 6 | Int(text[place]) & 0x3F
      }
      guard scalar < bytes.count, bytes[scalar] >= 0 else { return nil }
      result.append(UInt8(bytes[scalar]))
      place += 1
    }
    return result
  }
}
