// Maps of format 1: options that all runs share stand beside the rest, and an optimiser is a list of numbers.
import Fields
import Interpreter
import Training

struct EarlierMap: StoredValue {
  static let formatName = "ranklab map 1"
  static let kind = ObjectKind.map

  private let map: StoredMap
  private let settings: TrainingSettings

  init(from decoder: any Decoder) throws {
    map = try StoredMap(from: decoder)
    let container = try decoder.container(keyedBy: FieldKey.self)
    var values: [String: Literal] = [:]
    for name in container.allKeys.map(\.stringValue) where Self.isOption(name) {
      values[name] = try container.decode(Literal.self, forKey: FieldKey(stringValue: name))
    }
    // AdamW's betas, epsilon and weight decay; momentum and weight decay of gradient descent.
    let optimizer = try container.decode([Double].self, forKey: FieldKey(stringValue: "optimizer"))
    switch optimizer.count {
    case 4:
      values["optimizer"] = .text("adamw")
      values["betas"] = .numbers([optimizer[0], optimizer[1]])
      values["eps"] = .number(optimizer[2])
      values["weight_decay"] = .number(optimizer[3])
    case 2:
      values["optimizer"] = .text("sgd")
      values["momentum"] = .number(optimizer[0])
      values["weight_decay"] = .number(optimizer[1])
    default: throw StoredFlaw.outOfRange("optimizer")
    }
    var settings = try TrainingSettings(values, at: decoder.codingPath) { $0.scope == .everyRun }
    settings.learningRate = map.rates.last ?? settings.learningRate
    self.settings = settings
  }

  /// Values are saved in today's format alone.
  func encode(to encoder: any Encoder) throws { try map.encode(to: encoder) }

  func object() throws -> any LabObject { MapObject(try map.map(settings)) }

  private static func isOption(_ name: String) -> Bool {
    TrainingSettings.options.contains { $0.scope == .everyRun && $0.name == name }
  }
}
