// The elements of a matrix in four bits each.
package import Kernels
package import Storage

/// Elements of four bits in blocks, row after row, with the scales of the blocks: what bitsandbytes' `Params4bit` and its
/// `QuantState` hold.
package struct FourBitElements: Sendable {
  /// Scales as they stand, or quantised themselves.
  package enum Scales: Sendable {
    case plain(Buffer)
    /// Codes of `map`, in blocks with a scale each; `offset` is added.
    case nested(codes: StoredBytes, map: Buffer, scales: Buffer, block: Int, offset: Float)
  }

  package let format: FourBitFormat
  package let count: Int
  /// Two elements to a byte.
  package let codes: StoredBytes
  package let block: Int
  package let scales: Scales

  /// - Precondition: as many codes and scales as `count` elements in blocks take.
  package init(_ format: FourBitFormat, count: Int, codes: StoredBytes, block: Int, scales: Scales) {
    let blocks = (count + block - 1) / block
    precondition(codes.count >= (count + 1) / 2, "\(codes.count) bytes for \(count) elements")
    switch scales {
    case .plain(let scales): precondition(scales.count >= blocks, "\(scales.count) scales")
    case .nested(let codes, let map, let scales, let block, _):
      precondition(
        codes.count >= blocks && map.count >= 256 && scales.count >= (blocks + block - 1) / block,
        "\(codes.count) scales")
    }
    (self.format, self.count, self.codes, self.block, self.scales) = (format, count, codes, block, scales)
  }

  /// Quantises as many elements as there are in `x`. With double quantisation the mean of the scales is taken off them
  /// and their rest kept in eight bits.
  package init(_ format: FourBitFormat, isDouble: Bool, _ x: UnsafePointer<Float>, count: Int) {
    let block = Quantization.block
    let scales = Buffer(count: (count + block - 1) / block)
    let codes = StoredBytes(count: (count + 1) / 2) {
      quantizeFourBits(count, x, format: format, block: block, codes: $0, scales: scales.pointer)
    }
    self.init(
      format, count: count, codes: codes, block: block,
      scales: isDouble ? Scales(quantizing: scales) : .plain(scales))
  }

  /// Bytes that they take. The map is the same for all and not counted.
  var bytes: Int {
    switch scales {
    case .plain(let scales): codes.count + 4 * scales.count
    case .nested(let nested, _, let scales, _, _): codes.count + nested.count + 4 * scales.count + 4
    }
  }

  /// Who holds the memory of the codes.
  var lender: (any BorrowedMemory)? { codes.lender }

  /// Writes elements as floats, in the order in which they stand.
  func expand(_ range: Range<Int>, into target: UnsafeMutablePointer<Float>) {
    codes.withBytes { bytes in
      func expand(_ scales: BlockScales) {
        expandFourBits(
          range, codes: bytes, levels: format.levels, block: block, scales: scales, into: target)
      }
      switch scales {
      case .plain(let scales):
        expand(.plain(scales.pointer))
        withExtendedLifetime(scales) {}
      case .nested(let codes, let map, let scales, let block, let offset):
        codes.withBytes {
          expand(
            .nested(codes: $0, map: map.pointer, scales: scales.pointer, block: block, offset: offset))
        }
        withExtendedLifetime((map, scales)) {}
      }
    }
  }
}

extension FourBitElements.Scales {
  /// The map of the signed dynamic bytes, which all share.
  package static let map = Buffer(dynamicMap())

  /// bitsandbytes' double quantisation: the mean of the scales, rounded from double precision, is the offset; what is
  /// left goes into eight bits in blocks of 256.
  ///
  /// - Parameter offset: in place of the mean.
  package init(quantizing scales: Buffer, offset: Float? = nil) {
    let all = scales.array()
    let mean = offset ?? Float(all.reduce(0.0) { $0 + Double($1) } / Double(max(1, all.count)))
    let rest = all.map { $0 - mean }
    let block = Quantization.scaleBlock
    let outer = Buffer(count: (all.count + block - 1) / block)
    let codes = StoredBytes(count: all.count) {
      quantizeBytes(
        rest.count, rest, map: Self.map.array(), block: block, codes: $0, scales: outer.pointer)
    }
    self = .nested(codes: codes, map: Self.map, scales: outer, block: block, offset: mean)
  }
}
