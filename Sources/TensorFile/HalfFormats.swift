// The two 16-bit float formats, by their bits: plain arithmetic that vectorises, and no payload of a NaN is lost.

/// F16: IEEE binary16.
enum IEEEHalf {
  /// The value of a half, exact; a NaN keeps its sign and its payload.
  static func float(_ bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let magnitude = UInt32(bits & 0x7FFF) << 13
    // The exponents of the two formats differ by 112; the product normalises what is subnormal.
    let finite = (Float(bitPattern: magnitude) * 0x1p112).bitPattern
    return Float(bitPattern: sign | (bits & 0x7C00 == 0x7C00 ? magnitude | 0x7F80_0000 : finite))
  }

  /// Rounded to nearest, ties to even; from 65520 on infinity. The inverse of `float` for every pattern.
  static func bits(_ value: Float) -> UInt16 {
    let sign = UInt16(value.bitPattern >> 16) & 0x8000
    let magnitude = value.bitPattern & 0x7FFF_FFFF
    if magnitude > 0x7F80_0000 {
      let payload = UInt16(truncatingIfNeeded: magnitude >> 13) & 0x3FF
      return sign | 0x7C00 | (payload == 0 ? 0x200 : payload)
    }
    // The last place of 0.5 is the step of the subnormal halves, so the sum rounds to it.
    if magnitude < 0x3880_0000 {
      return sign | UInt16((Float(bitPattern: magnitude) + 0.5).bitPattern - 0x3F00_0000)
    }
    if magnitude >= 0x4780_0000 { return sign | 0x7C00 }
    let rounded = magnitude + 0xFFF + (magnitude >> 13 & 1)
    return sign | UInt16((rounded - 0x3800_0000) >> 13)
  }
}

/// BF16: the upper half of binary32.
enum BrainHalf {
  /// The value, exact; a NaN keeps its sign and its payload.
  static func float(_ bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }

  /// Rounded to nearest, ties to even; what is too large becomes infinity. The inverse of `float` for every
  /// pattern.
  static func bits(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    // Rounding could carry a NaN's payload into infinity or wrap it around.
    if value.isNaN {
      let upper = UInt16(bits >> 16)
      return upper & 0x7F == 0 ? upper | 0x40 : upper
    }
    return UInt16((bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
  }
}
