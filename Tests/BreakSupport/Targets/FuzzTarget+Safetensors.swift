// The readers of TensorFile as targets.

import Foundation
import TensorFile

extension FuzzTarget {
  private static let containerWords =
    jsonWords + ElementType.allCases.map(\.name) + [
      "__metadata__", "dtype", "shape", "data_offsets", "\"dtype\":\"F32\"", "\"shape\":[2,0]",
      "\"data_offsets\":[0,8]", ",\"b\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[8,9]}",
    ]

  private static let data: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]

  /// Headers that describe the eight bytes of `data`.
  private static let headers = [
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"#
      + #""b":{"dtype":"U8","shape":[1,0],"data_offsets":[8,8]}}"#,
    #"{"__metadata__":{"k":"v","x":"\u00e9\ud83d\ude00"},"#
      + #""a":{"x":[1,{"q":null}],"dtype":"I64","shape":[],"data_offsets":[0,8]}}"#,
    #"{"b":{"dtype":"F4","shape":[2,4],"data_offsets":[4,8]},"#
      + #""a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#,
    #"{ "c" : { "dtype" : "BF16", "shape" : [ 1, 4 ], "#
      + #""data_offsets" : [ 0, 8 ], "note" : { "n" : [ -1.5e3 ] } } } "#,
    #"{"a":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]},"m":{"dtype":"F32","shape":[],"#
      + #""data_offsets":[1,5]},"z":{"dtype":"F16","shape":[1],"data_offsets":[5,7]},"#
      + #""e\u0301":{"dtype":"I8","shape":[1,1,1],"data_offsets":[7,8]}}"#,
  ]

  /// A header in front of eight bytes of data, its length as it is.
  package static let safetensorsHeader = FuzzTarget(
    name: "safetensors-header", seeds: headers.map { Array($0.utf8) }, words: containerWords
  ) { header in
    let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
    guard let file = try opened({ try TensorFile(parsing: length + header + data) }) else { return .refused }
    try check(file, data: data)
    return .accepted
  }

  /// Whole files of the reference writer, read from memory, copied from a path and mapped.
  package static let safetensorsFile = FuzzTarget(
    name: "safetensors-file", seeds: storedFiles(), words: containerWords
  ) { bytes in
    try withScratchFile(bytes) { path in
      let parsed = try opened { try TensorFile(parsing: bytes) }
      for access in [TensorFile.Access.copied, .mapped] {
        let read = try opened { try TensorFile.read(path: path, access: access) }
        try BreakFinding.require((read == nil) == (parsed == nil), "\(access) reading differs from parsing")
        if let read { try check(read, data: bytes.suffix(read.tensors.reduce(0) { $0 + $1.bytes.count })) }
      }
      return parsed == nil ? .refused : .accepted
    }
  }

  /// An index of shards.
  package static let shardIndex = FuzzTarget(
    name: "safetensors-index",
    seeds: [
      #"{"metadata":{"total_size":24},"weight_map":{"a":"model-00001-of-00002.safetensors","#
        + #""b":"model-00002-of-00002.safetensors","c":"model-00001-of-00002.safetensors"}}"#,
      #"{"weight_map":{}}"#,
      "{\n  \"weight_map\": {\n    \"x\\u00e9\": \"m.safetensors\"\n  },\n  \"metadata\": null\n}\n",
    ].map { Array($0.utf8) },
    words: jsonWords + [
      "weight_map", "metadata", "../", "..", "/", "model-00001-of-00002.safetensors", "\"a\":\"s\"",
    ]
  ) { bytes in
    guard let index = try opened({ try ShardIndex(parsing: bytes) }) else { return .refused }
    for shard in index.shards {
      let bad =
        shard.isEmpty || shard == "." || shard == ".." || shard.utf8.contains { $0 == 0 || $0 == 0x2F }
      try BreakFinding.require(!bad, "the shard \(shard) leaves the folder")
    }
    let names = Set(index.listings.map { Array($0.tensor.utf8) })
    try BreakFinding.require(names.count == index.listings.count, "a tensor is listed twice")
    return .accepted
  }

  /// What a reader gives; nil if it refuses by an error of the module, which must have words.
  private static func opened<Value>(_ body: () throws -> Value) throws -> Value? {
    do {
      return try body()
    } catch let error as TensorFileError {
      try BreakFinding.require(error.description.utf8.count < 2000, "a message of \(error.description.count)")
      return nil
    }
  }

  /// What every file that is accepted must satisfy.
  private static func check(_ file: TensorFile, data: [UInt8]) throws {
    var end = 0
    for tensor in file.tensors {
      let size = tensor.shape.reduce(1, *) * tensor.type.bits
      try BreakFinding.require(
        size == tensor.bytes.count * 8, "\(tensor.name) has another size than its shape")
      try BreakFinding.require(
        tensor.bytes.elementsEqual(data[end..<end + tensor.bytes.count]), "\(tensor.name) has other bytes")
      try BreakFinding.require(file[tensor.name]?.shape == tensor.shape, "\(tensor.name) is not found")
      end += tensor.bytes.count
      // Types that have no values say so by an error of the module.
      _ = try opened { try tensor.floats() }
      _ = try opened { try tensor.integers() }
    }
    try BreakFinding.require(end == data.count, "\(end) of \(data.count) bytes belong to tensors")
    let names = Set(file.tensors.map { Array($0.name.utf8) })
    try BreakFinding.require(names.count == file.tensors.count, "a name occurs twice")
    let written = try TensorFile.serialized(file.tensors.map { TensorData($0) }, metadata: file.metadata)
    let again = try TensorFile(parsing: written)
    let twice = try TensorFile.serialized(again.tensors.map { TensorData($0) }, metadata: again.metadata)
    try BreakFinding.require(written == twice, "written twice, the file differs")
  }

  /// The files of the reference writer that are small enough to be damaged everywhere.
  private static func storedFiles() -> [[UInt8]] { FuzzFixture.files(in: "safetensors") }

  /// Calls `body` with the path of a file of these bytes, in the memory of the system where it has such a folder.
  static func withScratchFile<Value>(_ bytes: [UInt8], _ body: (String) throws -> Value) throws
    -> Value
  {
    let shared = "/dev/shm"
    let folder = FileManager.default.isWritableFile(atPath: shared) ? shared : NSTemporaryDirectory()
    let path = "\(folder)/ranklab-fuzz-\(UUID().uuidString)"
    guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else {
      throw BreakFinding("\(path) cannot be written")
    }
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
  }
}
