// Fingerprints of contents: FNV-1a of 64 bits (Fowler, Noll, Vo).
package import Signals

/// Of the bits of the elements. Once `stop` is asked, it means nothing.
package func fingerprint(_ values: Buffer, stop: StopSignal = .never) -> UInt64 {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  Buffer.forEachPiece(of: values.count, stop) { first, count in
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
