// Models of a session beside what `lint` looks at.
import Analysis
import Laboratory
import Models

extension LintSubject {
  /// The modules of a model, against which targets, patterns and ranks are held.
  mutating func add(modulesOf model: Model) {
    modules = model.base.linearModules
    hasQuantizedBase = model.base.quantization != nil
    standardTargets = model.architecture.standardTargets
  }
}
