// How errors of other modules become sentences.

package enum Messages {
  /// Each hook knows the errors of one module; the first that answers is taken.
  private static let hooks = ModuleErrors.hooks

  /// What to tell the user of an error that a command's body threw. Nothing is swallowed: an error that no
  /// hook knows is shown with its type's own description.
  package static func describe(_ error: any Error) -> Failure {
    if let failure = error as? Failure { return failure }
    for hook in hooks {
      if let failure = hook(error) { return failure }
    }
    return Failure("unexpected error: \(error)")
  }
}
