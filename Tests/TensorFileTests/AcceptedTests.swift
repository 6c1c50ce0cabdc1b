// What the reader must accept, though its own writer would not write it.

import TensorFile
import Testing

@Suite struct AcceptedTests {
  static let u8 = #""dtype":"U8","shape":[1],"data_offsets":[0,1]"#

  @Test(arguments: [
    "{\"a\":{\(u8)}}",
    "{\"a\":{\(u8)}}   ",
    "{\"a\":{\(u8)}}\n\n",
    " {\"a\":{\(u8)}}",
    "\t\r\n{ \"a\" :\n{\(u8)\t} } ",
    "{\"\":{\(u8)}}",
    "{\"a\":{\"shape\":[1],\"data_offsets\":[0,1],\"dtype\":\"U8\"}}",
    "{\"a\":{\(u8),\"note\":[1,-2.5e+3,{\"deep\":[null,true,false,\"x\"]},[]],\"more\":{}}}",
    "{\"__metadata__\":null,\"a\":{\(u8)}}",
    "{\"__metadata__\":{},\"a\":{\(u8)}}",
    "{\"a\":{\"dtype\":\"\\u00558\",\"shape\":[1],\"data_offsets\":[0,1]}}",
  ])
  func oneByte(header: String) throws {
    let read = try TensorFile(parsing: file(header, data: [7]))
    #expect(read.tensors.count == 1)
    #expect(try read.tensors[0].integers() == [7])
    #expect(read.metadata.isEmpty)
  }

  @Test func noTensors() throws {
    let read = try TensorFile(parsing: file("{}"))
    #expect(read.tensors.isEmpty)
    #expect(read["a"] == nil)
    #expect(read.metadata("format") == nil)
  }

  @Test func scalarAndNothing() throws {
    let header = """
      {"none":{"dtype":"F64","shape":[3,0,5],"data_offsets":[0,0]},\
      "one":{"dtype":"U8","shape":[],"data_offsets":[0,1]},\
      "end":{"dtype":"F32","shape":[0],"data_offsets":[1,1]}}
      """
    let read = try TensorFile(parsing: file(header, data: [9]))
    #expect(read.tensors.map(\.name) == ["none", "one", "end"])
    #expect(read.tensors.map(\.count) == [0, 1, 0])
    #expect(read["none"]?.shape == [3, 0, 5])
    #expect(try read["none"]?.floats() == [])
    #expect(try read["one"]?.integers() == [9])
  }

  @Test func anyOrderInTheHeader() throws {
    let header = """
      {"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]},\
      "a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}
      """
    let read = try TensorFile(parsing: file(header, data: [1, 2, 3]))
    #expect(read.tensors.map(\.name) == ["a", "b"])
    #expect(try read["b"]?.integers() == [2, 3])
  }

  @Test func misalignedFloats() throws {
    let header = """
      {"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},\
      "b":{"dtype":"F32","shape":[2],"data_offsets":[1,9]},\
      "c":{"dtype":"F64","shape":[],"data_offsets":[9,17]}}
      """
    let data: [UInt8] = [1, 0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0xE0, 0x3F]
    let read = try TensorFile(parsing: file(header, data: data))
    #expect(try read["b"]?.floats() == [1, -2])
    #expect(try read["c"]?.floats() == [0.5])
  }

  @Test func typesThatShareBytes() throws {
    let header = """
      {"a":{"dtype":"F4","shape":[3,2],"data_offsets":[0,3]},\
      "b":{"dtype":"F6_E2M3","shape":[4],"data_offsets":[3,6]}}
      """
    let read = try TensorFile(parsing: file(header, data: [1, 2, 3, 4, 5, 6]))
    #expect(read.tensors.map(\.count) == [6, 4])
    #expect(read["b"].map { Array($0.bytes) } == [4, 5, 6])
  }

  @Test func everyType() throws {
    for type in ElementType.allCases {
      let length = type.bits
      let header = "{\"a\":{\"dtype\":\"\(type.name)\",\"shape\":[8],\"data_offsets\":[0,\(length)]}}"
      let read = try TensorFile(parsing: file(header, data: [UInt8](repeating: 1, count: length)))
      #expect(read["a"]?.type == type)
      #expect(read["a"]?.count == 8)
    }
  }

  @Test func metadataInOrder() throws {
    let header = #"{"__metadata__":{"z":"1","a":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00","Z":""}}"#
    let read = try TensorFile(parsing: file(header))
    #expect(read.metadata.map(\.key) == ["z", "a", "Z"])
    #expect(read.metadata("a") == "\"\\/\u{8}\u{C}\n\r\té😀")
    #expect(read.metadata("Z") == "")
    #expect(read.metadata("y") == nil)
  }

  /// Two spellings of é are two names, as in the reference; Swift's String takes them as equal.
  @Test func namesAreBytes() throws {
    let header = """
      {"\u{E9}":{"dtype":"U8","shape":[],"data_offsets":[0,1]},\
      "e\u{301}":{"dtype":"U8","shape":[],"data_offsets":[1,2]}}
      """
    let read = try TensorFile(parsing: file(header, data: [1, 2]))
    #expect(try read["\u{E9}"]?.integers() == [1])
    #expect(try read["e\u{301}"]?.integers() == [2])
  }

  @Test func nestingUpToTheLimit() {
    func nested(_ count: Int) -> [UInt8] {
      let lists = String(repeating: "[", count: count) + String(repeating: "]", count: count)
      return file("{\"a\":{\"x\":\(lists),\(Self.u8)}}", data: [0])
    }
    #expect(message(nested(125)) == nil)
    #expect(
      message(nested(126)) == """
        the data is not a valid safetensors file: at byte 143, the header nests deeper than 127 levels; \
        it is damaged or its writer is at fault, so save it again with another program
        """)
    #expect(message(nested(1_000_000)) == message(nested(126)))
  }

  @Test func asManyDimensionsAsTheOthersHold() throws {
    let shape = repeatElement("1", count: 64).joined(separator: ",")
    let header = "{\"a\":{\"dtype\":\"U8\",\"shape\":[\(shape)],\"data_offsets\":[0,1]}}"
    #expect(try TensorFile(parsing: file(header, data: [3]))["a"]?.shape == [Int](repeating: 1, count: 64))
  }

  /// Tensors of no bytes at one place stay in the order of the header, however many they are.
  @Test func emptyTensorsKeepTheirOrder() throws {
    let names = (0..<1000).map { "t\($0 * 7919 % 1000)" }
    let entries = names.map { "\"\($0)\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}" }
    let read = try TensorFile(parsing: file("{" + entries.joined(separator: ",") + "}"))
    #expect(read.tensors.map(\.name) == names)
  }

  @Test func manyTensors() throws {
    let entries = (0..<5000).map {
      "\"t\($0)\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[\($0),\($0 + 1)]}"
    }
    let data = (0..<5000).map { UInt8(truncatingIfNeeded: $0) }
    let header = "{" + entries.reversed().joined(separator: ",") + "}"
    let read = try TensorFile(parsing: file(header, data: data))
    #expect(read.tensors.map(\.name) == (0..<5000).map { "t\($0)" })
    #expect(try read["t4999"]?.integers() == [4999 % 256])
  }
}
