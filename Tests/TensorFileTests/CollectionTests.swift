// Models in one file or in shards.

import Foundation
import TensorFile
import Testing

@Suite struct CollectionTests {
  private static let first = "model-00001-of-00002.safetensors"
  private static let second = "model-00002-of-00002.safetensors"
  private static let index = "model.safetensors.index.json"

  private static func tensor(_ name: String, _ value: Float) -> TensorData {
    TensorData(name, shape: [1], floats: [value])
  }

  /// A folder with two shards and an index of these entries.
  private func withModel(
    _ map: String, _ one: [TensorData] = [tensor("a", 1), tensor("b", 2)],
    _ two: [TensorData]? = [tensor("c", 3)], _ body: (String) throws -> Void
  ) throws {
    try withFolder { folder in
      try TensorFile.write(path: "\(folder)/\(Self.first)", tensors: one)
      if let two { try TensorFile.write(path: "\(folder)/\(Self.second)", tensors: two) }
      let text = "{\"metadata\":{\"total_size\":12},\"weight_map\":{\(map)}}"
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(Self.index)"))
      try body(folder)
    }
  }

  private static let map = "\"c\":\"\(second)\",\"a\":\"\(first)\",\"b\":\"\(first)\""

  @Test func shards() throws {
    try withModel(Self.map) { folder in
      let model = try TensorCollection(folder: folder)
      #expect(model.path == "\(folder)/\(Self.index)")
      #expect(model.files.map(\.path) == ["\(folder)/\(Self.first)", "\(folder)/\(Self.second)"])
      #expect(model.tensors.map(\.name) == ["a", "b", "c"])
      #expect(try model.tensors.map { try $0.floats()[0] } == [1, 2, 3])
      #expect(try model["c"]?.floats() == [3])
      #expect(model["d"] == nil)
      #expect(model.byteCount == 12)
      #expect(
        message { _ = try model.tensor("d") } == """
          `\(folder)/\(Self.index)` has no tensor `d`; check its name, and whether the file belongs to this model
          """)
    }
  }

  @Test func oneFile() throws {
    try withFolder { folder in
      let path = folder + "/model.safetensors"
      try TensorFile.write(path: path, tensors: [Self.tensor("x", 5)], metadata: [("format", "pt")])
      // The single file goes before an index, as in the reference.
      try Data("damaged".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(Self.index)"))
      for model in [try TensorCollection(folder: folder), try TensorCollection(folder: folder + "/")] {
        #expect(model.path == path)
        #expect(try model.tensor("x").floats() == [5])
        #expect(model.files[0].metadata("format") == "pt")
      }
      try TensorFile.write(path: folder + "/adapter_model.safetensors", tensors: [Self.tensor("y", 6)])
      #expect(try TensorCollection(folder: folder, stem: "adapter_model").tensors.map(\.name) == ["y"])
      #expect(try TensorCollection(file: path).tensors.map(\.name) == ["x"])
      let parsed = try TensorFile(parsing: TensorFile.serialized([Self.tensor("z", 7)]))
      #expect(
        message { _ = try TensorCollection(parsed).tensor("y") }?.hasPrefix("the data has no tensor `y`;")
          == true)
    }
  }

  /// Found in a shard and listed nowhere: it is there. A copy beside the one that is listed is not.
  @Test func unlisted() throws {
    let two = [Self.tensor("c", 3), Self.tensor("d", 4), Self.tensor("a", 9)]
    try withModel(Self.map, [Self.tensor("a", 1), Self.tensor("b", 2)], two) { folder in
      let model = try TensorCollection(folder: folder)
      #expect(model.tensors.map(\.name) == ["a", "b", "c", "d"])
      #expect(try model.tensor("d").floats() == [4])
      #expect(try model.tensor("a").floats() == [1])
    }
  }

  /// Two spellings of é are two tensors.
  @Test func namesAreBytes() throws {
    let map = "\"\u{E9}\":\"\(Self.first)\",\"e\\u0301\":\"\(Self.second)\""
    try withModel(map, [Self.tensor("\u{E9}", 1)], [Self.tensor("e\u{301}", 2)]) { folder in
      let model = try TensorCollection(folder: folder)
      #expect(try model.tensor("\u{E9}").floats() == [1])
      #expect(try model.tensor("e\u{301}").floats() == [2])
    }
  }

  // MARK: - Refused

  private static let ofOthers = "; index and shards are of different models, so fetch all of them again"

  @Test func missingShard() throws {
    try withModel(Self.map, [Self.tensor("a", 1), Self.tensor("b", 2)], nil) { folder in
      #expect(
        message { _ = try TensorCollection(folder: folder) } == """
          `\(folder)/\(Self.index)` is not a valid index of shards: shard `\(Self.second)`, which holds \
          tensor `c`, is not there; fetch the shard that is missing
          """)
    }
  }

  @Test func damagedShard() throws {
    try withModel(Self.map) { folder in
      try Data([1, 2, 3]).write(to: URL(fileURLWithPath: "\(folder)/\(Self.second)"))
      #expect(
        message { _ = try TensorCollection(folder: folder) }?
          .hasPrefix("`\(folder)/\(Self.second)` is not a valid safetensors file: it has 3 bytes") == true)
    }
  }

  @Test func listedAndAbsent() throws {
    try withModel(Self.map + ",\"d\":\"\(Self.first)\"") { folder in
      #expect(
        message { _ = try TensorCollection(folder: folder) } == """
          `\(folder)/\(Self.index)` is not a valid index of shards: shard `\(Self.first)` does not hold \
          tensor `d`, which is listed in it\(Self.ofOthers)
          """)
    }
  }

  @Test func ambiguous() throws {
    let one = [Self.tensor("a", 1), Self.tensor("b", 2), Self.tensor("d", 4)]
    try withModel(Self.map, one, [Self.tensor("c", 3), Self.tensor("d", 5)]) { folder in
      #expect(
        message { _ = try TensorCollection(folder: folder) } == """
          `\(folder)/\(Self.index)` is not a valid index of shards: tensor `d` is in shard `\(Self.first)` \
          and in shard `\(Self.second)` and not listed\(Self.ofOthers)
          """)
    }
  }

  @Test(arguments: [
    "../x.safetensors", "/etc/passwd", "a/b", "a\\\\b", "", ".", "..", "C:x", "x\\u0000", "\\u002e\\u002e/x",
  ])
  func shardNames(name: String) throws {
    let words =
      message { _ = try ShardIndex(parsing: Array("{\"weight_map\":{\"a\":\"\(name)\"}}".utf8)) } ?? ""
    #expect(words.hasPrefix("the data is not a valid index of shards: tensor `a` is listed in `"))
    #expect(
      words.hasSuffix(
        "`, which is not a plain file name; shards stand beside their index, so put the file there and name it "
          + "without a folder"))
  }

  @Test(arguments: [
    ("{}", "it has no `weight_map`"),
    ("", "at byte 0, `{` is expected, not the end of the index"),
    ("[]", "at byte 0, `{` is expected, not `[`"),
    ("\u{FEFF}{}", "at byte 0, `{` is expected, not byte 239"),
    ("{} x", "at byte 3, the end of the index is expected, not `x`"),
    ("{\"weight_map\":null}", "at byte 14, `{` is expected, not `n`"),
    ("{\"weight_map\":{\"a\":1}}", "at byte 19, a text in double quotes is expected, not `1`"),
    (
      "{\"weight_map\":{\"a\":\"s\",\"a\":\"s\"}}", "at byte 23, the key `a` is there for the second time"
    ),
    (
      "{\"weight_map\":{},\"weight_map\":{}}",
      "at byte 17, the key `weight_map` is there for the second time"
    ),
    (
      "{\"metadata\":\(String(repeating: "[", count: 200))",
      "at byte 138, the index nests deeper than 127 levels"
    ),
  ])
  func malformed(text: String, words: String) {
    #expect(
      message { _ = try ShardIndex(parsing: Array(text.utf8)) } == """
        the data is not a valid index of shards: \(words); it is damaged or its writer is at fault, \
        so fetch or save it again
        """)
  }

  @Test func invalidUTF8() {
    #expect(
      message { _ = try ShardIndex(parsing: Array("{\"é".utf8) + [0xFF]) }?
        .hasPrefix("the data is not a valid index of shards: byte 4 of the index is not UTF-8;") == true)
  }

  @Test func tooLong() throws {
    try withFolder { folder in
      let path = "\(folder)/\(Self.index)"
      try Data().write(to: URL(fileURLWithPath: path))
      #expect(truncate(path, 100_000_001) == 0)
      #expect(
        message { _ = try TensorCollection(folder: folder) } == """
          `\(path)` is not a valid index of shards: it has 100000001 bytes, and 100000000 are the most \
          allowed; check that it is the index of a model
          """)
    }
  }

  @Test func nothingThere() throws {
    try withFolder { folder in
      let beginning = "`\(folder)` has neither `model.safetensors` nor `model.safetensors.index.json`; "
      #expect(message { _ = try TensorCollection(folder: folder) } == beginning + "check the path")
      try Data().write(to: URL(fileURLWithPath: folder + "/pytorch_model.bin"))
      #expect(
        message { _ = try TensorCollection(folder: folder) } == beginning
          + "`pytorch_model.bin` is there, which is not read: save it as safetensors with the program that wrote it"
      )
      try Data().write(to: URL(fileURLWithPath: "\(folder)/\(Self.second)"))
      #expect(
        message { _ = try TensorCollection(folder: folder) } == beginning
          + "`\(Self.second)` is there, without an index: fetch the index, or name the file itself")
      #expect(
        message { _ = try TensorCollection(folder: folder + "/none") }
          == "cannot read `\(folder)/none`: no such file or folder; check the path")
    }
  }
}
