// What a Python text binds names to, and in which block.

/// A place where a name gets a value.
package struct PythonBinding: Equatable, Sendable {
  package enum Kind: Equatable, Sendable {
    /// `name = value`; nil for a name that is declared alone, `name: int`.
    case value(PythonPlace?)
    /// One of several names on the left, by its number: `a, b = value`.
    case part(PythonPlace, number: Int)
    /// A function's parameter and its default.
    case parameter(standard: PythonPlace?)
    /// What the function around it returns; the name is `return`.
    case returned(PythonPlace)
    case function, type, imported
    /// Bound or changed in another way, in words: "by a loop".
    case changed(String)
  }

  /// With its owner where an attribute is set: `args.lora_r`.
  package var name: String
  package var kind: Kind
  /// The number of the block in which it stands.
  package var block: Int
  /// 1-based.
  package var line: Int
}

/// A part of a Python text with an indentation of its own; the first of a text is the module.
package struct PythonBlock: Equatable, Sendable {
  package enum Kind: Equatable, Sendable {
    case module
    case function(String)
    case type(String, bases: [String])
    /// Runs once, or never, or often: `if`, `for`, `while`, `except`, `else`.
    case conditional(String)
    /// Runs once: `with`, `try`, `finally`, and `if __name__ == "__main__"`.
    case plain
  }

  package var kind: Kind
  /// The number of the block around it; the module is its own.
  package var parent: Int
}
