// Fingerprints of contents: FNV-1a of 64 bits (Fowler, Noll, Vo).
package import Signals

/// Before anything is looked at.
private let basis: UInt64 = 0xCBF2_9CE4_8422_2325

/// The next fingerprint: of what `hash` has seen, and a word.
private func mixed(_ hash: UInt64, _ word: UInt64) -> UInt64 { (hash ^ word) &* 0x100_0000_01B3 }

/// Of the bits of the elements. Once `stop` is asked, it means nothing.
package func fingerprint(_ values: Buffer, stop: StopSignal = .never) -> UInt64 {
  var hash = basis
  Buffer.forEachPiece(of: values.count, stop) { first, count in
    for i in first..<first + count {
      hash = mixed(hash, UInt64(values.pointer[i].bitPattern))
    }
  }
  return hash
}

package func fingerprint(_ bytes: [UInt8]) -> UInt64 {
  bytes.reduce(basis) { mixed($0, UInt64($1)) }
}

/// Of the bytes of numbers that come one after the other, the lowest byte first.
package struct NumberFingerprint {
  package private(set) var value = basis
  private let stop: StopSignal
  private var count = 0

  package init(stop: StopSignal) { self.stop = stop }

  /// Throws `Interruption` where the signal is asked: it looks now and then.
  package mutating func add(_ number: Int32) throws(Interruption) {
    count &+= 1
    if count & 0xF_FFFF == 0 { try stop.check() }
    var rest = UInt32(bitPattern: number)
    for _ in 0..<4 {
      value = mixed(value, UInt64(rest & 0xFF))
      rest >>= 8
    }
  }
}
