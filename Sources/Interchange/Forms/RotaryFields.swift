// Rotary positions in a config.json, in the spellings of transformers 4 and 5.
import Fields
import Models

extension ConfigurationFields {
  /// transformers 5 writes `rope_parameters`, 4 `rope_theta` beside `rope_scaling`.
  mutating func rotaryAngles(_ notes: inout [String]) throws -> RotaryAngles {
    let topTheta = try optionalPositive("rope_theta")
    let old = try object("rope_scaling")
    guard var inner = try object("rope_parameters") ?? old else {
      return RotaryAngles(theta: topTheta ?? 10_000)
    }
    let theta = try inner.optionalPositive("rope_theta") ?? topTheta ?? 10_000
    let oldType = try inner.text("type")
    let type = try inner.text("rope_type") ?? oldType ?? "default"
    try inner.require("partial_rotary_factor", among: [.number(1)])
    let scaling: RotaryAngles.Scaling
    switch type {
    case "default": scaling = .none
    case "linear": scaling = .linear(factor: try inner.positive("factor"))
    case "llama3":
      let low = try inner.positive("low_freq_factor")
      let high = try inner.positive("high_freq_factor")
      guard low < high else {
        throw ModelFolderError.wrongField(
          path: path, field: "high_freq_factor", needs: "a number above low_freq_factor \(low)",
          has: "\(high)")
      }
      scaling = .llama3(
        factor: try inner.positive("factor"), low: low, high: high,
        context: try inner.positive("original_max_position_embeddings"))
    default:
      throw inner.unsupported("rope_type", .text(type), [.text("default"), .text("linear"), .text("llama3")])
    }
    if !inner.unseen.isEmpty {
      notes.append(
        "config.json has fields that rope type \(type) does not use: \(inner.unseen.joined(separator: ", "))")
    }
    return RotaryAngles(theta: theta, scaling: scaling)
  }
}

extension RotaryAngles.Scaling {
  /// The value of `rope_scaling`.
  var field: Literal {
    switch self {
    case .none: .absent
    case .linear(let factor):
      .dictionary([
        Literal.Member(key: "factor", value: .number(factor)),
        Literal.Member(key: "rope_type", value: .text("linear")),
      ])
    case .llama3(let factor, let low, let high, let context):
      .dictionary([
        Literal.Member(key: "factor", value: .number(factor)),
        Literal.Member(key: "high_freq_factor", value: .number(high)),
        Literal.Member(key: "low_freq_factor", value: .number(low)),
        Literal.Member(key: "original_max_position_embeddings", value: .number(context)),
        Literal.Member(key: "rope_type", value: .text("llama3")),
      ])
    }
  }
}
