// Fingerprints of contents: FNV-1a of 64 bits (Fowler, Noll, Vo).

/// Of the bits of the elements. Once `isInterrupted` is true, it means nothing.
package func fingerprint(_ values: Buffer, isInterrupted: () -> Bool = { false }) -> UInt64 {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  Buffer.forEachPiece(of: values.count, isInterrupted) { first, count in
    for i in first..<first + count {
      hash = (hash ^ UInt64(values.pointer[i].bitPattern)) &* 0x100_0000_01B3
    }
  }
  return hash
}

package func fingerprint(_ bytes: [UInt8]) -> UInt64 {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
  return hash
}
