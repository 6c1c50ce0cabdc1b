// The weights of a base model: one vector, never changed once made, shared by every model attached to it.
import Adapters
import Kernels
import Synchronization

/// All weights of an architecture in one vector, in the order of `Architecture.weights`.
package final class BaseWeights: Sendable {
  package let architecture: Architecture
  package let shapes: [WeightShape]
  /// Where each weight starts in `values`.
  package let offsets: [Int]
  package let values: Buffer
  private let packed = Mutex<[Int: FrozenMatrix]>([:])

  /// Takes the values as they are; there must be as many as the architecture has parameters.
  package init(_ architecture: Architecture, values: Buffer) {
    self.architecture = architecture
    shapes = architecture.weights
    var offsets: [Int] = []
    var total = 0
    for shape in shapes {
      offsets.append(total)
      total += shape.count
    }
    precondition(values.count == total, "\(values.count) values for \(total) parameters")
    self.offsets = offsets
    self.values = values
  }

  /// Random weights: a perceptron draws N(0, 2/in), its last layer N(0, 1/in); a transformer N(0, 0.02²) and ones in
  /// the norms, as Llama's `initializer_range`.
  package convenience init(_ architecture: Architecture, seed: UInt64) {
    let values = BaseWeights.drawn(architecture, seed: seed) { false }
    self.init(architecture, values: values ?? Buffer.empty)
  }

  /// The same; nil where `isInterrupted` came before all were drawn.
  package convenience init?(_ architecture: Architecture, seed: UInt64, isInterrupted: () -> Bool) {
    guard let values = BaseWeights.drawn(architecture, seed: seed, isInterrupted) else { return nil }
    self.init(architecture, values: values)
  }

  /// Draws between two looks at the interruption.
  private static let drawsAtOnce = 1 << 20

  private static func drawn(_ architecture: Architecture, seed: UInt64, _ isInterrupted: () -> Bool)
    -> Buffer?
  {
    let shapes = architecture.weights
    let values = Buffer(count: shapes.reduce(0) { $0 + $1.count })
    var offset = 0
    for (i, shape) in shapes.enumerated() {
      let target = values.pointer + offset
      let deviation: Float
      if case .transformer = architecture {
        deviation = 0.02
      } else {
        deviation = (Float(i == shapes.count - 1 ? 1 : 2) / Float(shape.columns)).squareRoot()
      }
      if shape.role == .norm {
        for j in 0..<shape.count { target[j] = 1 }
      } else {
        let stream = RandomStream(seed: seed, purpose: .weights, index: UInt32(i))
        for first in stride(from: 0, to: shape.count, by: drawsAtOnce) {
          if isInterrupted() { return nil }
          let count = min(drawsAtOnce, shape.count - first)
          stream.fillNormal(target + first, count: count, first: first, deviation: deviation)
        }
      }
      offset += shape.count
    }
    return values
  }

  package var count: Int { values.count }

  package func index(ofModule path: String) -> Int? {
    shapes.firstIndex { $0.module == path }
  }

  /// The modules that an adapter can be put on.
  package var linearModules: [LinearModule] { shapes.compactMap(\.linearModule) }

  /// The weight as products read it; packed at the first call.
  package func frozenMatrix(_ index: Int) -> FrozenMatrix {
    let isSmall = values.count * MemoryLayout<Float>.stride < FrozenMatrix.packedLimit
    return packed.withLock { cache in
      if let matrix = cache[index] { return matrix }
      let shape = shapes[index]
      let matrix = FrozenMatrix(
        storage: values, offset: offsets[index], outputs: shape.rows, inputs: shape.columns, isPacked: isSmall
      )
      cache[index] = matrix
      return matrix
    }
  }

  /// A copy with `body` applied to the values.
  package func changed(_ body: (Buffer) -> Void) -> BaseWeights {
    let copy = values.copy()
    body(copy)
    return BaseWeights(architecture, values: copy)
  }
}
