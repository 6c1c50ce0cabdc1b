// Reference values made by PyTorch with PEFT: `scripts/make-fixtures` writes them.
package import Foundation
package import TensorFile

/// A file of tensors in Tests/Fixtures, with the JSON beside it.
package struct Fixture {
  package let tensors: TensorFile
  package let json: [String: Any]

  package init(_ name: String) throws {
    let folder = Fixture.folder
    tensors = try TensorFile.read(path: folder.appendingPathComponent(name + ".safetensors").path)
    json = try Fixture.json(name)
  }

  package static func json(_ name: String) throws -> [String: Any] {
    let data = try data(name + ".json")
    guard let object = try JSONSerialization.jsonObject(with: data) as? [String: Any] else {
      throw FixtureError.notAnObject(name)
    }
    return object
  }

  /// The bytes of a file in Tests/Fixtures.
  package static func data(_ path: String) throws -> Data {
    try Data(contentsOf: folder.appendingPathComponent(path))
  }

  package static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures")

  package func floats(_ name: String) throws -> [Float] {
    guard let entry = tensors[name] else { throw FixtureError.missing(name) }
    return try entry.floats()
  }

  package func integers(_ name: String) throws -> [Int] {
    guard let entry = tensors[name] else { throw FixtureError.missing(name) }
    return try entry.integers()
  }

  package func shape(_ name: String) throws -> [Int] {
    guard let entry = tensors[name] else { throw FixtureError.missing(name) }
    return entry.shape
  }

  package enum FixtureError: Error {
    case missing(String)
    case notAnObject(String)
  }
}

/// The largest |a − b| over max(1, |b|).
package func largestDifference(_ a: [Float], _ b: [Float]) -> Double {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).reduce(0) { largest, pair in
    let (x, y) = (Double(pair.0), Double(pair.1))
    let difference = abs(x - y) / max(1, abs(y))
    return difference.isNaN ? .infinity : max(largest, difference)
  }
}

/// The largest |a − b| / |b|.
package func largestRelativeDifference(_ a: [Double], _ b: [Double]) -> Double {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).reduce(0) { largest, pair in
    let difference = abs(pair.0 - pair.1) / max(abs(pair.1), 1e-30)
    return difference.isNaN ? .infinity : max(largest, difference)
  }
}

/// A deterministic sequence of test values: SplitMix64 (Steele, Lea, Flood 2014).
package struct TestRandom {
  private var state: UInt64

  package init(_ seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z &>> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z &>> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z &>> 31)
  }

  /// In [−1, 1).
  package mutating func float() -> Float { Float(Int64(bitPattern: next()) >> 40) * 0x1p-23 }

  package mutating func floats(_ count: Int) -> [Float] { (0..<count).map { _ in float() } }
}
