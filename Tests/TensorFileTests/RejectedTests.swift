// What the reader must refuse, with the words for it.

import TensorFile
import Testing

@Suite struct RejectedTests {
  /// A header, how many bytes of data follow it, and what the message says after the common beginning.
  struct Case: CustomTestStringConvertible, Sendable {
    let header: String
    let data: Int
    let words: String

    init(_ header: String, _ data: Int, _ words: String) {
      self.header = header
      self.data = data
      self.words = words
    }

    var testDescription: String { header }
  }

  static let beginning = "the data is not a valid safetensors file: "
  static let atFault = "; it is damaged or its writer is at fault, so save it again with another program"
  static let cutShort = "; it is cut short or damaged, so fetch or save it again"
  static let otherFormat = "; check that it is a safetensors file, not another format"

  static func entry(_ name: String, _ type: String, _ shape: String, _ offsets: String) -> String {
    "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
  }

  // MARK: - JSON

  static let syntax: [Case] = [
    Case("[]", 0, "at byte 8, `{` is expected, not `[`"),
    Case(" ", 0, "at byte 9, `{` is expected, not the end of the header"),
    Case("{", 0, "at byte 9, a key in double quotes is expected, not the end of the header"),
    Case("{}\0", 0, "at byte 10, the end of the header is expected, not byte 0"),
    Case("\u{FEFF}{}", 0, "at byte 8, `{` is expected, not byte 239"),
    Case("{\u{A0}}", 0, "at byte 9, a key in double quotes is expected, not byte 194"),
    Case("{\u{B}}", 0, "at byte 9, a key in double quotes is expected, not byte 11"),
    Case("null", 0, "at byte 8, `{` is expected, not `n`"),
    Case("{\"a\":{\"x\":NaN}}", 0, "at byte 18, a JSON value is expected, not `N`"),
    Case("{\"a\":{\"x\":+1}}", 0, "at byte 18, a JSON value is expected, not `+`"),
    Case("{'a':1}", 0, "at byte 9, a key in double quotes is expected, not `'`"),
    Case("{} {}", 0, "at byte 11, the end of the header is expected, not `{`"),
    Case("{a:1}", 0, "at byte 9, a key in double quotes is expected, not `a`"),
    Case("{\"a\" 1}", 0, "at byte 13, `:` is expected, not `1`"),
    Case("{\"a\":1}", 0, "at byte 13, `{` is expected, not `1`"),
    Case("{\"a\":{},}", 0, "tensor `a` has no `dtype`"),
    Case(
      "{\(entry("a", "U8", "[1]", "[0,1]")),}", 1, "at byte 61, a key in double quotes is expected, not `}`"),
    Case(
      "{\(entry("a", "U8", "[1]", "[0,1]"))", 1,
      "at byte 60, `,` or `}` is expected, not the end of the header"),
    Case("{\(entry("a", "U8", "[1,]", "[0,1]"))}", 1, "at byte 38, a whole number is expected, not `]`"),
    Case("{\(entry("a", "U8", "[1 1]", "[0,1]"))}", 1, "at byte 38, `,` or `]` is expected, not `1`"),
    Case("{\"a\":{\"x\":nul}}", 0, "at byte 18, a JSON value is expected, not `n`"),
    Case("{\"a\":{\"x\":\u{1}}}", 0, "at byte 18, a JSON value is expected, not byte 1"),
    Case("{\"a\":{\"x\":01}}", 0, "at byte 18, a number is malformed"),
    Case("{\"a\":{\"x\":1.}}", 0, "at byte 18, a number is malformed"),
    Case("{\"a\":{\"x\":-}}", 0, "at byte 18, a number is malformed"),
    Case("{\"a\":{\"x\":1e}}", 0, "at byte 18, a number is malformed"),
    Case("{\"a", 0, "at byte 9, a text has no closing quote"),
    Case("{\"a\n\":1}", 0, "at byte 11, a text has a control character that is not escaped"),
    Case("{\"\\x\":1}", 0, "at byte 10, a text has an escape that JSON does not know"),
    Case("{\"\\u12g4\":1}", 0, "at byte 10, a text has an escape that JSON does not know"),
    Case("{\"\\u12", 0, "at byte 10, a text has an escape that JSON does not know"),
    Case("{\"\\", 0, "at byte 10, a text has an escape that JSON does not know"),
    Case("{\"\\ud800\":1}", 0, "at byte 10, a text has half of a surrogate pair"),
    Case("{\"\\ud800\\u0041\":1}", 0, "at byte 10, a text has half of a surrogate pair"),
    Case("{\"\\udc00\":1}", 0, "at byte 10, a text has half of a surrogate pair"),
  ]

  // MARK: - Entries

