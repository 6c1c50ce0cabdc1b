// Precision as options have it: words, and the flags of trainers.
import Fields
import Kernels
import Models

extension FloatFormat: LiteralValue {}
extension PrecisionStyle: LiteralValue {}

extension Precision {
  /// As transformers' `bf16` states it. Setting it to false leaves fp16 as it is.
  var isBrain: Bool {
    get { format == .bf16 }
    set { set(.bf16, newValue) }
  }
  /// As transformers' `fp16` states it.
  var isHalf: Bool {
    get { format == .fp16 }
    set { set(.fp16, newValue) }
  }

  private mutating func set(_ format: FloatFormat, _ isMeant: Bool) {
    if isMeant {
      self.format = format
    } else if self.format == format {
      self.format = .fp32
    }
  }
}
