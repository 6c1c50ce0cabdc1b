// Damage to an input: accidents drawn from a generator.
import TestSupport

/// How inputs of a target are damaged.
struct Damage {
  let seeds: [[UInt8]]
  let words: [[UInt8]]

  /// A seed with one accident or a few.
  func input(_ generator: inout SeededGenerator) -> [UInt8] {
    var bytes = seeds.randomElement(using: &generator) ?? []
    repeat {
      accident(to: &bytes, &generator)
      // What grows without bound only costs time.
    } while bytes.count < 1 << 16 && Int.random(in: 0..<3, using: &generator) == 0
    return bytes
  }

  private func accident(to bytes: inout [UInt8], _ generator: inout SeededGenerator) {
    let place = Int.random(in: 0...bytes.count, using: &generator)
    let reach = min(bytes.count, place + Int.random(in: 1...8, using: &generator))
    switch Int.random(in: 0..<20, using: &generator) {
    case 0 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &generator)
    case 1 where place < bytes.count: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case 2: bytes.removeSubrange(place..<reach)
    case 3:
      bytes.insert(contentsOf: bytes[place..<reach], at: Int.random(in: 0...bytes.count, using: &generator))
    case 4...6: replaceNumber(near: place, in: &bytes, &generator)
    case 7: splice(at: place, &bytes, &generator)
    case 8: bytes.removeSubrange(place...)
    case 9: repeatStretch(from: place, &bytes, &generator)
    default: bytes.insert(contentsOf: words.randomElement(using: &generator) ?? [], at: place)
    }
  }

  /// Puts another number where the next digits stand: a word, or the old one more or less a little.
  private func replaceNumber(
    near place: Int, in bytes: inout [UInt8], _ generator: inout SeededGenerator
  ) {
    func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    guard let start = bytes[place...].firstIndex(where: isDigit) else { return }
    let end = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.count
    let old = Int(String(decoding: bytes[start..<end], as: UTF8.self)) ?? 0
    let new = old.subtractingReportingOverflow(Int.random(in: -8...8, using: &generator)).partialValue
    bytes.replaceSubrange(start..<end, with: Array(String(new).utf8))
  }

  /// Goes on with the end of another seed.
  private func splice(at place: Int, _ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
    guard let other = seeds.randomElement(using: &generator) else { return }
    bytes.replaceSubrange(place..., with: other[Int.random(in: 0...other.count, using: &generator)...])
  }

  /// Repeats a stretch up to fifty times.
  private func repeatStretch(from place: Int, _ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
    let end = min(bytes.count, place + Int.random(in: 1...64, using: &generator))
    let stretch = Array(bytes[place..<end])
    let count = Int.random(in: 1...50, using: &generator)
    bytes.insert(contentsOf: (0..<count).flatMap { _ in stretch }, at: end)
  }
}
