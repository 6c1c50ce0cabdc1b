// The arguments of a call as Python writes them.
import Interchange
import Interpreter
import Models

extension Arguments {
  /// The arguments that the call gave, as Python writes them and in the order of the table; objects have no such form and
  /// are left out.
  func pythonArguments(except names: Set<String> = []) -> [PythonArgument] {
    command.parameters.filter { isGiven($0.name) && !names.contains($0.name) }.compactMap { parameter in
      let value = value(parameter.name)
      let isFormat = ["dtype", "torch_dtype"].contains(parameter.name)
      if isFormat, case .text(let name) = value, ["float16", "bfloat16", "float32"].contains(name) {
        return PythonArgument(name: parameter.name, text: "torch.\(name)")
      }
      return value.json.map { PythonArgument(name: parameter.name, text: $0.python) }
    }
  }
}

extension Value {
  /// The value as data; nil for what holds a function or an object.
  fileprivate var json: JSONValue? {
    switch self {
    case .none: return .null
    case .bool(let value): return .bool(value)
    case .number(let value): return .number(value)
    case .text(let text): return .text(text)
    case .list(let items):
      let values = items.compactMap(\.json)
      return values.count == items.count ? .list(values) : nil
    case .dictionary(let items):
      let members = items.compactMap { item in
        item.value.json.map { JSONValue.Member(key: item.key, value: $0) }
      }
      return members.count == items.count ? .object(members) : nil
    case .function, .object: return nil
    }
  }
}
