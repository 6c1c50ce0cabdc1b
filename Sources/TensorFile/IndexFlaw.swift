// What can be wrong with the index of a sharded model.
import Text

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
      "tensor \(inBackquotes(tensor)) is listed in \(inBackquotes(shard)), which is not a plain file name"
    case .missingShard(let shard, let tensor):
      "shard \(inBackquotes(shard)), which holds tensor \(inBackquotes(tensor)), is not there"
    case .missingTensor(let shard, let tensor):
      "shard \(inBackquotes(shard)) does not hold tensor \(inBackquotes(tensor)), which is listed in it"
    case .ambiguous(let tensor, let first, let second):
      "tensor \(inBackquotes(tensor)) is in shard \(inBackquotes(first)) and in shard \(inBackquotes(second)) and not listed"
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
