// Random numbers by counter: Threefry-4x32 with 20 rounds (Salmon, Moraes, Dror, Shaw 2011, "Parallel random
// numbers: as easy as 1, 2, 3"), uniform and normal draws.
//
// A number depends on its key and its counter alone: not on what was drawn before, on which thread, or how many
// at a time. Sixteen counters are worked on at once, one in each lane.

/// What a stream of random numbers is for; streams of different purpose share no numbers.
package enum RandomPurpose: UInt32, Sendable {
  case weights = 1
  case adapter, dropout, batch, noise, tail, shift, evaluation, language, tokens, order, embedding
}

/// The numbers of one key. The key is (seed, purpose, index): the index tells tensors or modules apart.
package struct RandomStream: Sendable {
  let key: (UInt32, UInt32, UInt32, UInt32)

  package init(seed: UInt64, purpose: RandomPurpose, index: UInt32 = 0) {
    key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed &>> 32), purpose.rawValue, index)
  }

  /// The generator itself: four words for one counter.
  package static func words(
    key: (UInt32, UInt32, UInt32, UInt32), counter: (UInt32, UInt32, UInt32, UInt32)
  ) -> (UInt32, UInt32, UInt32, UInt32) {
    let x = threefry(
      key,
      LaneBits(repeating: counter.0), LaneBits(repeating: counter.1), LaneBits(repeating: counter.2),
      LaneBits(repeating: counter.3))
    return (x.0[0], x.1[0], x.2[0], x.3[0])
  }

  /// Uniform draws in [0, 1), multiples of 2⁻²⁴. `position` names the block of draws: a step, usually.
  ///
  /// - Parameter first: which draw of the block comes first; a multiple of 64.
  package func fillUniform(
    _ out: UnsafeMutablePointer<Float>, count: Int, position: UInt64 = 0, first: Int = 0,
    from lower: Float = 0,
    to upper: Float = 1
  ) {
    let width = Lanes(repeating: upper - lower)
    fill(out, count: count, position: position, first: first) { words in
      let scale = { (word: LaneBits) in fused(unit(word), width, Lanes(repeating: lower)) }
      return (scale(words.0), scale(words.1), scale(words.2), scale(words.3))
    }
  }

  /// Normal draws of mean 0 and the given standard deviation, by Box and Muller; none beyond 5.77 deviations.
  ///
  /// - Parameter first: which draw of the block comes first; a multiple of 64.
  package func fillNormal(
    _ out: UnsafeMutablePointer<Float>, count: Int, position: UInt64 = 0, first: Int = 0, deviation: Float = 1
  ) {
    let scale = Lanes(repeating: deviation)
    fill(out, count: count, position: position, first: first) { words in
      let first = normalPair(words.0, words.1)
      let second = normalPair(words.2, words.3)
      return (first.0 * scale, first.1 * scale, second.0 * scale, second.1 * scale)
    }
  }

  /// Sixty-four results for each sixteen counters: the words of a counter stand sixteen apart.
  @inline(__always)
  private func fill(
    _ out: UnsafeMutablePointer<Float>, count: Int, position: UInt64, first: Int = 0,
    _ draw: ((LaneBits, LaneBits, LaneBits, LaneBits)) -> (Lanes, Lanes, Lanes, Lanes)
  ) {
    requireCounts(count, first)
    precondition(first.isMultiple(of: 64), "draws that begin within a group of 64")
    let low = LaneBits(repeating: UInt32(truncatingIfNeeded: position))
    let high = LaneBits(repeating: UInt32(truncatingIfNeeded: position &>> 32))
    let lane = LaneBits(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    var done = 0
    while done < count {
      let block = UInt64((first + done) / 4)
      let counter = lane &+ LaneBits(repeating: UInt32(truncatingIfNeeded: block))
      let upper = LaneBits(repeating: UInt32(truncatingIfNeeded: block &>> 32))
      let values = draw(threefry(key, counter, upper, low, high))
      if done + 64 <= count {
        store(values.0, out + done)
        store(values.1, out + done + 16)
        store(values.2, out + done + 32)
        store(values.3, out + done + 48)
      } else {
        let rest = count - done
        store(values.0, out + done, first: min(16, rest))
        if rest > 16 { store(values.1, out + done + 16, first: min(16, rest - 16)) }
        if rest > 32 { store(values.2, out + done + 32, first: min(16, rest - 32)) }
        if rest > 48 { store(values.3, out + done + 48, first: min(16, rest - 48)) }
      }
      done += 64
    }
  }
}

