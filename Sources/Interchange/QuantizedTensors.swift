// Quantised weights in safetensors files, under the names that bitsandbytes gives their parts.
import Fields
import Kernels
import Models
import Storage
import TensorFile

/// The names of the parts of a quantised weight; the codes have the weight's own name.
private enum Part {
  static let scales = ".absmax"
  static let levels = ".quant_map"
  static let nestedScales = ".nested_absmax"
  static let nestedMap = ".nested_quant_map"
  static func state(_ format: FourBitFormat) -> String { ".quant_state.bitsandbytes__\(format.rawValue)" }
  /// Beside the weight's module.
  static let rowScales = ".SCB"
  static let layout = ".weight_format"
}

/// One quantised weight of a folder, read under its names.
struct QuantizedTensors {
  let shape: WeightShape
  let tensors: ModelTensors
  let folder: String
  /// Whether the codes are used where the file has them.
  let isBorrowed: Bool

  /// The names of the tensors that make up the weight.
  private(set) var used: Set<String> = []

  init(_ shape: WeightShape, _ tensors: ModelTensors, folder: String, isBorrowed: Bool) {
    (self.shape, self.tensors, self.folder, self.isBorrowed) = (shape, tensors, folder, isBorrowed)
  }

  /// Whether a folder has the weight quantised.
  static func has(_ shape: WeightShape, _ tensors: ModelTensors) -> Bool {
    guard shape.role == .linear || shape.role == .outputLayer else { return false }
    return tensors.entry(shape.name + Part.scales) != nil
      || tensors.entry(shape.module + Part.rowScales) != nil
  }

  /// The weight as its tensors have it.
  ///
  /// - Throws: `ModelFolderError.wrongQuantization`, `.missingTensors`; `TensorFileError`.
  mutating func storage(_ quantization: Quantization) throws -> WeightStorage {
    switch quantization.format {
    case .fourBit(let format, _): WeightStorage(try fourBits(format))
    case .int8(let threshold): WeightStorage(try rowBytes(threshold))
    }
  }

  private mutating func fourBits(_ format: FourBitFormat) throws -> FourBitElements {
    let state = try state(format)
    let codes = try entry(shape.name)
    let (count, block) = (shape.count, state.block)
    guard codes.bytes.count == (count + 1) / 2 else {
      throw wrong(codes, "\(codes.bytes.count) bytes for \(count) weights of four bits")
    }
    let levels = try entry(shape.name + Part.levels)
    let expected = (0..<16).map { format.levels[$0] }
    guard levels.type == .f32, try levels.floats() == expected else {
      throw wrong(levels, "not the levels of \(format.rawValue)")
    }
    let blocks = (count + block - 1) / block
    let scales = try entry(shape.name + Part.scales)
    guard scales.count == blocks else { throw wrong(scales, "\(scales.count) scales for \(blocks) blocks") }
    guard let nested = state.nested else {
      return FourBitElements(
        format, count: count, codes: bytes(codes), block: block,
        scales: .plain(Buffer(try floats(scales))))
    }
    let map = try entry(shape.name + Part.nestedMap)
    let outer = try entry(shape.name + Part.nestedScales)
    guard scales.type == .u8, map.count == 256, outer.count == (blocks + nested.block - 1) / nested.block
    else { throw wrong(scales, "no scales of blocks of \(nested.block) in eight bits") }
    return FourBitElements(
      format, count: count, codes: bytes(codes), block: block,
      scales: .nested(
        codes: bytes(scales), map: Buffer(try floats(map)), scales: Buffer(try floats(outer)),
        block: nested.block, offset: nested.offset))
  }

  /// What stands as JSON in a tensor of bytes.
  private mutating func state(_ format: FourBitFormat) throws -> (
    block: Int, nested: (block: Int, offset: Float)?
  ) {
    let entry = try entry(shape.name + Part.state(format))
    guard entry.type == .u8, let value = try? Literal(json: Array(entry.bytes)) else {
      throw wrong(entry, "not the JSON it should be")
    }
    func whole(_ name: String) -> Int? {
      guard case .number(let number)? = value[name], number >= 1, number <= 65_536, number == number.rounded()
      else { return nil }
      return Int(number)
    }
    guard value["quant_type"] == .text(format.rawValue),
      value["shape"] == .list([.number(Double(shape.rows)), .number(Double(shape.columns))])
    else {
      throw wrong(
        entry, "of another type or shape than \(format.rawValue) and \(shape.rows) × \(shape.columns)")
    }
    guard let block = whole("blocksize"), block.isMultiple(of: 16) else {
      throw wrong(entry, "a blocksize that is no multiple of 16")
    }
    guard value["nested_blocksize"] != nil else { return (block, nil) }
    guard let nested = whole("nested_blocksize"), case .number(let offset)? = value["nested_offset"] else {
      throw wrong(entry, "no nested_blocksize or nested_offset")
    }
    return (block, (nested, Float(offset)))
  }

