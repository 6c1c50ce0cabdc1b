// What can be wrong with a program that parses, as data. `Problem+Message.swift` makes the sentences.
import Language

enum Problem {
  // Names
  case unknownName(String, near: String?)
  /// A word without quotes, or one that is meant for True or False.
  case bareWord(String, argument: String, needed: String, fix: String)
  /// `{q_proj: 8}`, where no value has the key's name.
  case bareKey(String)
  /// A choice word where no choice is declared; the parameter is one that takes it.
  case choiceAsValue(String, command: String, parameter: String, fix: String)
  case commandAsValue(String)
  /// The owner of dotted commands (`FastLanguageModel`), used without one of them; the members as they are written.
  case ownerAsValue(String, members: [String])
  /// `2-e4`: the name, and the number that was meant.
  case exponentWithoutE(String, write: String)
  case unknownFunction(String, near: String?)
  case notCallable(String, Value, fix: String)
  case unpackedCount(names: Int, values: Int)
  case unpackedKind(Value)
  case unknownModule(String, near: String?)
  case unknownImport(module: String, name: String, near: String?)
  case moduleAsValue(String)
  /// `np.sqrt(2)` with the function that is here under its own name, or nil.
  case moduleMember(String, module: String, known: String?, fix: String)

  // Operators
  case operands(BinaryOperator, Value, Value, fix: String)
  /// Arithmetic of a list, with the comprehension to write instead.
  case elementwise(BinaryOperator, write: String)
  case unaryOperand(UnaryOperator, Value)
  case divisionByZero(BinaryOperator)
  case notOrdered(BinaryOperator, Value, Value, fix: String)
  case notContainer(Value)
  case textInText(Value)

  // Items and fields
  case notIndexable(Value)
  case indexKind(Value)
  case indexOutOfRange(Int, count: Int)
  case keyKind(Value)
  case unknownKey(String, near: String?, keys: [String])
  case notSliceable(Value)
  case sliceBound(Value)
  case sliceStepIsZero
  case notIterable(Value, fix: String)
  case fieldOfDictionary(String, write: String)
  case unknownField(String, of: Value, near: String?, fields: [String])
  case methodNotCalled(String, of: Value)
  case unknownMethod(String, of: Value, near: String?, methods: [String], fix: String)
  /// `base.train(task)` or `xs.len`, with the call of the function of that name.
  case functionAsMember(String, of: Value, fix: String)

  // Calls
  case missingArgument(function: String, parameter: String, meaning: String, usage: String, fix: String)
  case tooManyArguments(function: String, most: Int, usage: String, named: [String])
  case unknownLabel(String, function: String, near: String?, labels: [String], fix: String)
  case givenTwice(String, other: String, otherSpan: Span)
  case mismatch(Mismatch, argument: String, function: String, fix: String)
  /// Two arguments of which each is what the other's place needs.
  case swapped(String, String, function: String, fix: String)
  case objectKind(variable: String, Value, function: String, needed: String)
  case nameNeeded(function: String, parameter: String)

  // Limits
  case recursion(limit: Int)
  case nesting(limit: Int)
  case nestedValue(limit: Int)
}

/// Why a value does not fit the kind of a parameter.
indirect enum Mismatch {
  case kind(Value, needed: String)
  case range(Double, NumberRange)
  case notWhole(Double)
  case unknownChoice(String, near: String?, [Choice])
  /// The item of a list, or of a dictionary.
  case item(Int, Mismatch)
  case entry(String, Mismatch)
}
