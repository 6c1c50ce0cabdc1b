// transformers' BitsAndBytesConfig, and the arguments of loading that quantise a model.
import Fields
import Interpreter
import Kernels
import Laboratory
import Models

enum QuantizationArguments {
  static let all: [Command] = [configuration]

  private static let skip = Parameter(
    "llm_int8_skip_modules", .list(.text), .absent("the output layer"),
    "modules that stay in fp32, of four bits too: ends of paths, or parts from the beginning"
  ).named

  private static let configuration = Command(
    "BitsAndBytesConfig", .python,
    [
      Parameter("load_in_8bit", .bool, .bool(false), "LLM.int8").named,
      Parameter("load_in_4bit", .bool, .bool(false), "four bits a weight").named,
      Parameter(
        "llm_int8_threshold", .number(NumberRange(0)), .number(6),
        "of eight bits: a column of x with an element of this magnitude is an outlier; 0 has none"
      ).named,
      skip,
      Parameter(
        "bnb_4bit_quant_type",
        .choice([
          Choice("fp4", "levels of a float"), Choice("nf4", "levels for a normal distribution: QLoRA's"),
        ]),
        .text("fp4"), "the levels of four bits"
      ).named,
      Parameter(
        "bnb_4bit_use_double_quant", .bool, .bool(false), "keeps the scales of blocks in eight bits"
      ).named,
    ]
      + Parameter.withoutEffect(
        "bnb_4bit_compute_dtype",
        because: "a block is expanded to fp32, and the run's precision rounds what follows")
      + Parameter.withoutEffect("bnb_4bit_quant_storage", because: "two codes stand in a byte")
      + Parameter.withoutEffect("llm_int8_enable_fp32_cpu_offload", because: "everything runs on this CPU")
      + Parameter.refused("llm_int8_has_fp16_weight", because: "weights would be quantised anew at each step"),
    result: "a quantisation", "How a model is quantised as it is loaded: transformers' BitsAndBytesConfig.",
    details:
      "With neither load_in_4bit nor load_in_8bit it changes nothing. `quantize` does the same to a model that is here.",
    example:
      "BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type=\"nf4\", bnb_4bit_use_double_quant=True)",
    source: "transformers BitsAndBytesConfig"
  ) { arguments, _ in
    let (four, eight) = (arguments.bool("load_in_4bit"), arguments.bool("load_in_8bit"))
    if four, eight { throw both }
    let skipped = arguments.isGiven("llm_int8_skip_modules") ? arguments.texts("llm_int8_skip_modules") : nil
    if eight {
      return .object(
        QuantizationObject(
          Quantization(.int8(threshold: Float(arguments.number("llm_int8_threshold"))), skipped: skipped)))
    }
    guard four else { return .object(QuantizationObject(nil)) }
    return .object(
      QuantizationObject(
        Quantization(
          .fourBit(
            arguments.choice("bnb_4bit_quant_type") == "nf4" ? .nf4 : .fp4,
            isDouble: arguments.bool("bnb_4bit_use_double_quant")), skipped: skipped)))
  }

  private static var both: Failure {
    Failure(argument: "load_in_8bit", "a model is loaded in four bits or in eight", label: "not in both")
  }

  /// The arguments of loading that quantise.
  ///
  /// - Parameter isUnsloth: Unsloth loads in four bits where it is not told otherwise: NF4, double quantisation.
  static func parameters(isUnsloth: Bool = false) -> [Parameter] {
    [
      Parameter(
        "load_in_4bit", .bool, .bool(isUnsloth),
        isUnsloth ? "nf4 with double quantisation" : "fp4, as BitsAndBytesConfig has it alone"
      ).named,
      Parameter("load_in_8bit", .bool, .bool(false), "LLM.int8").named,
      Parameter(
        "quantization_config", .object([.quantization]), .absent("none"),
        "BitsAndBytesConfig(…), in place of the two"
      ).named,
    ]
  }

  /// The model as the arguments ask for it. One that is quantised already stays as it is, with a note.
  ///
  /// - Throws: `Failure` for arguments that say two things; `ModelError`; `Interruption`.
  static func applied(
    _ arguments: Arguments, to model: Model, isUnsloth: Bool = false, _ session: Session
  ) throws -> Model {
    guard let quantization = try quantization(arguments, isUnsloth: isUnsloth, session) else { return model }
    if let present = model.base.quantization {
      if present != quantization {
        session.emit(.note("the model is quantised to \(present.title) already and stays so"))
      }
      return model
    }
    return try model.quantized(quantization, stop: session.environment.stop)
  }

  private static func quantization(
    _ arguments: Arguments, isUnsloth: Bool, _ session: Session
  ) throws -> Quantization? {
    let eight = arguments.bool("load_in_8bit")
    let four = arguments.bool("load_in_4bit") && !(eight && !arguments.isGiven("load_in_4bit"))
    if case .object(let object) = arguments.value("quantization_config"),
      let configuration = object as? QuantizationObject
    {
      for name in ["load_in_4bit", "load_in_8bit"] where arguments.isGiven(name) && arguments.bool(name) {
        throw Failure(
          argument: name, "`\(name)` and `quantization_config` say the same thing twice",
          label: "leave one of them out")
      }
      return configuration.quantization
    }
    if four, eight { throw both }
    if eight { return Quantization(.int8(threshold: Quantization.usualThreshold)) }
    guard four else { return nil }
    if isUnsloth { return Quantization(.fourBit(.nf4, isDouble: true)) }
    session.warnOnce(
      "load_in_4bit alone",
      "`load_in_4bit=True` alone is fp4, as BitsAndBytesConfig has it; QLoRA's is "
        + "`BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type=\"nf4\", bnb_4bit_use_double_quant=True)`"
    )
    return Quantization(.fourBit(.fp4, isDouble: false))
  }
}
