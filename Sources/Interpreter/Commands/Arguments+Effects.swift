// Says of the arguments of a call which of them change nothing, each once in a session.
import Adapters
import Interchange
import Language
import Models

extension Arguments {
  /// Emits a note for what has no effect or none yet, fields of one reason together.
  ///
  /// - Throws: `Failure` for a field that is refused, where it asks for something.
  func reportEffects(in session: Session) throws {
    var groups: [(effect: Parameter.Effect, names: [String])] = []
    for parameter in command.parameters where parameter.effect != .full && isGiven(parameter.name) {
      if value(parameter.name).isOff { continue }
      if case .refused(let why) = parameter.effect {
        throw Failure(
          argument: parameter.name, "`\(parameter.name)` is not here yet", label: "leave it out",
          body: "It is refused because \(why).")
      }
      guard session.isFirst("effect of \(parameter.name)") else { continue }
      if let place = groups.firstIndex(where: { $0.effect == parameter.effect }) {
        groups[place].names.append(parameter.name)
      } else {
        groups.append((parameter.effect, [parameter.name]))
      }
    }
    for group in groups { session.emit(.note(sentence(group.effect, group.names))) }
  }

  private func sentence(_ effect: Parameter.Effect, _ names: [String]) -> String {
    let subject = listed(names)
    return switch effect {
    case .none(let why): "\(subject) \(names.count == 1 ? "has" : "have") no effect here: \(why)"
    case .notYet(let instead): "\(subject) \(names.count == 1 ? "is" : "are") not here yet: \(instead)"
    case .full, .refused: subject
    }
  }
}

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
