// Says of the arguments of a call which of them change nothing, each once in a session.
import Language
import Text

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