/// The upper 24 bits as a multiple of 2⁻²⁴, exactly: 23 of them in the fraction of a float of 2²³, and the last apart.
@inline(__always)
private func unit(_ word: LaneBits) -> Lanes {
  let upper = lanes(0x4B00_0000 | (word &>> 9)) - Lanes(repeating: 8_388_608)
  let last = lanes(((word &>> 8) & 1) &* 0x3F80_0000)
  return fused(upper, Lanes(repeating: 2), last) * Lanes(repeating: 0x1p-24)
}

/// Two normal draws from two words (Box and Muller 1958): radius √(−2·ln u) for u in (0, 1], at an angle of v turns.
@inline(__always)
private func normalPair(_ a: LaneBits, _ b: LaneBits) -> (Lanes, Lanes) {
  let radius = squareRoot(logarithm(unit(a) + Lanes(repeating: 0x1p-24)) * -2)
  let angle = sineAndCosine(ofTurns: unit(b))
  return (radius * angle.cosine, radius * angle.sine)
}

/// Each word rotated to the left, by 1 to 31 bits.
@inline(__always)
private func rotated(_ x: LaneBits, _ left: UInt32) -> LaneBits {
  (x &<< LaneBits(repeating: left)) | (x &>> LaneBits(repeating: 32 - left))
}

/// Twenty rounds; a key word is added after every fourth.
@inline(__always)
private func threefry(
  _ key: (UInt32, UInt32, UInt32, UInt32), _ c0: LaneBits, _ c1: LaneBits, _ c2: LaneBits, _ c3: LaneBits
) -> (LaneBits, LaneBits, LaneBits, LaneBits) {
  let last = 0x1BD1_1BDA ^ key.0 ^ key.1 ^ key.2 ^ key.3
  var x0 = c0
  var x1 = c1
  var x2 = c2
  var x3 = c3
  @inline(__always) func even(_ r: UInt32, _ s: UInt32) {
    x0 = x0 &+ x1
    x1 = rotated(x1, r) ^ x0
    x2 = x2 &+ x3
    x3 = rotated(x3, s) ^ x2
  }
  @inline(__always) func odd(_ r: UInt32, _ s: UInt32) {
    x0 = x0 &+ x3
    x3 = rotated(x3, r) ^ x0
    x2 = x2 &+ x1
    x1 = rotated(x1, s) ^ x2
  }
  @inline(__always) func addKey(_ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32, _ round: UInt32) {
    x0 = x0 &+ LaneBits(repeating: a)
    x1 = x1 &+ LaneBits(repeating: b)
    x2 = x2 &+ LaneBits(repeating: c)
    x3 = x3 &+ LaneBits(repeating: d &+ round)
  }
  @inline(__always) func firstFour() {
    even(10, 26)
    odd(11, 21)
    even(13, 27)
    odd(23, 5)
  }
  @inline(__always) func secondFour() {
    even(6, 20)
    odd(17, 11)
    even(25, 10)
    odd(18, 20)
  }
  addKey(key.0, key.1, key.2, key.3, 0)
  firstFour()
  addKey(key.1, key.2, key.3, last, 1)
  secondFour()
  addKey(key.2, key.3, last, key.0, 2)
  firstFour()
  addKey(key.3, last, key.0, key.1, 3)
  secondFour()
  addKey(last, key.0, key.1, key.2, 4)
  firstFour()
  addKey(key.0, key.1, key.2, key.3, 5)
  return (x0, x1, x2, x3)
}
