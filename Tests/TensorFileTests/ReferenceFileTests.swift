// Files of the reference writer: read to the value, written again to the byte.

import Foundation
import TensorFile
import Testing

@Suite struct ReferenceFileTests {
  @Test(arguments: Stored.names)
  func writtenAgain(name: String) throws {
    let stored = try Stored.bytes(name)
    let read = try TensorFile.read(path: Stored.path(name))
    let tensors = read.tensors.reversed().map { TensorData($0) }
    #expect(try TensorFile.serialized(tensors, metadata: read.metadata) == stored)
    try withFolder { folder in
      let path = folder + "/again.safetensors"
      try TensorFile.write(path: path, tensors: tensors.shuffled(), metadata: read.metadata)
      let again = try TensorFile.read(path: path)
      #expect(
        try TensorFile.serialized(again.tensors.map { TensorData($0) }, metadata: again.metadata) == stored)
    }
  }

  @Test(arguments: Stored.names)
  func cutAtEveryLength(name: String) throws {
    let stored = try Stored.bytes(name)
    for count in 0..<stored.count {
      #expect(message(Array(stored[..<count])) != nil, "\(name) cut at \(count)")
    }
    #expect(message(stored + [0]) != nil)
  }

  @Test func madeHere() throws {
    let floats: [Float] = [1.5, -2, 0, 65504]
    #expect(
      try TensorFile.serialized([TensorData("weight", shape: [2, 2], floats: floats)])
        == Stored.bytes("plain"))
    let ones = [Float](repeating: 1, count: 6)
    #expect(
      try TensorFile.serialized(
        [TensorData("weight", shape: [2, 3], floats: ones)], metadata: [("format", "pt")])
        == Stored.bytes("peft"))
    #expect(try TensorFile.serialized([]) == Stored.bytes("empty"))
    let note = "quote \" back \\ tab \t\u{1}\u{7F} é 😀 /"
    #expect(try TensorFile.serialized([], metadata: [("note", note)]) == Stored.bytes("metadata-only"))
  }

  @Test func namesSortByByte() throws {
    let names = [
      "b", "a", "B", "a.10", "a.2", "", "é", "e\u{301}", "\u{FFFF}", "😀", "q\"\\\n\u{8}\u{C}\r\u{1F}",
      "model.layers.0",
    ]
    let tensors = names.enumerated().map { TensorData($1, shape: [1], floats: [Float($0)]) }
    #expect(try TensorFile.serialized(tensors) == Stored.bytes("names"))
    let read = try TensorFile.read(path: Stored.path("names"))
    for (index, name) in names.enumerated() {
      #expect(try read[name]?.floats() == [Float(index)])
    }
  }

  @Test func types() throws {
    let read = try TensorFile.read(path: Stored.path("types"))
    #expect(
      read.tensors.map(\.type.name) == [
        "U64", "I64", "F64", "C64", "F32", "U32", "I32", "BF16", "F16", "U16", "I16", "F8_E5M2FNUZ",
        "F8_E4M3FNUZ", "F8_E8M0", "F8_E4M3", "F8_E5M2", "I8", "U8", "F4", "BOOL",
      ])
    #expect(read.metadata("format") == "pt")
    for tensor in read.tensors {
      switch tensor.type {
      case .f64, .f32, .f16, .bf16: #expect(try tensor.floats() == [0, 1, 2, 3, 4, 5])
      case .bool: #expect(try tensor.integers() == [0, 1, 1, 1, 1, 1])
      case .u64, .i64, .u32, .i32, .u16, .i16, .u8, .i8: #expect(try tensor.integers() == [0, 1, 2, 3, 4, 5])
      default: #expect(tensor.count == (tensor.type == .f4 ? 12 : 6))
      }
    }
  }

  @Test func values() throws {
    let read = try TensorFile.read(path: Stored.path("values"))
    #expect(read["scalar"]?.shape == [])
    #expect(try read["scalar"]?.floats() == [3.25])
    #expect(read["none"]?.shape == [0, 3])
    #expect(try read["none"]?.floats() == [])
    #expect(try read["one"]?.integers() == [7])

    let half = try #require(try read["half"]?.floats())
    #expect(half[..<4] == [0.099975586, -0.099975586, 5.9604645e-08, .infinity])
    #expect(half[4].isNaN)
    #expect(
      try read["brain"]?.floats().map(\.bitPattern) == [
        0x3DCD_0000, 0xBDCD_0000, 0x0001_0000, 0xFF80_0000, 0x7F62_0000,
      ])
    #expect(try read["double"]?.floats().map(\.bitPattern) == [0x3DCC_CCCD, 0x7F80_0000, 0x8000_0000])
    #expect(try read["limits"]?.integers() == [Int.min, Int.max, -1])
    #expect(
      message { _ = try read["high"]?.integers() } == """
        element 0 of tensor `high` (U64) cannot hold or give 18446744073709551615; \
        use a type that holds the value
        """)
  }

  /// A model that the reference wrote in shards; each shard is written again to the byte.
  @Test func shards() throws {
    let folder = Stored.folder.appendingPathComponent("../sharded").standardizedFileURL.path
    let model = try TensorCollection(folder: folder)
    #expect(model.files.count == 2)
    #expect(
      Set(model.tensors.map(\.name)) == [
        "model.embed_tokens.weight", "model.layers.0.weight", "model.layers.1.weight",
        "model.layers.10.bias", "steps",
      ])
    #expect(model.byteCount == 72)
    #expect(try model.tensor("model.embed_tokens.weight").floats() == (0..<12).map { Float($0) })
    #expect(try model.tensor("model.layers.0.weight").floats() == [0, 1 / 3, 2 / 3, 1])
    #expect(
      try model.tensor("model.layers.1.weight").floats() == [0.099975586, 5.9604645e-08, 65504, -.infinity])
    #expect(
      try model.tensor("model.layers.10.bias").floats().map(\.bitPattern) == [0x7F80_0000, 0x8000_0000])
    #expect(try model.tensor("steps").integers() == [7])
    for file in model.files {
      let path = try #require(file.path)
      let stored = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
      #expect(
        try TensorFile.serialized(file.tensors.map { TensorData($0) }, metadata: file.metadata) == stored)
    }
  }
}
