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

/// Of the bytes of numbers that come one after the other, the lowest byte first.
package struct NumberFingerprint {
  package private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325
  private let stop: StopSignal
  private var count = 0

  package init(stop: StopSignal) { self.stop = stop }

  /// Throws `Interruption` where the signal is asked: it looks now and then.
  package mutating func add(_ number: Int32) throws(Interruption) {
    count &+= 1
    if count & 0xF_FFFF == 0 { try stop.check() }
    var rest = UInt32(bitPattern: number)
    for _ in 0..<4 {
      value = (value ^ UInt64(rest & 0xFF)) &* 0x100_0000_01B3
      rest >>= 8
    }
  }
}
