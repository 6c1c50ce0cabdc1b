// How a command is called, as text.
import Fields
import Language

extension Command {
  /// All parameters with their defaults: `train(model, data, steps=200, lr=2e-3)`.
  package var signature: String {
    "\(name)(\(parameters.map(\.signature).joined(separator: ", ")))"
  }

  /// What must be given, and dots for the rest: `train(model, data, ...)`.
  package var usage: String {
    let required = parameters.filter(\.isRequired).map(\.signature)
    let rest = parameters.count > required.count ? ["..."] : []
    return "\(name)(\((required + rest).joined(separator: ", ")))"
  }

  /// How it stands in a program: a constant alone, a function with its call.
  var asWritten: String { constant == nil ? name + "(...)" : name }

  /// The parameter that a label means, by its name or another one.
  package func parameter(labeled label: String) -> Parameter? {
    parameters.first { $0.name == label || $0.aliases.contains(label) }
  }
}

extension Parameter {
  package var isRequired: Bool {
    if case .required = defaultValue { true } else { false }
  }

  /// What the parameter is when the call does not give it; `.none` for a required one.
  package var valueWhenNotGiven: Value {
    switch defaultValue {
    case .required: isVariadic ? .list([]) : .none
    case .absent: isVariadic ? .list([]) : .none
    case .number(let number): .number(number)
    case .bool(let bool): .bool(bool)
    case .text(let text): .text(text)
    case .list(let numbers): .list(numbers.map(Value.number))
    }
  }

  /// The default as it would be written: `2e-3`, `adamw`; what its absence means; empty for a required one.
  package var defaultText: String {
    switch defaultValue {
    case .required: ""
    case .absent(let meaning): meaning
    case .text(let text) where kind.choices.contains { $0.word == text }: text
    default: valueWhenNotGiven.code
    }
  }

  /// All labels: "alpha, lora_alpha".
  package var names: String {
    ([name] + aliases).joined(separator: ", ")
  }

  /// The kind with its range and unit: "whole number, at least 1 (steps)".
  package var takes: String {
    unit.isEmpty ? kind.takes : "\(kind.takes) (\(unit))"
  }

  /// Meaning, what it takes and the default, in one line for help.
  package var description: String {
    var text = "\(meaning); \(takes)"
    switch defaultValue {
    case .required: break
    case .absent(let meaning): text += "; when not given: \(meaning)"
    default: text += "; default \(defaultText)"
    }
    return text
  }

  /// `r`, `steps=200`, `targets=None`, `runs...`, and `name=...` for a required one that must be named.
  package var signature: String {
    let plain = isVariadic ? name + "..." : name
    switch defaultValue {
    case .required: return isPositional ? plain : name + "=..."
    case .absent: return isVariadic ? plain : name + "=None"
    default: return "\(name)=\(defaultText)"
    }
  }
}
