// How a config.json says that a model is quantised: bitsandbytes' fields, as transformers' BitsAndBytesConfig has them.
import Fields
import Kernels
import Models

extension ConfigurationFields {
  /// The fields of `quantization_config`; nil where the model is not quantised.
  ///
  /// - Throws: `ModelFolderError.unsupported` for another library's, or what bitsandbytes computes otherwise than here.
  mutating func quantization() throws -> Quantization? {
    guard var fields = try object("quantization_config") else { return nil }
    let method = try fields.text("quant_method") ?? "bitsandbytes"
    guard method == "bitsandbytes" else {
      throw fields.unsupported("quant_method", .text(method), [.text("bitsandbytes")])
    }
    try fields.require("llm_int8_has_fp16_weight", among: [.bool(false)])
    let skipped = try fields.texts("llm_int8_skip_modules")
    let isInBytes = try fields.bool("_load_in_8bit", default: false)
    if try fields.bool("load_in_8bit", default: isInBytes) {
      let threshold = try fields.optionalNumber("llm_int8_threshold")
      return Quantization(
        .int8(threshold: threshold.map { Float($0) } ?? Quantization.usualThreshold), skipped: skipped)
    }
    let name = try fields.text("bnb_4bit_quant_type") ?? "fp4"
    guard let format = FourBitFormat(rawValue: name) else {
      throw fields.unsupported("bnb_4bit_quant_type", .text(name), [.text("nf4"), .text("fp4")])
    }
    return Quantization(
      .fourBit(format, isDouble: try fields.bool("bnb_4bit_use_double_quant", default: false)),
      skipped: skipped)
  }

  /// A list of texts; nil where it is absent or null.
  private mutating func texts(_ name: String) throws -> [String]? {
    guard let value = value(name) else { return nil }
    guard case .list(let items) = value else { throw unsupported(name, value, []) }
    return try items.map { item in
      guard case .text(let text) = item else { throw unsupported(name, value, []) }
      return text
    }
  }
}

extension Quantization {
  /// `quantization_config` as transformers writes it.
  var field: Literal {
    let members: [(String, Literal)] = [
      ("_load_in_4bit", .bool(bits == 4)), ("_load_in_8bit", .bool(bits == 8)),
      ("bnb_4bit_compute_dtype", .text("float32")), ("bnb_4bit_quant_storage", .text("uint8")),
      ("bnb_4bit_quant_type", .text(bits == 4 ? name : "fp4")),
      ("bnb_4bit_use_double_quant", .bool(isDouble)),
      ("llm_int8_enable_fp32_cpu_offload", .bool(false)), ("llm_int8_has_fp16_weight", .bool(false)),
      ("llm_int8_skip_modules", skipped.map { .list($0.map { .text($0) }) } ?? .absent),
      ("load_in_4bit", .bool(bits == 4)), ("load_in_8bit", .bool(bits == 8)),
      ("quant_method", .text("bitsandbytes")),
    ]
    let outliers: [(String, Literal)] =
      threshold.map { [("llm_int8_threshold", .number(Double($0)))] } ?? []
    return .dictionary(
      (members + outliers).sorted { $0.0 < $1.0 }.map { Literal.Member(key: $0.0, value: $0.1) })
  }
}