  static let fields: [Case] = [
    Case("{\"a\":{\"shape\":[1],\"data_offsets\":[0,1]}}", 1, "tensor `a` has no `dtype`"),
    Case("{\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,1]}}", 1, "tensor `a` has no `shape`"),
    Case("{\"a\":{\"dtype\":\"U8\",\"shape\":[1]}}", 1, "tensor `a` has no `data_offsets`"),
    Case("{\"a\":{\"dtype\":8}}", 0, "at byte 22, a text in double quotes is expected, not `8`"),
    Case("{\"a\":null}", 0, "at byte 13, `{` is expected, not `n`"),
    Case("{\(entry("a", "U8", "1", "[0,1]"))}", 1, "at byte 35, `[` is expected, not `1`"),
    Case("{\(entry("a", "U8", "[\"1\"]", "[0,1]"))}", 1, "at byte 36, a whole number is expected, not `\"`"),
    Case("{\(entry("a", "U8", "[-1]", "[0,1]"))}", 1, "at byte 36, a size or offset is below zero"),
    Case("{\(entry("a", "U8", "[-0]", "[0,0]"))}", 0, "at byte 36, a size or offset is below zero"),
    Case("{\(entry("a", "U8", "[1.0]", "[0,1]"))}", 1, "at byte 36, a size or offset is not a whole number"),
    Case("{\(entry("a", "U8", "[1]", "[0,1e0]"))}", 1, "at byte 57, a size or offset is not a whole number"),
    Case(
      "{\(entry("a", "U8", "[9223372036854775808]", "[0,1]"))}", 1,
      "at byte 36, a number is larger than 9223372036854775807"),
    Case(
      "{\(entry("a", "U8", "[1]", "[0,100000000000000000000]"))}", 1,
      "at byte 57, a number is larger than 9223372036854775807"),
    Case(
      "{\(entry("a", "U8", "[1]", "[0]"))}", 1, "`data_offsets` of tensor `a` has 1 numbers in place of 2"),
    Case(
      "{\(entry("a", "U8", "[1]", "[0,1,2]"))}", 1, "`data_offsets` of tensor `a` has 3 numbers in place of 2"
    ),
    Case(
      "{\(entry("a", "U8", "[\(repeatElement("1", count: 65).joined(separator: ","))]", "[0,1]"))}", 1,
      "tensor `a` has 65 dimensions, and 64 are the most allowed"),
    Case("{\"__metadata__\":{\"a\":1}}", 0, "at byte 29, a text in double quotes is expected, not `1`"),
    Case("{\"__metadata__\":[]}", 0, "at byte 24, `{` is expected, not `[`"),
    Case("{\"__metadata__\":{\"a\":null}}", 0, "at byte 29, a text in double quotes is expected, not `n`"),
  ]

  static let duplicates: [Case] = [
    Case(
      "{\(entry("a", "U8", "[1]", "[0,1]")),\(entry("a", "U8", "[1]", "[0,1]"))}", 1,
      "at byte 61, the key `a` is there for the second time"),
    Case(
      "{\(entry("a", "U8", "[1]", "[0,1]")),\(entry("\\u0061", "U8", "[1]", "[1,2]"))}", 2,
      "at byte 61, the key `a` is there for the second time"),
    Case(
      "{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1,
      "at byte 27, the key `dtype` is there for the second time"),
    Case(
      "{\"__metadata__\":{\"k\":\"1\",\"k\":\"1\"}}", 0,
      "at byte 33, the key `k` is there for the second time"),
    Case(
      "{\"__metadata__\":{},\"__metadata__\":{}}", 0,
      "at byte 27, the key `__metadata__` is there for the second time"),
    Case(
      "{\"__metadata__\":{\"k\":\"1\",\"l\":\"2\",\"m\":\"3\",\"l\":\"4\",\"k\":\"5\"}}", 0,
      "at byte 49, the key `l` is there for the second time"),
    Case(
      "{\"a\":{\"dtype\":\"U8\",\"n\":[{\"k\":1,\"j\":{\"k\":1}},{\"k\":2,\"\\u006b\":2}]}}", 0,
      "at byte 59, the key `k` is there for the second time"),
    Case(
      "{\"a\":{\"note\":{\"k\":1,\"k\":1}}}", 0, "at byte 28, the key `k` is there for the second time"),
  ]

  // MARK: - Layout

  static let layout: [Case] = [
    Case(
      "{\(entry("a", "U8", "[1]", "[1,2]"))}", 2,
      "tensor `a` begins at byte 1 of the data, and bytes 0 to 0 belong to none"),
    Case(
      "{\(entry("a", "U8", "[1]", "[0,1]")),\(entry("b", "U8", "[1]", "[4,5]"))}", 5,
      "tensor `b` begins at byte 4 of the data, and bytes 1 to 3 belong to none"),
    Case(
      "{\(entry("a", "U8", "[4]", "[0,4]")),\(entry("b", "U8", "[4]", "[2,6]"))}", 6,
      "tensor `b` begins at byte 2 of the data, and the tensor before it ends at 4"),
    Case(
      "{\(entry("a", "U8", "[4]", "[0,4]")),\(entry("b", "U8", "[4]", "[0,4]"))}", 4,
      "tensor `b` begins at byte 0 of the data, and the tensor before it ends at 4"),
    Case(
      "{\(entry("a", "U8", "[4]", "[0,4]")),\(entry("b", "U8", "[0]", "[2,2]"))}", 4,
      "tensor `b` begins at byte 2 of the data, and the tensor before it ends at 4"),
    Case(
      "{\(entry("a", "U8", "[1]", "[1,0]"))}", 1,
      "tensor `a` begins at byte 1 of the data and ends before it, at 0"),
    Case(
      "{\(entry("a", "F32", "[2,3]", "[0,20]"))}", 20,
      "tensor `a`, F32 [2, 3], takes 24 bytes and is given 20"),
    Case("{\(entry("a", "F32", "[]", "[0,0]"))}", 0, "tensor `a`, F32 [], takes 4 bytes and is given 0"),
    Case(
      "{\(entry("a", "U8", "[9223372036854775807,2]", "[0,1]"))}", 1,
      "the size of tensor `a`, U8 [9223372036854775807, 2], overflows"),
    Case(
      "{\(entry("a", "F64", "[4611686018427387904]", "[0,1]"))}", 1,
      "the size of tensor `a`, F64 [4611686018427387904], overflows"),
    Case(
      "{\(entry("a", "F4", "[3]", "[0,2]"))}", 2, "tensor `a`, F4 [3], does not end on a whole byte"),
    Case(
      "{\(entry("a", "F32", "[1,1,1,1,1,1,1,1,1]", "[0,3]"))}", 3,
      "tensor `a`, F32 [1, 1, 1, 1, 1, 1, 1, 1, …], takes 4 bytes and is given 3"),
  ]

  @Test(arguments: syntax + fields + duplicates + layout)
  func header(_ sample: Case) {
    let bytes = file(sample.header, data: [UInt8](repeating: 0, count: sample.data))
    #expect(message(bytes) == Self.beginning + sample.words + Self.atFault)
  }

  @Test func leftover() {
    let header = "{\(Self.entry("a", "U8", "[4]", "[0,4]"))}"
    for present in [0, 3, 5, 100] {
      #expect(
        message(file(header, data: [UInt8](repeating: 0, count: present)))
          == "\(Self.beginning)its header describes 4 bytes of data, and \(present) are there\(Self.cutShort)"
      )
    }
    #expect(
      message(file("{}", data: [0]))
        == "\(Self.beginning)its header describes 0 bytes of data, and 1 are there\(Self.cutShort)")
  }

  @Test func unknownType() {
    func words(_ type: String) -> String? {
      message(file("{\(Self.entry("a", type, "[]", "[0,4]"))}", data: [0, 0, 0, 0]))
    }
    #expect(
      words("f32") == "\(Self.beginning)tensor `a` has the unknown type `f32`; the type is spelled `F32`")
    #expect(
      words("Q4_K") == """
        \(Self.beginning)tensor `a` has the unknown type `Q4_K`; \
        convert the file with the program that wrote it to F32, F16 or BF16
        """)
  }

  // MARK: - Before the header

  @Test func lengthOfTheHeader() {
    for count in 0..<8 {
      #expect(
        message([UInt8](repeating: 1, count: count)) == """
          \(Self.beginning)it has \(count) bytes, and the length of the header alone takes 8\(Self.cutShort)
          """)
    }
    let zero = [UInt8](repeating: 0, count: 8)
    #expect(message(zero) == "\(Self.beginning)its header is empty\(Self.otherFormat)")
    #expect(message(zero + Array("{}".utf8)) == "\(Self.beginning)its header is empty\(Self.otherFormat)")
    #expect(
      message([3, 0, 0, 0, 0, 0, 0, 0] + Array("{}".utf8))
        == "\(Self.beginning)its header claims 3 bytes, and only 2 follow\(Self.cutShort)")
    #expect(
      message([0x00, 0xE1, 0xF5, 0x05, 0, 0, 0, 0])
        == "\(Self.beginning)its header claims 100000000 bytes, and only 0 follow\(Self.cutShort)")
    #expect(
      message([0x01, 0xE1, 0xF5, 0x05, 0, 0, 0, 0])
        == "\(Self.beginning)its header claims 100000001 bytes, and 100000000 are the most allowed"
        + Self.otherFormat
    )
    #expect(
      message([UInt8](repeating: 255, count: 64)) == """
        \(Self.beginning)its header claims 18446744073709551615 bytes, \
        and 100000000 are the most allowed\(Self.otherFormat)
        """)
  }

  @Test func invalidUTF8() {
    for (bytes, at) in [([0xFF], 10), ([0x61, 0xC3], 11), ([0xED, 0xA0, 0x80], 10), ([0xC0, 0x80], 10)] {
      let header = Array("{\"".utf8) + bytes.map { UInt8($0) } + Array("\":1}".utf8)
      #expect(
        message(file(header)) == "\(Self.beginning)byte \(at) of the header is not UTF-8\(Self.otherFormat)")
    }
  }

  // MARK: - Names in messages

  @Test func hostileNames() {
    let name = #"\u001b[31m\u202e\n"# + String(repeating: "x", count: 200)
    #expect(
      message(file("{\"\(name)\":{}}")) == """
        \(Self.beginning)tensor `\\e[31m\\u{202E}\\n\(String(repeating: "x", count: 73))…` \
        has no `dtype`\(Self.atFault)
        """)
  }
}
