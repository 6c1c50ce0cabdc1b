// The laboratory's part of a session: the scaling mode and the pool of threads.
import Adapters
import Display
import Kernels
import Models
import Training

/// What the commands of the laboratory keep between cells.
final class LabState {
  /// The rule that adapters follow which do not state their own.
  var mode = ScalingRule.lora
  private var pool: ThreadPool?

  /// The pool of a session's thread count, made when first needed and again when the count changes.
  func pool(threads: Int) -> ThreadPool? {
    guard threads > 1 else { return nil }
    if let pool, pool.threads == threads { return pool }
    let made = ThreadPool(threads: threads)
    pool = made
    return made
  }
}

extension Session {
  var lab: LabState { state(LabState.self) { LabState() } }

  /// The scaling mode in force, as `scaling` takes it: "lora", "power(0.75)".
  package var scalingMode: String { lab.mode.name }

  var trainingEnvironment: TrainingEnvironment {
    TrainingEnvironment(
      pool: lab.pool(threads: threads), clock: environment.clock, isInterrupted: environment.isInterrupted,
      isUrgent: environment.isUrgent)
  }

  /// The user's name of an object, where it has one.
  func name(of object: any LabObject) -> String? {
    scope.userNames.first { name in
      if case .object(let other)? = scope.globals[name] { return other === object }
      return false
    }
  }

  /// The name of a trainer that was given this model and trains another that it made of it; nil where there is none.
  func trainer(of model: ModelObject) -> String? {
    scope.userNames.first { name in
      guard case .object(let object)? = scope.globals[name], let trainer = object as? TrainerObject else {
        return false
      }
      return trainer.base === model && trainer.model !== model
    }
  }

  /// The models in the user's names, each once, with its first name.
  var liveModels: [(name: String, object: ModelObject)] {
    var seen: Set<ObjectIdentifier> = []
    return scope.userNames.compactMap { name in
      guard case .object(let object)? = scope.globals[name], let model = object as? ModelObject,
        seen.insert(ObjectIdentifier(model)).inserted
      else { return nil }
      return (name, model)
    }
  }
}
