// The weights of a base model: never changed once made, shared by every model attached to it.
package import Adapters
package import Kernels
package import Signals
package import Storage
import Synchronization

/// All weights of an architecture, in the order of `Architecture.weights`: in one vector, or each where its file has it.
package final class BaseWeights: Sendable {
  package let architecture: Architecture
  /// `architecture.weights`: one for each weight.
  package let shapes: [WeightShape]
  /// Where each weight starts in `values`, and in the vector of parameters that pretraining works on.
  package let offsets: [Int]
  private let storage: [WeightStorage]
  /// The files that weights are used in, each once.
  private let lenders: [any BorrowedMemory]
  /// The number of the first weight of each module, by its path.
  private let numbers: [String: Int]
  /// Number of parameters.
  package let count: Int
  /// How the linear layers are quantised; nil where they are not.
  package let quantization: Quantization?
  private let vector: Buffer?
  private let packed = Mutex<[PackedWeight: FrozenMatrix]>([:])

  /// Takes the values as they are; there must be as many as the architecture has parameters.
  package convenience init(_ architecture: Architecture, values: Buffer) {
    self.init(architecture, vector: values) { WeightStorage(values, offset: $0) }
  }

  /// Weights that stand apart, one for each of `architecture.weights`.
  ///
  /// - Parameter quantization: how those of them were quantised that are.
  package convenience init(
    _ architecture: Architecture, storage: [WeightStorage], quantization: Quantization? = nil
  ) {
    var next = 0
    self.init(architecture, vector: nil, quantization) { _ in
      defer { next += 1 }
      return storage[next]
    }
  }

  /// - Parameters:
  ///   - vector: all values, where they stand in one vector.
  ///   - place: where a weight's values stand; called for each in order, with the parameters before it.
  private init(
    _ architecture: Architecture, vector: Buffer?, _ quantization: Quantization? = nil,
    _ place: (_ offset: Int) -> WeightStorage
  ) {
    self.architecture = architecture
    self.quantization = quantization
    shapes = architecture.weights
    var offsets: [Int] = []
    var storage: [WeightStorage] = []
    var total = 0
    for shape in shapes {
      let weight = place(total)
      precondition(shape.count <= weight.count, "\(shape.name) does not fit its storage")
      offsets.append(total)
      storage.append(weight)
      total += shape.count
    }
    precondition(vector.map { $0.count == total } ?? true, "not as many values as parameters: \(total)")
    self.offsets = offsets
    self.storage = storage
    numbers = Dictionary(shapes.enumerated().map { ($1.module, $0) }) { first, _ in first }
    var known: Set<ObjectIdentifier> = []
    lenders = storage.compactMap(\.lender).filter { known.insert(ObjectIdentifier($0)).inserted }
    self.vector = vector
    count = total
  }

  /// Random weights: a perceptron draws N(0, 2/in), its last layer N(0, 1/in); a transformer N(0, 0.02²), ones in the
  /// norms and zeros in the biases, as Hugging Face's `initializer_range`.
  package convenience init(_ architecture: Architecture, seed: UInt64) {
    self.init(architecture, values: BaseWeights.drawn(architecture, seed: seed, .never))
  }

  /// The same. Throws `Interruption` where `stop` is asked before all are drawn.
  package convenience init(_ architecture: Architecture, seed: UInt64, stop: StopSignal) throws(Interruption)
  {
    let values = BaseWeights.drawn(architecture, seed: seed, stop)
    try stop.check()
    self.init(architecture, values: values)
  }

  /// Once `stop` is asked, the rest is left undrawn.
  private static func drawn(_ architecture: Architecture, seed: UInt64, _ stop: StopSignal) -> Buffer {
    let shapes = architecture.weights
    let values = Buffer(count: shapes.reduce(0) { $0 + $1.count })
    var offset = 0
    for (i, shape) in shapes.enumerated() {
      let target = values.pointer + offset
      let deviation: Float
      if case .transformer = architecture {
        deviation = 0.02
      } else {
        deviation = perceptronDeviation(inputs: shape.columns, isLast: i == shapes.count - 1)
      }
      switch shape.role {
      case .norm: target.update(repeating: 1, count: shape.count)
      case .bias: break
      case .linear, .outputLayer, .embedding:
        let stream = RandomStream(seed: seed, purpose: .weights, index: UInt32(i))
        Buffer.forEachPiece(of: shape.count, stop) {
          stream.fillNormal(target + $0, count: $1, first: $0, deviation: deviation)
        }
        if stop.isAsked { return values }
      }
      offset += shape.count
    }
    return values
  }

  /// Bytes that the weights take where they stand, without packed copies.
  package var bytes: Int { shapes.indices.reduce(0) { $0 + bytes($1) } }

  /// Bytes that one of them takes.
  package func bytes(_ index: Int) -> Int { storage[index].bytes(count: shapes[index].count) }

  /// Bytes of the packed copies that products have asked for.
  package var packedBytes: Int { packed.withLock { $0.values.reduce(0) { $0 + $1.packedBytes } } }

  /// Throws where a file that weights are used in was changed: what was computed from them does not count.
  package func checkUnchanged() throws { for lender in lenders { try lender.checkUnchanged() } }

  /// A weight where it stands; vectors are single columns.
  package func matrix(_ index: Int) -> StoredMatrix {
    StoredMatrix(storage[index], rows: shapes[index].rows, columns: shapes[index].columns)
  }

  /// A small weight as floats: where it stands, or a copy.
  func vector(_ index: Int) -> (buffer: Buffer, offset: Int) {
    let isInOrder = !storage[index].isTransposed || shapes[index].columns == 1
    if isInOrder, case .floats(let buffer, let offset) = storage[index].elements { return (buffer, offset) }
    let copy = Buffer(count: shapes[index].count)
    matrix(index).copy(into: copy.pointer)
    return (copy, 0)
  }

  /// All weights in one vector of floats, weight `i` from `offsets[i]` on: a copy where they stand apart, which a large
  /// model that is trained or changed as a whole costs.
  package var values: Buffer { vector ?? copiedValues(.never) }

  /// The same. Throws `Interruption` where `stop` is asked before a copy is whole.
  package func values(_ stop: StopSignal) throws(Interruption) -> Buffer {
    if let vector { return vector }
    let copy = copiedValues(stop)
    try stop.check()
    return copy
  }

  /// The number of a module's weight; of a tied output layer that of the embedding.
  package func index(ofModule path: String) -> Int? {
    if let index = numbers[path] { return index }
    guard case .transformer(let shape) = architecture, shape.isTied, path == shape.form.outputLayer else {
      return nil
    }
    return numbers[shape.form.embedding]
  }

  /// The number of the bias that follows a weight; nil where the module has none.
  package func bias(ofWeight index: Int) -> Int? {
    let next = index + 1
    return next < shapes.count && shapes[next].role == .bias ? next : nil
  }

  /// The modules that an adapter can be put on.
  package var linearModules: [LinearModule] { architecture.linearModules }

  /// Whether a model of so many parameters keeps packed copies of its weights for the products.
  package static func isPacked(count: Int) -> Bool {
    count * MemoryLayout<Float>.stride < FrozenMatrix.packedLimit
  }

  /// A weight as it is kept for products.
  private struct PackedWeight: Hashable {
    var index: Int
    var format: FloatFormat
  }

  /// The weight as products read it, rounded to a format; packed at the first call.
  package func frozenMatrix(_ index: Int, roundedTo format: FloatFormat = .fp32) -> FrozenMatrix {
    return packed.withLock { cache in
      let place = PackedWeight(index: index, format: format)
      if let matrix = cache[place] { return matrix }
      let stored = StoredMatrix(
        storage[index].rounded(to: format), rows: shapes[index].rows, columns: shapes[index].columns)
      let matrix = FrozenMatrix(stored, isPacked: BaseWeights.isPacked(count: count))
      cache[place] = matrix
      return matrix
    }
  }

  /// A copy in which `body` was applied to the values of some weights, each row after row; it is told the weight's
  /// position in `indices`, which name none twice. A quantised weight is expanded
  /// alone, and quantised again as it was; the others are then shared. Throws `Interruption` where `stop` is asked
  /// before it is whole.
  package func changed(
    _ indices: [Int], _ stop: StopSignal,
    _ body: (_ position: Int, _ values: UnsafeMutablePointer<Float>) throws(Interruption) -> Void
  ) throws(Interruption) -> BaseWeights {
    guard let quantization else {
      let copy = copiedValues(stop)
      for (position, i) in indices.enumerated() { try body(position, copy.pointer + offsets[i]) }
      try stop.check()
      return BaseWeights(architecture, values: copy)
    }
    var storage = storage
    for (position, i) in indices.enumerated() {
      let values = Buffer(count: shapes[i].count)
      matrix(i).copy(into: values.pointer, stop)
      try body(position, values.pointer)
      try stop.check()
      storage[i] =
        storage[i].isQuantized
        ? WeightStorage(values, of: shapes[i], quantizedTo: quantization) : WeightStorage(values)
    }
    return BaseWeights(architecture, storage: storage, quantization: quantization)
  }

  /// All weights in one vector of their own. Once `stop` is asked, the rest is left out.
  private func copiedValues(_ stop: StopSignal) -> Buffer {
    let values = Buffer(count: count)
    for i in shapes.indices { matrix(i).copy(into: values.pointer + offsets[i], stop) }
    return values
  }

  /// A copy whose output layer has a weight of its own, equal to the embedding; itself where it has one already.
  package func untied() -> BaseWeights {
    guard case .transformer(var shape) = architecture, shape.isTied else { return self }
    shape.isTied = false
    guard let table = index(ofModule: shape.form.embedding) else { return self }
    if let quantization {
      let own = Buffer(count: shapes[table].count)
      matrix(table).copy(into: own.pointer)
      return BaseWeights(
        .transformer(shape), storage: storage + [WeightStorage(own)], quantization: quantization)
    }
    let tied = values
    let values = Buffer(count: count + shapes[table].count)
    values.pointer.update(from: tied.pointer, count: count)
    matrix(table).copy(into: values.pointer + count)
    return BaseWeights(.transformer(shape), values: values)
  }
}
