// What BitsAndBytesConfig gives.
import Display
package import Interpreter
import Laboratory
import Models
import Text

/// transformers' BitsAndBytesConfig as a value: how a model is quantised as it is loaded.
package final class QuantizationObject: LabObject {
  /// Nil where neither four nor eight bits are asked for: then it changes nothing.
  let quantization: Quantization?

  init(_ quantization: Quantization?) { self.quantization = quantization }

  package var kind: ObjectKind { .quantization }
  package var bytes: Int { 0 }

  package var summary: String { quantization?.title ?? "nothing is quantised" }

  package var fields: [(name: String, meaning: String)] {
    [
      ("load_in_4bit", "whether weights have four bits"), ("load_in_8bit", "whether weights have eight bits"),
      ("bnb_4bit_quant_type", "the levels of four bits"),
      ("bnb_4bit_use_double_quant", "whether the scales of blocks are quantised too"),
      ("llm_int8_threshold", "the magnitude from which on an element of x is an outlier"),
      ("llm_int8_skip_modules", "modules that stay in fp32; None for the output layer"),
    ]
  }

  package func field(_ name: String, in session: Session) throws -> Value? {
    switch name {
    case "load_in_4bit": .bool(quantization?.bits == 4)
    case "load_in_8bit": .bool(quantization?.bits == 8)
    case "bnb_4bit_quant_type": .text(quantization?.bits == 4 ? quantization?.name ?? "fp4" : "fp4")
    case "bnb_4bit_use_double_quant": .bool(quantization?.isDouble ?? false)
    case "llm_int8_threshold":
      .number(Double(quantization?.threshold ?? Quantization.usualThreshold))
    case "llm_int8_skip_modules": quantization?.skipped.map { .list($0.map { .text($0) }) } ?? Value.none
    default: nil
    }
  }

  package func shown(in session: Session) -> [Event] {
    [.text("BitsAndBytesConfig: \(summary)")]
  }
}
