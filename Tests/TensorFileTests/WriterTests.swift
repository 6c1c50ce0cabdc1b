// What the writer refuses, and how it replaces files.

import TensorFile
import Testing

@Suite struct WriterTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let tensors: [TensorData]
    let words: String

    var testDescription: String { words }
  }

  private static let one = TensorData("a", shape: [1], floats: [1])

  @Test(arguments: [
    Case(
      tensors: [TensorData("__metadata__", shape: [1], floats: [1])],
      words: "`__metadata__` is the container's own key, not the name of a tensor; give each its own name"),
    Case(tensors: [one, one], words: "two tensors are named `a`; give each its own name"),
    Case(
      tensors: [one, TensorData("a", type: .u8, shape: [], bytes: [0])],
      words: "two tensors are named `a`; give each its own name"),
    Case(
      tensors: [TensorData("a", shape: [-1, -1], floats: [1])],
      words: "the shape of tensor `a`, [-1, -1], has a size below zero; give the shape that the values have"),
    Case(
      tensors: [TensorData("a", shape: [Int](repeating: 1, count: 65), floats: [1])],
      words: "tensor `a` has 65 dimensions, and 64 are the most allowed; give the shape that the values have"),
    Case(
      tensors: [TensorData("a", shape: [Int.max, 2], floats: [])],
      words:
        "the size of tensor `a`, F32 [9223372036854775807, 2], overflows; give the shape that the values have"
    ),
    Case(
      tensors: [TensorData("a", type: .f6E3M2, shape: [3], bytes: [0, 0, 0])],
      words: "tensor `a`, F6_E3M2 [3], does not end on a whole byte; give the shape that the values have"),
    Case(
      tensors: [TensorData("a", shape: [2, 2], floats: [1, 2, 3])],
      words: "tensor `a`, F32 [2, 2], takes 16 bytes and has 12; give the shape that the values have"),
  ])
  func refused(_ sample: Case) throws {
    #expect(
      message { _ = try TensorFile.serialized(sample.tensors) }
        == "cannot write the tensors as safetensors: " + sample.words)
    try withFolder { folder in
      let path = folder + "/x.safetensors"
      #expect(
        message { try TensorFile.write(path: path, tensors: sample.tensors) }
          == "cannot write `\(path)` as safetensors: " + sample.words)
      let left = try names(in: folder)
      #expect(left == [])
    }
  }

  @Test func metadataTwice() {
    #expect(
      message { _ = try TensorFile.serialized([], metadata: [("k", "1"), ("k", "2")]) }
        == "cannot write the tensors as safetensors: the metadata has the key `k` twice; "
        + "give each its own name"
    )
  }

  @Test func headerTooLong() {
    let name = String(repeating: String(repeating: "n", count: 1000), count: 100_000)
    #expect(
      message { _ = try TensorFile.serialized([], metadata: [("k", name)]) } == """
        cannot write the tensors as safetensors: the header takes 100000032 bytes, and 100000000 are \
        the most allowed; write fewer tensors in one file
        """)
  }

  @Test func dataBeginsAtAMultipleOfEight() throws {
    for length in 0..<20 {
      let name = String(repeating: "n", count: length)
      let bytes = try TensorFile.serialized([TensorData(name, shape: [1], floats: [1])])
      #expect((bytes.count - 4).isMultiple(of: 8))
      #expect(try TensorFile(parsing: bytes)[name]?.floats() == [1])
    }
  }

  @Test func metadataKeepsItsOrder() throws {
    let metadata: TensorFile.Metadata = [("z", "1"), ("a", "2"), ("e\u{301}", "3"), ("é", "4")]
    let read = try TensorFile(parsing: TensorFile.serialized([Self.one], metadata: metadata))
    #expect(read.metadata.map(\.value) == ["1", "2", "3", "4"])
    #expect(read.metadata("é") == "4")
  }
}
