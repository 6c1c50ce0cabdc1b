// What a name is wanted for, where one is missing or cannot be had.

/// What a name is wanted for.
package enum NameRole: Equatable, Sendable {
  case variable, loopVariable, function, parameter, field, module, importedName, label, topic

  /// The role with its article: "a loop variable".
  var article: String {
    switch self {
    case .variable: "a name"
    case .loopVariable: "a loop variable"
    case .function: "the name of a function"
    case .parameter: "a parameter"
    case .field: "the name of a field"
    case .module: "the name of a module"
    case .importedName: "a name to import"
    case .label: "the name of an argument"
    case .topic: "a name to explain"
    }
  }
}
