// The index of a sharded model: which shard holds which tensor.
import Fields

/// The content of `model.safetensors.index.json`.
package struct ShardIndex: Sendable {
  /// What the index says of a tensor.
  package struct Listing: Sendable {
    package let tensor: String
    package let shard: String
  }

  /// In the order of the index; no tensor is listed twice.
  package let listings: [Listing]

  /// The file names of the shards, each once, in the order of their bytes, as the reference reads them.
  package let shards: [String]

  /// Reads the bytes of an index. Fields other than `weight_map`, such as the total size, are skipped: nothing
  /// depends on them. `path` is named in errors. Error `.badIndex`.
  package init(parsing bytes: [UInt8], path: String? = nil) throws(TensorFileError) {
    do throws(IndexFlaw) {
      listings = try Self.listings(bytes)
    } catch {
      throw .badIndex(path: path, error)
    }
    let names = Set(listings.map { Array($0.shard.utf8) })
    shards = names.sorted { $0.lexicographicallyPrecedes($1) }.map { String(decoding: $0, as: UTF8.self) }
  }

  private static func listings(_ bytes: [UInt8]) throws(IndexFlaw) -> [Listing] {
    guard bytes.count <= Header.lengthLimit else {
      throw .tooLong(length: bytes.count, limit: Header.lengthLimit)
    }
    let listings: [Listing]?
    do throws(FormatFlaw) {
      listings = try FormatFlaw.reading(bytes, origin: 0) { scanner in
        var found: [Listing]?
        var fields = try scanner.openObject()
        while let key = try scanner.nextKey(of: &fields) {
          if key == "weight_map" { found = try map(&scanner) } else { try scanner.skip() }
        }
        return found
      }
    } catch {
      throw .malformed(error)
    }
    guard let listings else { throw .noMap }
    if let bad = listings.first(where: { !isPlainName($0.shard) }) {
      throw .shardName(tensor: bad.tensor, shard: bad.shard)
    }
    return listings
  }

  private static func map(_ scanner: inout JSONScanner) throws(JSONFlaw) -> [Listing] {
    var found: [Listing] = []
    var tensors = try scanner.openObject()
    while let tensor = try scanner.nextKey(of: &tensors) {
      let shard = try scanner.text()
      // Thousands of tensors share the name of a shard.
      let same = found.last.flatMap { $0.shard.utf8.elementsEqual(shard.utf8) ? $0.shard : nil }
      found.append(Listing(tensor: tensor, shard: same ?? shard))
    }
    return found
  }

  /// Whether a text names a file in a folder and nothing else, on any system.
  private static func isPlainName(_ name: String) -> Bool {
    let forbidden: Set<UInt8> = [0, UInt8(ascii: "/"), UInt8(ascii: "\\"), UInt8(ascii: ":")]
    return !name.isEmpty && name != "." && name != ".." && !name.utf8.contains(where: forbidden.contains)
  }
}
