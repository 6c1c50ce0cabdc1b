// What can be wrong with the index of a sharded model.

/// Why an index and its shards are not a model.
package enum IndexFlaw: Error, Equatable, Sendable {
  /// It is not JSON, or not of the form of an index. Positions count from the start of the file.
  case malformed(FormatFlaw)
  case tooLong(length: Int, limit: Int)
  case noMap
  /// A shard must be named by a plain file name, or an index could read anything on the disk.
  case shardName(tensor: String, shard: String)
  case missingShard(shard: String, tensor: String)
  case missingTensor(shard: String, tensor: String)
  /// Two shards hold it, and the index lists it for neither.
  case ambiguous(tensor: String, first: String, second: String)
}

extension IndexFlaw {
  var sentence: String {
    switch self {
    case .malformed(let flaw): flaw.sentence(of: "index")
    case .tooLong(let length, let limit): "it has \(length) bytes, and \(limit) are the most allowed"
    case .noMap: "it has no `weight_map`"
    case .shardName(let tensor, let shard):
      "tensor \(quoted(tensor)) is listed in \(quoted(shard)), which is not a plain file name"
    case .missingShard(let shard, let tensor):
      "shard \(quoted(shard)), which holds tensor \(quoted(tensor)), is not there"
    case .missingTensor(let shard, let tensor):
      "shard \(quoted(shard)) does not hold tensor \(quoted(tensor)), which is listed in it"
    case .ambiguous(let tensor, let first, let second):
      "tensor \(quoted(tensor)) is in shard \(quoted(first)) and in shard \(quoted(second)) and not listed"
    }
  }

  var advice: String {
    switch self {
    case .malformed, .noMap: "it is damaged or its writer is at fault, so fetch or save it again"
    case .tooLong: "check that it is the index of a model"
    case .shardName: "shards stand beside their index, so put the file there and name it without a folder"
    case .missingShard: "fetch the shard that is missing"
    case .missingTensor, .ambiguous: "index and shards are of different models, so fetch all of them again"
    }
  }
}
