// The commands that quantise the base of a model, and expand it again.
import Adapters
import Display
import Fields
import Interpreter
import Kernels
import Laboratory
import Models
import Text

enum QuantizingCommands {
  static let all: [Command] = [quantize, dequantize]

  private static let quantize = Command(
    "quantize", .models,
    [
      Parameter("model", .object([.model]), .required, "a model; it stays as it is"),
      Parameter(
        "to",
        .choice([
          Choice("nf4", "four bits in blocks of 64, levels for a normal distribution: QLoRA's"),
          Choice("fp4", "four bits in blocks of 64, levels of a float: transformers' load_in_4bit alone"),
          Choice("int8", "LLM.int8: eight bits a row of W and of x, outlier columns of x in fp32"),
        ]), .text("nf4"), "the format of the weights"),
      Parameter(
        "double", aliases: ["bnb_4bit_use_double_quant"], .bool, .bool(false),
        "of four bits: keeps the scales of the blocks in eight bits, 4.13 bits a weight in place of 4.5"),
      Parameter(
        "threshold", aliases: ["llm_int8_threshold"], .number(NumberRange(0)), .absent("6"),
        "of int8: a column of x with an element of this magnitude is an outlier; 0 has none"
      ).named,
      Parameter(
        "skip", aliases: ["llm_int8_skip_modules"], .list(.text), .absent("the output layer"),
        "modules that stay in fp32: ends of paths, or parts from the beginning"
      ).named,
    ],
    result: "a model", "A new model whose linear layers are quantised, as bitsandbytes does.",
    details:
      "The weights stay packed; products expand a block of them at a time, forward and backward. Embeddings, norms, biases "
      + "and the output layer stay in fp32. nf4 and fp4 compute what the expanded weights compute, to the last bit; "
      + "int8 quantises the rows of x too, forward alone, as on a GPU: on a CPU bitsandbytes trains with x as it is. An "
      + "adapter goes over as it stands. `merge` adds it to expanded weights and quantises again, as PEFT does, "
      + "and says what that costs; `merge(dequantize(m))` keeps it whole.",
    example: "quantize(transformer(), \"nf4\", double=True)",
    source: "Dettmers et al. 2023 (arXiv 2305.14314), 2022 (2208.07339); bitsandbytes"
  ) { arguments, session in
    let object = try arguments.object("model", as: ModelObject.self)
    let model = try object.model.quantized(
      try quantization(arguments), mode: session.lab.mode, stop: session.environment.stop)
    return .object(ModelObject(model))
  }

  private static func quantization(_ arguments: Arguments) throws -> Quantization {
    let name = arguments.choice("to")
    let skipped = arguments.isGiven("skip") ? arguments.texts("skip") : nil
    guard let format = FourBitFormat(rawValue: name) else {
      if arguments.bool("double") {
        throw Failure(
          argument: "double", "`double` belongs to four bits", label: "int8 has a scale for each row")
      }
      let threshold = arguments.optionalNumber("threshold").map { Float($0) }
      return Quantization(.int8(threshold: threshold ?? Quantization.usualThreshold), skipped: skipped)
    }
    if arguments.isGiven("threshold") {
      throw Failure(argument: "threshold", "`threshold` belongs to int8", label: "\(name) leaves x as it is")
    }
    return Quantization(
      .fourBit(format, isDouble: arguments.bool("double")), skipped: skipped)
  }

  private static let dequantize = Command(
    "dequantize", .adapters,
    [Parameter("model", .object([.model]), .required, "a quantised model; it stays as it is")],
    result: "a model", "A new model in fp32: each quantised weight as its codes and scales give it.",
    details: "What quantising has rounded stays rounded. An adapter goes over as it stands.",
    example: "dequantize(quantize(transformer(), \"nf4\"))", source: "transformers dequantize"
  ) { arguments, session in
    let object = try arguments.object("model", as: ModelObject.self)
    return .object(
      ModelObject(
        try object.model.dequantized(mode: session.lab.mode, stop: session.environment.stop)))
  }
}
