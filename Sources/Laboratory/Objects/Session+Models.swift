// The models that a session has.
import Interpreter

extension Session {
  /// The models in the user's names, each once, with its first name.
  package var liveModels: [(name: String, object: ModelObject)] {
    var seen: Set<ObjectIdentifier> = []
    return scope.userNames.compactMap { name in
      guard case .object(let object)? = scope.globals[name], let model = object as? ModelObject,
        seen.insert(ObjectIdentifier(model)).inserted
      else { return nil }
      return (name, model)
    }
  }
}
