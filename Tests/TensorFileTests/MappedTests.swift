// Large files: mapped, read in parts, written back in parts.

import Foundation
import TensorFile
import Testing

@Suite struct MappedTests {
  @Test(arguments: Stored.names)
  func mappedAsCopied(name: String) throws {
    let path = Stored.path(name)
    let (copied, mapped) = (
      try TensorFile.read(path: path, access: .copied), try TensorFile.read(path: path, access: .mapped)
    )
    #expect(copied.tensors.map(\.name) == mapped.tensors.map(\.name))
    for (left, right) in zip(copied.tensors, mapped.tensors) {
      #expect(left.bytes.elementsEqual(right.bytes))
      #expect(right.bytes.owner.isMapped && !left.bytes.owner.isMapped)
    }
    #expect(
      try TensorFile.serialized(mapped.tensors.map { TensorData($0) }, metadata: mapped.metadata)
        == Stored.bytes(name))
  }

  @Test func smallFilesAreCopiedAndLargeOnesMapped() throws {
    try withFolder { folder in
      let path = folder + "/x"
      for (count, mapped) in [(1 << 16, false), (1 << 18, true)] {
        try TensorFile.write(
          path: path, tensors: [TensorData("x", shape: [count], floats: [Float](repeating: 1, count: count))])
        #expect(try TensorFile.read(path: path).tensor("x").bytes.owner.isMapped == mapped)
      }
    }
  }

  /// A sparse file of 64 GB opens without being read, and a part of it is read alone.
  @Test func manyGigabytes() throws {
    try withFolder { folder in
      let path = folder + "/huge"
      let count = 1 << 34
      let header = "{\"a\":{\"dtype\":\"F32\",\"shape\":[\(count)],\"data_offsets\":[0,\(4 * count)]}}"
      let start = file(header)
      try Data(start).write(to: URL(fileURLWithPath: path))
      #expect(truncate(path, off_t(start.count + 4 * count)) == 0)
      let handle = try #require(FileHandle(forWritingAtPath: path))
      try handle.seek(toOffset: UInt64(start.count + 4 * (count - 2)))
      try handle.write(contentsOf: Data([0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0]))
      try handle.close()
      let tensor = try TensorFile.read(path: path).tensor("a")
      #expect(tensor.count == count)
      #expect(try tensor.floats(in: count - 3..<count) == [0, 1, -2])
      #expect(tensor.bytes.last == 0xC0)
    }
  }

  /// The entry alone keeps the mapping, and a file that is replaced stays as it was under it.
  @Test func outlivesTheFile() throws {
    try withFolder { folder in
      let path = folder + "/x"
      try TensorFile.write(path: path, tensors: [TensorData("x", shape: [3], floats: [1, 2, 3])])
      let entry = try TensorFile.read(path: path, access: .mapped).tensor("x")
      try TensorFile.write(path: path, tensors: [TensorData("x", shape: [1], floats: [9])])
      #expect(try entry.floats() == [1, 2, 3])
      try FileManager.default.removeItem(atPath: path)
      #expect(try entry.floats() == [1, 2, 3])
    }
  }

  @Test func shortenedUnderTheMapping() throws {
    try withFolder { folder in
      let path = folder + "/x"
      let floats = [Float](repeating: 1, count: 10_000)
      try TensorFile.write(path: path, tensors: [TensorData("x", shape: [10_000], floats: floats)])
      let entry = try TensorFile.read(path: path, access: .mapped).tensor("x")
      #expect(truncate(path, 1000) == 0)
      let words = "`\(path)` became shorter while it was read; wait until it is complete and read it again"
      #expect(message { _ = try entry.floats() } == words)
      #expect(message { try entry.bytes.checkLength() } == words)
      #expect(message { try TensorFile.write(path: folder + "/y", tensors: [TensorData(entry)]) } == words)
      #expect(try names(in: folder) == ["x"])
    }
  }

  @Test func pointers() throws {
    let header = """
      {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},\
      "b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]},\
      "c":{"dtype":"U8","shape":[1],"data_offsets":[12,13]},\
      "d":{"dtype":"F32","shape":[1],"data_offsets":[13,17]}}
      """
    let padding = String(repeating: " ", count: 8 - header.utf8.count % 8)
    let data: [UInt8] = [1, 2, 3, 4, 0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0, 7, 0, 0, 0, 0x3F]
    try withFolder { folder in
      try Data(file(header + padding, data: data)).write(to: URL(fileURLWithPath: folder + "/x"))
      for access in [TensorFile.Access.copied, .mapped] {
        let read = try TensorFile.read(path: folder + "/x", access: access)
        let b = try read.tensor("b")
        #expect(b.floatPointer.map { Array($0) } == [1, -2])
        #expect(b.bytes.pointer.count == 8)
        #expect(b.bytes.isAligned(to: 4))
        // Not of the type, and not at a multiple of four.
        #expect(try read.tensor("a").floatPointer == nil)
        #expect(try read.tensor("d").floatPointer == nil)
        #expect(try read.tensor("d").floats() == [0.5])
        withExtendedLifetime(b) {}
      }
    }
  }

  @Test func partsOfATensor() throws {
    let values: [Float] = [1, 2, 3, 4, 5, 6]
    for type in [ElementType.f32, .f64, .f16, .bf16] {
      let data = try TensorData("x", shape: [2, 3], floats: values, as: type)
      let entry = try TensorFile(parsing: TensorFile.serialized([data])).tensor("x")
      #expect(try entry.floats(in: 2..<5) == [3, 4, 5])
      #expect(try entry.floats(in: 6..<6) == [])
      var target = [Float](repeating: 0, count: 6)
      try target.withUnsafeMutableBufferPointer { buffer in
        try entry.read(1..<3, into: UnsafeMutableBufferPointer(rebasing: buffer[3..<5]))
      }
      #expect(target == [0, 0, 0, 2, 3, 0])
    }
  }

  // MARK: - Writing

  /// One tensor changes, the others go back byte for byte, into the file that they are mapped from.
  @Test func readModifyWrite() throws {
    try withFolder { folder in
      let path = folder + "/x"
      // Every second value is a NaN whose payload a conversion would change.
      let odd = (0..<300_000).flatMap { index -> [UInt8] in
        [UInt8(index & 0xFF), UInt8(index >> 8 & 0xFF), 0x81, 0x7F]
      }
      try TensorFile.write(
        path: path,
        tensors: [
          TensorData("keep", type: .f32, shape: [300_000], bytes: odd),
          TensorData("exotic", type: .f8E4M3, shape: [3], bytes: [1, 2, 3]),
          TensorData("change", shape: [2], floats: [1, 2]),
        ], metadata: [("format", "pt")])
      let old = try TensorFile.read(path: path)
      #expect(try old.tensor("keep").bytes.owner.isMapped)
      let tensors = old.tensors.map {
        $0.name == "change" ? TensorData("change", shape: [2], floats: [5, 6]) : TensorData($0)
      }
      try TensorFile.write(path: path, tensors: tensors, metadata: old.metadata)
      let new = try TensorFile.read(path: path)
      #expect(Array(try new.tensor("keep").bytes) == odd)
      #expect(Array(try new.tensor("exotic").bytes) == [1, 2, 3])
      #expect(try new.tensor("change").floats() == [5, 6])
      #expect(try old.tensor("change").floats() == [1, 2])
      #expect(try names(in: folder) == ["x"])
    }
  }

  /// Values that are made in parts give the bytes that they give at once.
  @Test(arguments: [ElementType.f32, .f64, .f16, .bf16])
  func madeInParts(type: ElementType) throws {
    let count = 700_001
    @Sendable func value(_ index: Int) -> Float { Float(index) * 0.37 - 1000 }
    let whole = try TensorData("x", shape: [count], floats: (0..<count).map(value), as: type)
    let parts = try TensorData("x", shape: [count], as: type, count: count) { $0.map(value) }
    #expect(try TensorFile.serialized([whole]) == TensorFile.serialized([parts]))
  }

  @Test func partsOfTheWrongLength() throws {
    let short = try TensorData("x", shape: [3], as: .f16, count: 3) { _ in [1] }
    let words =
      " as safetensors: tensor `x`, F16 [3], takes 6 bytes and has 2; give the shape that the values have"
    #expect(message { _ = try TensorFile.serialized([short]) } == "cannot write the tensors" + words)
    try withFolder { folder in
      #expect(
        message { try TensorFile.write(path: folder + "/x", tensors: [short]) }
          == "cannot write `\(folder)/x`" + words)
      let left = try names(in: folder)
      #expect(left == [])
    }
    let other = try TensorData("x", shape: [4], as: .f16, count: 3) { $0.map { Float($0) } }
    #expect(throws: TensorFileError.self) { try TensorFile.serialized([other]) }
    #expect(throws: TensorFileError.notFloats(tensor: "x", type: .i8)) {
      try TensorData("x", shape: [1], as: .i8, count: 1) { $0.map { Float($0) } }
    }
  }
}
