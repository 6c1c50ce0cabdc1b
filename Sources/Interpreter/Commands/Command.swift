// An entry of the table of commands: all that checks, completion, help and the reference page know of it.
package import Fields
import Language

/// Choices and ranges of parameters are those of the tables of options.
package typealias Choice = Fields.Choice
package typealias NumberRange = Fields.NumberRange

/// What a parameter takes. Checks are made from this before the command's body runs.
package indirect enum ParameterKind: Sendable {
  case number(NumberRange)
  /// A whole number: 16.0 is taken, 16.5 refused.
  case whole(NumberRange)
  case bool
  case text
  /// A bare word or a text out of these.
  case choice([Choice])
  /// A bare word, taken unevaluated (`help scaling`).
  case name
  /// The same, where completion offers only some words.
  case word(WordSource)
  /// A path: a text, completed from the file system.
  case path
  /// A text that means modules of a model: the end of a path, or a pattern.
  case module
  case list(ParameterKind)
  case dictionary(ParameterKind)
  /// A dictionary whose keys mean modules, as PEFT's rank_pattern.
  case moduleDictionary(ParameterKind)
  case function
  case object([ObjectKind])
  case any
  /// The first that fits: `lr` takes a number or a list of numbers.
  case either([ParameterKind])
}

/// Where the words come from that a bare word may be; a topic of help for `ParameterKind.name`.
package enum WordSource: Sendable {
  /// Names of the table.
  case commands
  /// The user's names.
  case variables
  /// Words in the table: of commands, parameters and choices.
  case table
}

/// What replaces an undefined name in one call, after a note that names it; the name stays undefined.
package struct StandIn: Sendable {
  /// The value for a name, beside the other arguments of the call. It is made last: a stand-in that takes long to make
  /// looks first whether they can be used with it.
  let value: @Sendable (String, Arguments, Session) throws -> Value

  package init(value: @escaping @Sendable (String, Arguments, Session) throws -> Value) {
    self.value = value
  }
}

/// A parameter of a command: its names, what it takes, its default and its meaning. Checks, completion, help and the
/// reference page read it; a body never checks a kind or a range itself.
package struct Parameter: Sendable {
  /// What an argument is that was not given.
  package enum Default: Sendable {
    /// The argument must be given.
    case required
    /// None (absent) when not given; the text says what that means: "all linear layers".
    case absent(String)
    case number(Double)
    case bool(Bool)
    case text(String)
    case list([Double])
  }

  package var name: String
  /// Other labels with the same meaning: PEFT's `lora_alpha` beside the short `alpha`.
  package var aliases: [String]
  package var kind: ParameterKind
  /// What it is where the call does not give it.
  package var defaultValue: Default
  /// "" where there is none; "steps", "tokens", "seconds".
  package var unit: String
  /// One line: what it means.
  package var meaning: String
  /// Takes all remaining positional arguments; they arrive as a list.
  package var isVariadic: Bool
  /// False for a parameter that must be named.
  package var isPositional: Bool
  /// Whether an argument changes anything here.
  package var effect = Effect.full
  /// How many items a list has at least, where less can mean nothing: what is offered in place of one number.
  package var fewest = 1
  /// What takes the place of a name that means nothing, as listings leave some undefined; nil for an error.
  package var standIn: StandIn?

  package init(
    _ name: String, aliases: [String] = [], _ kind: ParameterKind, _ defaultValue: Default = .required,
    unit: String = "", _ meaning: String, isVariadic: Bool = false, isPositional: Bool = true
  ) {
    self.name = name
    self.aliases = aliases
    self.kind = kind
    self.defaultValue = defaultValue
    self.unit = unit
    self.meaning = meaning
    self.isVariadic = isVariadic
    self.isPositional = isPositional
  }
}

/// A command or function of the language. A session has one list of them, its `CommandTable`.
///
/// A name with a dot (`FastLanguageModel.from_pretrained`) is called as it is written, where no variable has
/// the first name.
package struct Command: Sendable {
  /// A group under which `help` lists commands: what a user wants to do.
  package struct Group: Hashable, Sendable {
    /// What `help` takes for it.
    package let word: String
    package let title: String

    package init(_ word: String, _ title: String) {
      self.word = word
      self.title = title
    }

    package static let looking = Group("looking", "Look")
    package static let session = Group("session", "Session")
    package static let numbers = Group("numbers", "Calculate")
  }

  package var name: String
  package var group: Group
  package var parameters: [Parameter]
  /// What it returns, in words: "a model", "a run", "nothing".
  package var result: String
  /// One line: what it does.
  package var meaning: String
  /// More sentences for `help name`; may be empty.
  package var details: String
  /// A cell that runs as it stands in a fresh session.
  package var example: String
  /// Whether the example reads a file that must be there, from where the session works; others run in a folder of their
  /// own.
  package var exampleReadsFiles: Bool
  /// Paper and equation, or PEFT field; may be empty.
  package var source: String
  /// Commands that help names beside those that the entry itself mentions.
  package var seeAlso: [String]
  /// Words that people look for and that its texts do not have: `apropos` finds the entry by them.
  package var keywords: [String]
  /// What it does: reads its arguments, shows events through the session, gives its result. It may throw a `Failure`
  /// that names the argument which is to blame, or any error that the session can describe.
  package var body: @Sendable (Arguments, Session) throws -> Value
  /// The text that the entry stands for where it is written without a call (`TaskType.CAUSAL_LM`); nil for a function.
  package var constant: String?

  package init(
    _ name: String, _ group: Group, _ parameters: [Parameter], result: String, _ meaning: String,
    details: String = "", example: String, exampleReadsFiles: Bool = false, source: String = "",
    seeAlso: [String] = [], keywords: [String] = [],
    body: @escaping @Sendable (Arguments, Session) throws -> Value
  ) {
    self.name = name
    self.group = group
    self.parameters = parameters
    self.result = result
    self.meaning = meaning
    self.details = details
    self.example = example
    self.exampleReadsFiles = exampleReadsFiles
    self.source = source
    self.seeAlso = seeAlso
    self.keywords = keywords
    self.body = body
  }
}
