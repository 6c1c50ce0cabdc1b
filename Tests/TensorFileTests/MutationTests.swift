// Thousands of damaged headers: each is refused or read correctly, and nothing crashes.

import TensorFile
import Testing

@Suite struct MutationTests {
  private static let tokens = [
    "\"", ",", ":", "{", "}", "[", "]", "0", "1", "8", "-", ".", "e", "\\", "\\u", "null", "true",
    "__metadata__", "dtype", "shape", "data_offsets", "F32", "U8", " ", "\n", "\0", "9223372036854775807",
    "18446744073709551616", "d800", "é",
  ]

  private static let seeds = [
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"#
      + #""b":{"dtype":"U8","shape":[1,0],"data_offsets":[8,8]}}"#,
    #"{"__metadata__":{"k":"v","x":"\u00e9\ud83d\ude00"},"#
      + #""a":{"x":[1,{"q":null}],"dtype":"I64","shape":[],"data_offsets":[0,8]}}"#,
    #"{"b":{"dtype":"F4","shape":[2,4],"data_offsets":[4,8]},"#
      + #""a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#,
    #"{ "c" : { "dtype" : "BF16", "shape" : [ 1, 4 ], "#
      + #""data_offsets" : [ 0, 8 ], "note" : { "n" : [ -1.5e3 ] } } } "#,
  ]

  /// A header with one or two small accidents.
  private func damaged(_ header: String, with generator: inout SeededGenerator) -> [UInt8] {
    var bytes = Array(header.utf8)
    for _ in 0..<Int.random(in: 1...2, using: &generator) {
      let place = Int.random(in: 0...bytes.count, using: &generator)
      let reach = min(bytes.count, place + Int.random(in: 1...6, using: &generator))
      switch Int.random(in: 0..<5, using: &generator) {
      case 0 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &generator)
      case 1 where place < bytes.count: bytes[place] ^= 1 << UInt8.random(in: 0..<7, using: &generator)
      case 2: bytes.removeSubrange(place..<reach)
      case 3:
        bytes.insert(contentsOf: bytes[place..<reach], at: Int.random(in: 0...bytes.count, using: &generator))
      default:
        bytes.insert(
          contentsOf: Self.tokens.randomElement(using: &generator).map { Array($0.utf8) } ?? [], at: place)
      }
    }
    return bytes
  }

  /// What any file that is accepted must satisfy.
  private func check(_ read: TensorFile, data: [UInt8]) throws {
    var end = 0
    for tensor in read.tensors {
      #expect(tensor.shape.reduce(1, *) * tensor.type.bits == tensor.bytes.count * 8)
      #expect(tensor.bytes.elementsEqual(data[end..<end + tensor.bytes.count]))
      #expect(read[tensor.name]?.shape == tensor.shape)
      end += tensor.bytes.count
    }
    #expect(end == data.count)
    #expect(Set(read.tensors.map { Array($0.name.utf8) }).count == read.tensors.count)
    let bytes = try TensorFile.serialized(read.tensors.map { TensorData($0) }, metadata: read.metadata)
    let again = try TensorFile(parsing: bytes)
    #expect(again.tensors.count == read.tensors.count)
    #expect(
      try TensorFile.serialized(again.tensors.map { TensorData($0) }, metadata: again.metadata) == bytes)
  }

  @Test func damagedHeaders() throws {
    var generator = SeededGenerator(seed: 1)
    let data: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
    var accepted = 0
    for round in 0..<20_000 {
      let header = damaged(Self.seeds[round % Self.seeds.count], with: &generator)
      let read: TensorFile
      do {
        read = try TensorFile(parsing: file(header, data: data))
      } catch {
        // Every refusal has its words.
        #expect(!error.description.isEmpty)
        continue
      }
      accepted += 1
      try check(read, data: data)
    }
    // Both outcomes are met, or the damage is of no use as a test.
    #expect((500...10_000).contains(accepted), "\(accepted) of 20000 accepted")
  }

  @Test func damagedFiles() throws {
    var generator = SeededGenerator(seed: 2)
    for name in Stored.names {
      let stored = try Stored.bytes(name)
      for _ in 0..<500 {
        var bytes = stored
        bytes[Int.random(in: 0..<min(bytes.count, 400), using: &generator)] ^=
          1 << UInt8.random(in: 0..<8, using: &generator)
        guard let read = try? TensorFile(parsing: bytes) else { continue }
        #expect(read.tensors.reduce(0) { $0 + $1.bytes.count } <= bytes.count)
      }
    }
  }

  @Test func noise() {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<2000 {
      let count = Int.random(in: 0..<200, using: &generator)
      let noise = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      #expect(message(noise) != nil)
      #expect(message(file(noise)) != nil)
    }
  }
}
