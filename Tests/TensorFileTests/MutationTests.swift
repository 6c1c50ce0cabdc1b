// Noise in place of a file: it is refused, and nothing crashes.

import TensorFile
import TestSupport
import Testing

@Suite struct MutationTests {
  @Test func noise() {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<2000 {
      let count = Int.random(in: 0..<200, using: &generator)
      let noise = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      #expect(message(noise) != nil)
      #expect(message(file(noise)) != nil)
    }
  }
}
