// Python that is not in the language, each with an error of its own.

/// What Python has and the language does not.
package enum PythonConstruct: Equatable, Sendable {
  /// `if a:`, with the word of its head.
  case indentedBlock(String)
  /// `if __name__ == "__main__":`.
  case mainGuard
  case classes, whileLoop, exceptions, contexts, asynchronous, generators
  case formattedText, lambda, walrus, conditional, tuple, set, generator, dictionaryComprehension
  case nestedComprehension, nestedLoopNames, unpacking, annotation, severalIndices
  case importAll, decorator, deletion, scope, raising
  /// `is` and `is not`.
  case identity
  /// `break` and `continue`.
  case loopExit(String)
  /// `pass`.
  case emptyStatement
  /// `+=` and its kin.
  case augmentedAssignment(String)
  /// `%time` and its kin.
  case notebookMagic(String)
  /// An operator, and the form that takes its place, if there is one.
  case foreignOperator(String, instead: String)
}