  private mutating func rowBytes(_ threshold: Float) throws -> RowByteElements {
    let codes = try entry(shape.name)
    guard codes.type == .i8, codes.shape == [shape.rows, shape.columns] else {
      throw ModelFolderError.wrongShape(
        folder: folder, tensor: codes.name, has: codes.shape, needs: [shape.rows, shape.columns])
    }
    let scales = try entry(shape.module + Part.rowScales)
    guard scales.count == shape.rows else {
      throw wrong(scales, "\(scales.count) scales for \(shape.rows) rows")
    }
    if let layout = tensors.entry(shape.module + Part.layout) {
      used.insert(layout.name)
      guard try layout.entry.integers() == [0] else {
        throw wrong(layout.entry, "an order that is not row after row")
      }
    }
    return RowByteElements(
      rows: shape.rows, columns: shape.columns, codes: bytes(codes), scales: Buffer(try floats(scales)),
      threshold: threshold)
  }

  private mutating func entry(_ name: String) throws -> TensorEntry {
    guard let place = tensors.entry(name) else {
      throw ModelFolderError.missingTensors(folder: folder, names: [name])
    }
    used.insert(place.name)
    return place.entry
  }

  private func floats(_ entry: TensorEntry) throws -> [Float] {
    guard entry.type == .f32 else { throw wrong(entry, "of type \(entry.type), not F32") }
    return try entry.floats()
  }

  private func bytes(_ entry: TensorEntry) -> StoredBytes {
    if isBorrowed { return StoredBytes(borrowing: entry.bytes.pointer, from: entry.bytes.owner) }
    return entry.bytes.withUnsafeBytes { source in
      StoredBytes(count: source.count) { target in
        UnsafeMutableRawBufferPointer(start: target, count: source.count).copyMemory(from: source)
      }
    }
  }

  private func wrong(_ entry: TensorEntry, _ reason: String) -> ModelFolderError {
    .wrongQuantization(folder: folder, tensor: entry.name, reason: reason)
  }
}

extension FourBitElements {
  /// The tensors of the weight, as `Params4bit` saves them.
  func tensors(_ shape: WeightShape) throws(TensorFileError) -> [TensorData] {
    let name = shape.name
    var state: [(String, Literal)] = [
      ("quant_type", .text(format.rawValue)), ("blocksize", .number(Double(block))),
      ("dtype", .text("float32")),
      ("shape", .list([.number(Double(shape.rows)), .number(Double(shape.columns))])),
    ]
    var parts = [
      TensorData(name, type: .u8, shape: [(count + 1) / 2, 1], bytes: codes.array),
      TensorData(name + Part.levels, shape: [16], floats: (0..<16).map { format.levels[$0] }),
    ]
    switch scales {
    case .plain(let scales):
      parts.append(TensorData(name + Part.scales, shape: [scales.count], floats: scales.array()))
    case .nested(let codes, let map, let scales, let block, let offset):
      parts += [
        TensorData(name + Part.scales, type: .u8, shape: [codes.count], bytes: codes.array),
        TensorData(name + Part.nestedMap, shape: [256], floats: map.array()),
        TensorData(name + Part.nestedScales, shape: [scales.count], floats: scales.array()),
      ]
      state += [
        ("nested_blocksize", .number(Double(block))), ("nested_dtype", .text("float32")),
        ("nested_offset", .number(Double(offset))),
      ]
    }
    let json = Literal.dictionary(state.map { Literal.Member(key: $0.0, value: $0.1) }).indented()
    let bytes = Array(json.utf8)
    parts.append(TensorData(name + Part.state(format), type: .u8, shape: [bytes.count], bytes: bytes))
    return parts
  }
}

extension RowByteElements {
  /// The tensors of the weight, as `Linear8bitLt` saves them.
  func tensors(_ shape: WeightShape) -> [TensorData] {
    [
      TensorData(shape.name, type: .i8, shape: [rows, columns], bytes: codes.array),
      TensorData(shape.module + Part.rowScales, shape: [rows], floats: scales.array()),
      TensorData(shape.module + Part.layout, type: .u8, shape: [], bytes: [0]),
    ]
  }
}
