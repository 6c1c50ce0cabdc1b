// The values of the language.
import Display
package import Language

/// Anything that a name can stand for.
///
/// All but objects are values: an assignment copies them, and nothing changes them. Lists and dictionaries nest 256 deep
/// at most (`Evaluator.nestingLimit`).
package indirect enum Value {
  /// None: what a command that only shows gives, and what an argument that was left out is. It is never echoed.
  case none
  case bool(Bool)
  /// The one type of numbers, double precision; NaN and infinities too. A whole number is one without a fraction.
  case number(Double)
  case text(String)
  case list([Value])
  /// In the order in which the keys were given.
  case dictionary([(key: String, value: Value)])
  case function(FunctionDefinition, source: Source)
  /// What a laboratory adds to the language: shared, never copied (`n = m` is the same object).
  case object(any LabObject)
}

/// Values stay with their session: objects are shared, and belong to its thread. Said here, since the compiler goes in
/// circles where it has to find it out.
@available(*, unavailable) extension Value: Sendable {}

/// A value that a laboratory adds to the language. `MethodProvider` gives it methods.
package protocol LabObject: AnyObject {
  /// The kind's name, as error messages and `vars` say it: "model", "run", "chart".
  var kind: ObjectKind { get }
  /// One line, without the kind: what stands in `vars` and in a list.
  var summary: String { get }
  /// How the value shows itself at the prompt.
  func shown(in session: Session) -> [Event]
  /// The names that `value.name` answers, each with its one-line meaning, in reading order.
  var fields: [(name: String, meaning: String)] { get }
  /// The value behind `.name`; nil where there is none of that name.
  func field(_ name: String, in session: Session) throws -> Value?
  /// What stands behind `.name` where it is an object that is there without work, if only with its fields: what
  /// completion looks at. Nil for all others.
  func outline(of name: String) -> (any LabObject)?
  /// Throws where the value can no longer be used, such as a model whose file was cut. It is asked before and after a
  /// command that gets the value.
  func checkUsable() throws
  /// What the value holds in memory, in bytes; `vars` shows it.
  var bytes: Int { get }
}

extension LabObject {
  /// None.
  package func outline(of name: String) -> (any LabObject)? { nil }
  package func checkUsable() throws {}
}

/// An object that has modules an adapter can be put on.
package protocol ModuleOwner: LabObject {
  /// The paths of the linear modules, in the order of computation.
  var modulePaths: [String] { get }
}

/// An object that stands for a list where one is asked for: in `for`, an index, a slice, and as an argument.
package protocol ListObject: LabObject {
  /// The values of the list that it stands for.
  var items: [Value] { get }
}

/// A `LabObject` that has methods: `trainer.train()`.
///
/// The bodies are declared once as static entries; the object arrives as `Arguments.receiver`.
package protocol MethodProvider {
  /// The entries of the methods, named without the object: "train".
  var methods: [Command] { get }
}

extension MethodProvider {
  /// The method of that name; nil where there is none.
  package func method(_ name: String) -> Command? {
    methods.first { $0.name == name }
  }
}
