// Opening the shards of an index and holding it against them.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension TensorCollection {
  static func open(
    _ shard: String, in folder: String, of list: ShardIndex, _ path: String
  ) throws(TensorFileError) -> TensorFile {
    do throws(TensorFileError) {
      return try TensorFile.read(path: folder + shard)
    } catch .system(.read, _, ENOENT) {
      let tensor = list.listings.first { $0.shard.utf8.elementsEqual(shard.utf8) }?.tensor ?? ""
      throw .badIndex(path: path, .missingShard(shard: shard, tensor: tensor))
    }
  }

  /// The tensors of all shards, which stand in the order of `list.shards`.
  static func joined(_ files: [TensorFile], _ list: ShardIndex) throws(IndexFlaw) -> [TensorEntry] {
    let shards = Dictionary(uniqueKeysWithValues: list.shards.enumerated().map { (Array($1.utf8), $0) })
    var homes: [[UInt8]: Int] = [:]
    for listing in list.listings {
      guard let shard = shards[Array(listing.shard.utf8)], files[shard][listing.tensor] != nil else {
        throw .missingTensor(shard: listing.shard, tensor: listing.tensor)
      }
      homes[Array(listing.tensor.utf8)] = shard
    }
    var tensors: [TensorEntry] = []
    var unlisted: [[UInt8]: Int] = [:]
    for (shard, file) in files.enumerated() {
      for tensor in file.tensors {
        let name = Array(tensor.name.utf8)
        if let home = homes[name] {
          guard home == shard else { continue }
        } else if let first = unlisted.updateValue(shard, forKey: name) {
          throw .ambiguous(tensor: tensor.name, first: list.shards[first], second: list.shards[shard])
        }
        tensors.append(tensor)
      }
    }
    return tensors
  }
}
