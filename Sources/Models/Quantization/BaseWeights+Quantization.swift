// A base with quantised linear layers, and back.
import Kernels
package import Signals
import Storage

extension WeightStorage {
  /// Quantises the values of a weight, which stand row after row.
  init(_ values: Buffer, of shape: WeightShape, quantizedTo quantization: Quantization) {
    switch quantization.format {
    case .fourBit(let format, let isDouble):
      self.init(FourBitElements(format, isDouble: isDouble, values.pointer, count: shape.count))
    case .int8(let threshold):
      self.init(
        RowByteElements(rows: shape.rows, columns: shape.columns, values.pointer, threshold: threshold))
    }
    withExtendedLifetime(values) {}
  }
}

extension BaseWeights {
  /// The weights that `quantization` includes.
  package func indices(of quantization: Quantization) -> [Int] {
    shapes.indices.filter { quantization.includes(shapes[$0]) }
  }

  /// A copy whose linear layers are quantised, one at a time. What is not quantised is copied where it stands beside
  /// what is, so that the floats of the base can go.
  ///
  /// - Precondition: the base is not quantised.
  /// - Throws: `Interruption`.
  package func quantized(_ quantization: Quantization, stop: StopSignal = .never) throws(Interruption)
    -> BaseWeights
  {
    precondition(self.quantization == nil, "the base is quantised")
    var storage: [WeightStorage] = []
    for (i, shape) in shapes.enumerated() {
      let isQuantized = quantization.includes(shape)
      let weight = matrix(i)
      if !isQuantized, weight.storage.lender != nil {
        storage.append(weight.storage)
        continue
      }
      let values = Buffer(count: shape.count)
      weight.copy(into: values.pointer, stop)
      try stop.check()
      storage.append(
        isQuantized ? WeightStorage(values, of: shape, quantizedTo: quantization) : WeightStorage(values))
    }
    return BaseWeights(architecture, storage: storage, quantization: quantization)
  }

  /// A copy in single precision, each quantised weight as its codes and scales give it.
  ///
  /// - Throws: `Interruption`.
  package func dequantized(stop: StopSignal = .never) throws(Interruption) -> BaseWeights {
    BaseWeights(architecture, values: try values(stop))
  }

  /// The weights that are quantised, their number and the bytes that they take.
  package var quantizedSize: (count: Int, bytes: Int) {
    shapes.indices.reduce((0, 0)) {
      matrix($1).isQuantized ? ($0.0 + shapes[$1].count, $0.1 + bytes($1)) : $0
    }
  }

  /// Bits a weight of those that are quantised, their scales counted; nil where none is.
  package var bitsPerWeight: Double? {
    let size = quantizedSize
    return size.count > 0 ? 8 * Double(size.bytes) / Double(size.count) : nil
  }
}
